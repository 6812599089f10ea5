/**
 * Whether two statements differ in their values alone, as far as that can be told at a glance, in a tenth of
 * the time that `normalizeSql` takes: whole numbers and plain strings at the same places, all else to the letter.
 *
 * @returns `true` only if `normalizeSql` makes the same of both, in any dialect; `false` says nothing.
 */
export function isSameStatement(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return false;
  let before = SPACE;
  let i = 0;
  let j = 0;
  for (; i < a.length && j < b.length; i++, j++) {
    const code = a.charCodeAt(i);
    const other = b.charCodeAt(j);
    if (code === QUOTE) {
      // Behind a letter it may be quoted in any way: E'\'', q'[']'.
      if (other !== QUOTE || isOperand(before) || before === AMPERSAND) return false;
      i = a.indexOf("'", i + 1);
      j = b.indexOf("'", j + 1);
      if (i < 0 || j < 0) return false;
      if (a.charCodeAt(i + 1) === QUOTE || b.charCodeAt(j + 1) === QUOTE) return false;
    } else if (isDigit(code) && isDigit(other) && !isOperand(before)) {
      while (isDigit(a.charCodeAt(i + 1))) i++;
      while (isDigit(b.charCodeAt(j + 1))) j++;
      // 1.5, 1e9, 0xff, and names that begin with digits.
      if (isOperand(a.charCodeAt(i + 1)) || isOperand(b.charCodeAt(j + 1))) return false;
    } else if (code !== other) {
      return false;
    }
    before = code;
  }
  if (i !== a.length || j !== b.length) return false;
  return !UNUSUAL.test(a) && !UNUSUAL.test(b);
}

/** Longer statements are cut when they are normalized. */
const MAX_LENGTH = 4096;

/** Other quotes, comments, and what makes a quote no end: there a digit or a quote may be something else. */
const UNUSUAL = /["`\[\\#]|\$(?!\d)|--|\/\*/;

/** Whether a digit or a quote next to this is a part of something longer. */
function isOperand(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) ||
    code >= 0x80 || MARKS[code] === 1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const SPACE = 0x20;
const QUOTE = 0x27;
const AMPERSAND = 0x26;
const MARKS = new Uint8Array(128);
for (const mark of "_.$@:?%") MARKS[mark.charCodeAt(0)] = 1;
