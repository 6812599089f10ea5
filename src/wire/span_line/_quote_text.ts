/** Text as a JSON string, as `JSON.stringify` writes it, whose call takes longer than a look at a short text. */
export function quoteText(text: string): string {
  const { length } = text;
  if (length > SHORT_LENGTH) return JSON.stringify(text);
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === QUOTE || code === BACKSLASH || code >= FIRST_SURROGATE) {
      return JSON.stringify(text);
    }
  }
  return '"' + text + '"';
}

const SHORT_LENGTH = 32;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_SURROGATE = 0xd800;
