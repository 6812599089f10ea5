/** A text of ASCII, as words to compare and to copy: four bytes at a time take a third of the time of each. */
export interface AsciiLabel {
  readonly length: number;
  readonly words: Int32Array;
  /** Which bits of the last word count. */
  readonly lastMask: number;
}

/** How many bytes behind its content a buffer must have: words are read and written over the end. */
export const SLACK_BYTES = 64;

/** Makes the words of a text. */
export function asciiLabel(text: string): AsciiLabel {
  const words = new Int32Array(Math.ceil(text.length / 4));
  const view = new DataView(words.buffer);
  for (let at = 0; at < text.length; at++) view.setUint8(at, text.charCodeAt(at));
  for (let word = 0; word < words.length; word++) words[word] = view.getInt32(4 * word, true);
  const rest = text.length % 4;
  return { length: text.length, words, lastMask: rest === 0 ? -1 : (1 << 8 * rest) - 1 };
}

/** Whether a text stands at a place. */
export function hasLabel(view: DataView, at: number, label: AsciiLabel): boolean {
  const { words, lastMask } = label;
  const last = words.length - 1;
  for (let word = 0; word < last; word++) {
    if (view.getInt32(at + 4 * word, true) !== words[word]) return false;
  }
  return (view.getInt32(at + 4 * last, true) & lastMask) === words[last];
}

/** Writes a text, and something behind it; returns the place behind the text. */
export function writeLabel(view: DataView, at: number, label: AsciiLabel): number {
  const { words, length } = label;
  for (let word = 0; word < words.length; word++) view.setInt32(at + 4 * word, words[word], true);
  return at + length;
}

/**
 * Copies `source[from, to)` of well-formed UTF-8, and something behind it; returns the place behind the copy.
 * Doubles are the widest words that no runtime makes objects of. Those whose bits a runtime may change are
 * not numbers, and end with bytes that UTF-8 does not have: 0xff, or 0x7f behind one of 0xf0 on.
 */
export function copyWords(
  target: DataView,
  at: number,
  source: DataView,
  from: number,
  to: number,
): number {
  const end = at + to - from;
  for (; from < to; from += 8, at += 8) target.setFloat64(at, source.getFloat64(from, true), true);
  return end;
}

/** The place of the first quote or backslash; `end` or a place behind it when there is none before. */
export function quoteFrom(view: DataView, from: number, end: number): number {
  for (let at = from; at < end; at += 4) {
    const word = view.getInt32(at, true);
    const quotes = word ^ QUOTES;
    const backslashes = word ^ BACKSLASHES;
    // The lowest bit that is set is the highest of the first byte that has become zero.
    const found = (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes)) & HIGHEST;
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >> 3);
  }
  return end;
}

const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const ONES = 0x01010101;
const HIGHEST = 0x80808080 | 0;
