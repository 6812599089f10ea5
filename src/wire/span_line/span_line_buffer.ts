import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { formatTimestamp } from "../../model/time.ts";
import { encodeAttributes, encodeDouble, encodeValue } from "./_attribute_json.ts";
import { RejectedSpanError } from "./rejected_span_error.ts";
import type { SpanLineSink } from "./span_line_sink.ts";

/** The longest line that every reader of span lines takes. */
export const MAX_LINE_BYTES: number = 16 * 1024 * 1024;

/**
 * Writes one span line after another from the bytes of another protocol, without a string or an object
 * for what is usual. It writes the JSON it is told to; that it is a span line is the caller's part.
 *
 * A line that gets too long is not written on: `isTooLong` says so in the end.
 */
export class SpanLineBuffer {
  readonly #maxLineBytes: number;
  #hasOverflown = false;
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #at = 0;
  /** The second whose text is in `#secondText`: spans of one request share few. */
  #second = -1;
  readonly #secondText = new Uint8Array(SECOND_LENGTH);

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Where the line ends so far. */
  get length(): number {
    return this.#at;
  }

  /** Whether the line has become longer than it may be. */
  get isTooLong(): boolean {
    return this.#hasOverflown || this.#at > this.#maxLineBytes;
  }

  /** Begins a line. */
  begin(): void {
    this.#at = 0;
    this.#hasOverflown = false;
  }

  /** Goes back to where the line once ended. */
  cut(length: number): void {
    this.#at = length;
  }

  /** Hands the line over. */
  commit(sink: SpanLineSink, isUnfinished: boolean): void {
    const at = sink.reserve(this.#at);
    sink.bytes.set(this.#bytes.subarray(0, this.#at), at);
    sink.commit(at + this.#at, isUnfinished);
  }

  /** Writes JSON that was made before. */
  writeBytes(json: Uint8Array): void {
    if (!this.#reserve(json.length)) return;
    const bytes = this.#bytes;
    let at = this.#at;
    if (json.length > SHORT_BYTES) bytes.set(json, at);
    else for (let index = 0; index < json.length; index++) bytes[at + index] = json[index];
    this.#at = at += json.length;
  }

  /** Writes one ASCII character. */
  writeByte(byte: number): void {
    if (this.#reserve(1)) this.#bytes[this.#at++] = byte;
  }

  /** Writes JSON that has only ASCII. */
  writeAscii(json: string): void {
    if (!this.#reserve(json.length)) return;
    for (let index = 0; index < json.length; index++) {
      this.#bytes[this.#at++] = json.charCodeAt(index);
    }
  }

  /** Writes a value as JSON. */
  writeValue(value: AttributeValue): void {
    this.#writeJson(encodeValue(value));
  }

  /** Writes attributes as JSON. */
  writeAttributes(attributes: Attributes): void {
    this.#writeJson(encodeAttributes(attributes));
  }

  /** Writes a double as JSON. */
  writeDouble(value: number): void {
    this.writeAscii(encodeDouble(value));
  }

  /** Writes a 64-bit signed integer, given as two halves of 32 bits. */
  writeInt64(low: number, high: number): void {
    const value = high * 2 ** 32 + (low >>> 0);
    this.writeAscii(
      Number.isSafeInteger(value) ? String(value) : String(BigInt(high) << 32n | BigInt(low >>> 0)),
    );
  }

  /** Writes bytes as lower-case hexadecimal digits, without quotes. */
  writeHex(source: Uint8Array, from: number, to: number): void {
    if (!this.#reserve((to - from) * 2)) return;
    for (let index = from; index < to; index++) {
      const byte = source[index];
      this.#bytes[this.#at++] = HEX_DIGITS[byte >>> 4];
      this.#bytes[this.#at++] = HEX_DIGITS[byte & 15];
    }
  }

  /**
   * Writes UTF-8 as a JSON string.
   *
   * @returns A 32-bit hash of the bytes.
   * @throws {RejectedSpanError} When they are something else.
   */
  writeText(source: Uint8Array, from: number, to: number): number {
    if (!this.#reserve(to - from + 2)) return 0;
    const bytes = this.#bytes;
    let hash = 0;
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let index = from; index < to; index++) {
      const byte = source[index];
      if (IS_PLAIN[byte] === 0) return this.#writeUnusualText(source, from, to);
      bytes[at++] = byte;
      hash = Math.imul(hash, 31) + byte | 0;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
    return hash;
  }

  /** Writes a time, given as two halves of nanoseconds since the Unix epoch without a sign. */
  writeTime(low: number, high: number): void {
    if (!this.#reserve(MAX_TIME_LENGTH)) return;
    // A double holds the quotient up to one second, and the rest is exact in 32 bits, as below 2^31.
    let second = Math.floor(((high >>> 0) * 2 ** 32 + (low >>> 0)) / NANOS_PER_SECOND);
    let nanos = low - Math.imul(second, NANOS_PER_SECOND) | 0;
    if (nanos < 0) {
      second--;
      nanos += NANOS_PER_SECOND;
    } else if (nanos >= NANOS_PER_SECOND) {
      second++;
      nanos -= NANOS_PER_SECOND;
    }
    if (second !== this.#second) this.#formatSecond(second);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let index = 0; index < SECOND_LENGTH; index++) bytes[at++] = this.#secondText[index];
    if (nanos !== 0) {
      bytes[at] = DOT;
      for (let index = 9; index > 0; index--) {
        const rest = (nanos / 10) | 0;
        bytes[at + index] = DIGIT_0 + nanos - rest * 10;
        nanos = rest;
      }
      at += 10;
      while (bytes[at - 1] === DIGIT_0) at--;
    }
    bytes[at++] = LETTER_Z;
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  #formatSecond(second: number): void {
    UTF8_ENCODER.encodeInto(formatTimestamp(BigInt(second) * 1_000_000_000n), this.#secondText);
    this.#second = second;
  }

  #writeUnusualText(source: Uint8Array, from: number, to: number): number {
    let text: string;
    try {
      text = UTF8_DECODER.decode(source.subarray(from, to));
    } catch {
      throw new RejectedSpanError("invalid_utf8", "A span has text that is not UTF-8");
    }
    this.#writeJson(JSON.stringify(text));
    let hash = 0;
    for (let index = from; index < to; index++) hash = Math.imul(hash, 31) + source[index] | 0;
    return hash;
  }

  #writeJson(json: string): void {
    const room = this.#bytes.subarray(this.#at);
    // A character has at most three bytes.
    if (json.length * 3 <= room.length) {
      this.#at += UTF8_ENCODER.encodeInto(json, room).written;
    } else {
      this.writeBytes(UTF8_ENCODER.encode(json));
    }
  }

  /** Makes room; `false` when the line would become too long. */
  #reserve(length: number): boolean {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return true;
    if (needed > this.#maxLineBytes + MAX_TIME_LENGTH) {
      this.#hasOverflown = true;
      return false;
    }
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    return true;
  }
}

const INITIAL_BYTES = 4096;
/** Up to here a loop is faster than a call. */
const SHORT_BYTES = 32;
const NANOS_PER_SECOND = 1_000_000_000;
/** The length of `2026-03-11T19:00:00`. */
const SECOND_LENGTH = 19;
/** With a fraction, `Z` and quotes. */
const MAX_TIME_LENGTH = 32;
const QUOTE = 0x22;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const LETTER_Z = 0x5a;
const HEX_DIGITS = new TextEncoder().encode("0123456789abcdef");
/** 1 for ASCII that stands for itself in a JSON string. */
const IS_PLAIN = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== 0x5c ? 1 : 0,
);
const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
