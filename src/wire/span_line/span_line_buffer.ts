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
  readonly #sink: SpanLineSink;
  #hasOverflown = false;
  /** The sink's memory, or other memory once the line has become longer than most are. */
  #bytes: Uint8Array;
  #from = 0;
  #at = 0;
  #end = 0;
  /** The second whose text is in `#secondText`: spans of one request share few. */
  #second = -1;
  readonly #secondText = new Uint8Array(SECOND_LENGTH);

  /** @param sink Gets the lines. */
  constructor(sink: SpanLineSink, maxLineBytes: number) {
    this.#sink = sink;
    this.#bytes = sink.bytes;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Where the line ends so far. */
  get length(): number {
    return this.#at - this.#from;
  }

  /** Whether the line has become longer than it may be. */
  get isTooLong(): boolean {
    return this.#hasOverflown || this.length > this.#maxLineBytes;
  }

  /** Begins a line. */
  begin(): void {
    this.#from = this.#at = this.#sink.reserve(USUAL_LINE_BYTES);
    this.#end = this.#from + USUAL_LINE_BYTES;
    this.#bytes = this.#sink.bytes;
    this.#hasOverflown = false;
  }

  /** Goes back to where the line once ended. */
  cut(length: number): void {
    this.#at = this.#from + length;
  }

  /** Hands the line over. */
  commit(isUnfinished: boolean): void {
    const sink = this.#sink;
    let at = this.#at;
    if (this.#bytes !== sink.bytes) {
      const { length } = this;
      const from = sink.reserve(length);
      sink.bytes.set(this.#bytes.subarray(this.#from, at), from);
      at = from + length;
    }
    sink.commit(at, isUnfinished);
  }

  /** Writes JSON that was made before. */
  writeBytes(json: Uint8Array): void {
    const { length } = json;
    const at = this.#reserve(length);
    if (at < 0) return;
    const bytes = this.#bytes;
    if (length > SHORT_BYTES) bytes.set(json, at);
    else for (let index = 0; index < length; index++) bytes[at + index] = json[index];
    this.#at = at + length;
  }

  /** Writes one ASCII character. */
  writeByte(byte: number): void {
    const at = this.#reserve(1);
    if (at < 0) return;
    this.#bytes[at] = byte;
    this.#at = at + 1;
  }

  /** Writes JSON that has only ASCII. */
  writeAscii(json: string): void {
    const { length } = json;
    const at = this.#reserve(length);
    if (at < 0) return;
    const bytes = this.#bytes;
    for (let index = 0; index < length; index++) bytes[at + index] = json.charCodeAt(index);
    this.#at = at + length;
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
    let at = this.#reserve((to - from) * 2);
    if (at < 0) return;
    const bytes = this.#bytes;
    for (let index = from; index < to; index++) {
      const byte = source[index];
      bytes[at++] = HEX_DIGITS[byte >>> 4];
      bytes[at++] = HEX_DIGITS[byte & 15];
    }
    this.#at = at;
  }

  /**
   * Writes UTF-8 as a JSON string.
   *
   * @throws {RejectedSpanError} When it is something else.
   */
  writeText(source: Uint8Array, from: number, to: number): void {
    let at = this.#reserve(to - from + 2);
    if (at < 0) return;
    const bytes = this.#bytes;
    // One look at the end: a branch a character would take longer than what it may save.
    let isUnusual = 0;
    bytes[at++] = QUOTE;
    for (let index = from; index < to; index++) {
      const byte = source[index];
      isUnusual |= IS_UNUSUAL[byte];
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    if (isUnusual !== 0) this.#writeUnusualText(source, from, to);
    else this.#at = at;
  }

  /** Writes a time, given as two halves of nanoseconds since the Unix epoch without a sign. */
  writeTime(low: number, high: number): void {
    let at = this.#reserve(MAX_TIME_LENGTH);
    if (at < 0) return;
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
    const secondText = this.#secondText;
    bytes[at++] = QUOTE;
    for (let index = 0; index < SECOND_LENGTH; index++) bytes[at++] = secondText[index];
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

  #writeUnusualText(source: Uint8Array, from: number, to: number): void {
    let text: string;
    try {
      text = UTF8_DECODER.decode(source.subarray(from, to));
    } catch {
      throw new RejectedSpanError("invalid_utf8", "A span has text that is not UTF-8");
    }
    this.#writeJson(JSON.stringify(text));
  }

  #writeJson(json: string): void {
    const room = this.#bytes.subarray(this.#at, this.#end);
    // A character has at most three bytes.
    if (json.length * 3 <= room.length) {
      this.#at += UTF8_ENCODER.encodeInto(json, room).written;
    } else {
      this.writeBytes(UTF8_ENCODER.encode(json));
    }
  }

  /** Makes room and says where; -1 when the line would become too long. */
  #reserve(length: number): number {
    return this.#at + length <= this.#end ? this.#at : this.#grow(length);
  }

  #grow(length: number): number {
    const needed = this.length + length;
    if (needed > this.#maxLineBytes + MAX_TIME_LENGTH) {
      this.#hasOverflown = true;
      return -1;
    }
    const larger = new Uint8Array(Math.max(needed, this.length * 2));
    larger.set(this.#bytes.subarray(this.#from, this.#at));
    this.#at -= this.#from;
    this.#from = 0;
    this.#end = larger.length;
    this.#bytes = larger;
    return this.#at;
  }
}

const USUAL_LINE_BYTES = 4096;
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
/** 0 for ASCII that stands for itself in a JSON string. */
const IS_UNUSUAL = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== 0x5c ? 0 : 1,
);
const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
