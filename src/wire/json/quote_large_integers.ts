/**
 * Puts quotes around the integers of a JSON text that a number of JavaScript would round, so that
 * `JSON.parse` makes a string of all their digits.
 *
 * @param json Valid JSON text, or text that stays invalid.
 */
export function quoteLargeIntegers(json: string): string {
  // Almost no text has any, and this look costs little.
  if (!SUSPECT.test(json)) return json;
  let quoted = "";
  let copied = 0;
  for (let at = 0; at < json.length;) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(json, at);
    } else if (code === MINUS || code >= DIGIT_0 && code <= DIGIT_9) {
      NUMBER.lastIndex = at;
      const digits = NUMBER.exec(json)?.[0] ?? "-";
      if (INTEGER.test(digits) && !Number.isSafeInteger(Number(digits))) {
        quoted += `${json.slice(copied, at)}"${digits}"`;
        copied = at + digits.length;
      }
      at += digits.length;
    } else {
      at++;
    }
  }
  return quoted + json.slice(copied);
}

/** Integers of 16 digits are safe up to 9,007,199,254,740,991. */
const SUSPECT = /[:[,]\s*-?(?:[1-9]\d{16}|9\d{15})/;
const NUMBER = /[-+.\deE]+/y;
const INTEGER = /^-?\d+$/;
const QUOTE = 0x22;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const BACKSLASH = 0x5c;

/** Offset one past the string whose opening quote is at `quote`; the text's end if it has none. */
function stringEnd(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let from = end;
    while (json.charCodeAt(from - 1) === BACKSLASH) from--;
    if ((end - from) % 2 === 0) return end + 1;
  }
  return json.length;
}
