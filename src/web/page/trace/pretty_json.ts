/**
 * Sets the lines and indents of a JSON text, which stays the same but for its blanks: numbers keep all
 * their digits, keys their order. Without recursion, and without reading what the text means.
 *
 * @param text JSON.
 * @param maxIndent From this level on nothing is indented further, so that text nested deep stays readable.
 */
export function prettyJson(text: string, maxIndent = 40): string {
  let pretty = "";
  let level = 0;
  function breakLine(): void {
    pretty += "\n" + "  ".repeat(Math.min(level, maxIndent));
  }
  TOKEN.lastIndex = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    switch (token[0]) {
      case "{":
      case "[":
        if (token.length > 1) pretty += token[0] + token.at(-1);
        else {
          pretty += token;
          level++;
          breakLine();
        }
        break;
      case "}":
      case "]":
        level = Math.max(0, level - 1);
        breakLine();
        pretty += token;
        break;
      case ",":
        pretty += token;
        breakLine();
        break;
      case ":":
        pretty += ": ";
        break;
      default:
        pretty += token;
    }
  }
  return pretty;
}

/** Text, an empty list or map, a mark, or anything else up to the next of them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** A text that is a JSON list or map, set in lines; `undefined` for any other text. */
export function prettyJsonText(text: string): string | undefined {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[" || text.length > MAX_PRETTY) return undefined;
  try {
    // Only to know whether it is: what it gives has lost digits.
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return prettyJson(text);
}

/** Longer texts are shown as they came. */
const MAX_PRETTY = 1_000_000;
