import type { Span } from "../model/span.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";

/**
 * Spans as bytes, a quarter of the memory that the objects take, and nothing that a garbage collector has to look
 * at: their lines, each as what is different from the line before. Lines are compared word by word, a word
 * ending with a quote; what they have in common are the labels, the trace, and mostly the resource at their ends.
 *
 * @returns `undefined` when a span has no line, as one at a time after the year 9999.
 */
export function packSpans(spans: Iterable<Span>): Uint8Array | undefined {
  let text = "";
  let count = 0;
  try {
    for (const span of spans) {
      text += encodeSpanLine(span);
      count++;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const lines = UTF8.encode(text);
  const packer = new Packer(lines, count);
  let before = 0;
  for (let from = 0; from < lines.length;) {
    const to = lines.indexOf(LINE_FEED, from) + 1;
    packer.add(before, from, to);
    before = from;
    from = to;
  }
  return packer.finish();
}

/** The spans that were packed, in their order. */
export function unpackSpans(packed: Uint8Array): Span[] {
  return decodeSpanBatch(new Unpacker(packed).lines());
}

/**
 * Writes the size of all lines; then of each the length of its beginning and of the end that it shares with the line
 * before, and for the beginning, by turns, how many words are those of the line before, how many bytes are others,
 * and these bytes. The line before goes on behind as many words.
 */
class Packer {
  readonly #lines: Uint8Array;
  readonly #packed: Uint8Array;
  #at = 0;

  constructor(lines: Uint8Array, count: number) {
    this.#lines = lines;
    // Every second word may be another one, of a single byte; and numbers have up to five.
    this.#packed = new Uint8Array(2 * lines.length + 32 * count + 16);
    this.#writeNumber(lines.length);
  }

  /** Adds the line from `from` to `to`; the one before it begins at `before`. */
  add(before: number, from: number, to: number): void {
    const lines = this.#lines;
    const endFrom = sharedEndFrom(lines, before, from, to);
    this.#writeNumber(endFrom - from);
    this.#writeNumber(to - endFrom);
    let other = before;
    for (let at = from; at < endFrom;) {
      let same = 0;
      while (at < endFrom) {
        const length = sameWordLength(lines, other, from, at);
        if (length === 0) break;
        other += length;
        at += length;
        same++;
      }
      const ownFrom = at;
      while (at < endFrom && (at === ownFrom || sameWordLength(lines, other, from, at) === 0)) {
        at = wordEnd(lines, at, endFrom);
        other = wordEnd(lines, other, from);
      }
      this.#writeNumber(same);
      this.#writeNumber(at - ownFrom);
      this.#packed.set(lines.subarray(ownFrom, at), this.#at);
      this.#at += at - ownFrom;
    }
  }

  finish(): Uint8Array {
    return this.#packed.slice(0, this.#at);
  }

  #writeNumber(number: number): void {
    for (; number > 0x7f; number >>>= 7) this.#packed[this.#at++] = number & 0x7f | 0x80;
    this.#packed[this.#at++] = number;
  }
}

class Unpacker {
  readonly #packed: Uint8Array;
  #at = 0;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  lines(): Uint8Array {
    const lines = new Uint8Array(this.#readNumber());
    let before = 0;
    for (let from = 0; from < lines.length;) {
      const endFrom = from + this.#readNumber();
      const endLength = this.#readNumber();
      let other = before;
      for (let to = from; to < endFrom;) {
        for (let same = this.#readNumber(); same > 0; same--) {
          const end = wordEnd(lines, other, from);
          while (other < end) lines[to++] = lines[other++];
        }
        const ownLength = this.#readNumber();
        for (const ownTo = this.#at + ownLength; this.#at < ownTo; this.#at++) {
          const byte = lines[to++] = this.#packed[this.#at];
          if (byte === QUOTE || byte === LINE_FEED) other = wordEnd(lines, other, from);
        }
      }
      lines.copyWithin(endFrom, from - endLength, from);
      before = from;
      from = endFrom + endLength;
    }
    return lines;
  }

  #readNumber(): number {
    let number = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.#packed[this.#at++];
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number >>> 0;
    }
  }
}

/** Where the words begin with which both the line from `from` to `to` and the one before it end. */
function sharedEndFrom(lines: Uint8Array, before: number, from: number, to: number): number {
  let at = to;
  for (let other = from; other > before && at > from && lines[other - 1] === lines[at - 1];) {
    other--;
    at--;
  }
  while (at > from && at < to && lines[at - 1] !== QUOTE) at++;
  return at;
}

/** The length of a word that stands at both places, the first one of which ends before `aTo`; or 0. */
function sameWordLength(lines: Uint8Array, a: number, aTo: number, b: number): number {
  for (let length = 0; a + length < aTo; length++) {
    const byte = lines[a + length];
    if (byte !== lines[b + length]) return 0;
    if (byte === QUOTE || byte === LINE_FEED) return length + 1;
  }
  return 0;
}

function wordEnd(lines: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const byte = lines[at++];
    if (byte === QUOTE || byte === LINE_FEED) break;
  }
  return at;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const UTF8 = new TextEncoder();
