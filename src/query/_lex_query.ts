/** A piece of a query. */
export interface Token {
  /** `word` and `string` have a value; the other types are the characters themselves. */
  readonly type: "word" | "string" | "end" | "bad" | Punctuation;
  /** Where it begins and ends in the query, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** A string's content; a word without the quotes of its parts; the character that is bad. */
  readonly value: string;
}

/** Everything that is neither a word nor a string, the longer before what they begin with. */
const PUNCTUATION = [
  ...["!>>", "!<<", "&>>", "&<<"],
  ...["&&", "||", "!=", "!~", "!>", "!<", "&>", "&<", "&~", ">>", "<<", ">=", "<=", "=~"],
  ...["{", "}", "(", ")", "|", ",", "!", "=", "<", ">", "~"],
] as const;
/** A token that stands for itself. */
export type Punctuation = typeof PUNCTUATION[number];

/**
 * Cuts a query into tokens. It never fails: what is no token becomes a `bad` one, which is the last
 * but one. The last is always `end`.
 */
export function lexQuery(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < query.length && BLANK.test(query[at])) at++;
    const token = readToken(query, at);
    tokens.push(token);
    at = token.end;
    if (token.type === "end") return tokens;
    if (token.type === "bad") at = query.length;
  }
}

const BLANK = /\s/;
/** Characters that end a word, as they end an attribute's name in TraceQL, and quotes. */
const WORD_END = /[\s{}()|&=!<>~,"'`]/;
/** What an attribute's name begins with; a part of it may be quoted. */
const ATTRIBUTE_START = /^(?:span|resource|event|link|instrumentation)?\./;

/** Whether a text is one word as it stands. */
export function isPlainWord(text: string): boolean {
  return text !== "" && !WORD_END.test(text);
}

function readToken(query: string, start: number): Token {
  if (start >= query.length) return { type: "end", start, end: start, value: "" };
  const first = query[start];
  if (first === '"' || first === "'" || first === "`") return readString(query, start);
  for (const type of PUNCTUATION) {
    if (query.startsWith(type, start)) {
      return { type, start, end: start + type.length, value: type };
    }
  }
  if (first === "&") return { type: "bad", start, end: start + 1, value: "&" };
  return readWord(query, start);
}

function readWord(query: string, start: number): Token {
  let value = "";
  let from = start;
  let at = start;
  while (at < query.length) {
    if (!WORD_END.test(query[at])) {
      at++;
      continue;
    }
    const isQuotedPart = query[at] === '"' && at > from && query[at - 1] === "." &&
      ATTRIBUTE_START.test(query.slice(start, at));
    if (!isQuotedPart) break;
    const part = readString(query, at);
    if (part.type === "bad") return part;
    value += query.slice(from, at) + part.value;
    from = at = part.end;
  }
  return { type: "word", start, end: at, value: value + query.slice(from, at) };
}

function readString(query: string, start: number): Token {
  const quote = query[start];
  let value = "";
  for (let at = start + 1; at < query.length; at++) {
    const character = query[at];
    if (character === quote) return { type: "string", start, end: at + 1, value };
    if (character !== "\\" || quote === "`") {
      value += character;
      continue;
    }
    const next = query[++at] ?? "";
    // Another escape stays as it is: it belongs to a regular expression.
    value += next === quote || next === "\\" ? next : ESCAPES[next] ?? `\\${next}`;
  }
  return { type: "bad", start, end: query.length, value: quote };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
