import { GOTRACE_KINDS } from "../../model/span_kind.ts";
import { parseTimestamp } from "../../model/time.ts";
import { asciiLabel, hasLabel, quoteFrom } from "./_words.ts";

/**
 * Finds the parts of a span's events in the bytes of a recorded line: nothing is decoded, and nothing is
 * left for the garbage collector. Only lines of ended spans of go-trace have such parts, in the shape in
 * which this program writes them, with times from the years 1000 to 2999 that a double holds exactly, counted
 * from the first.
 */
export class EventPartsScanner {
  /** The first brace of the line. */
  from = 0;
  /** The first byte of the trace id, and one past the quote behind it. */
  traceIdFrom = 0;
  traceIdTo = 0;
  /** The quote that begins the kind, and go-trace's number of it. */
  kindFrom = 0;
  kind = 0;
  /** The first digit of the start, and the quote behind it. */
  startFrom = 0;
  startTo = 0;
  endFrom = 0;
  endTo = 0;
  /** One past the last brace, where the line end is. */
  to = 0;
  /** Nanoseconds since the base. */
  startNano = 0;
  endNano = 0;
  readonly #baseSecond: number;
  readonly #baseNano: number;
  /** Times mostly lie in one second or the next one, which are read once. */
  readonly #seconds = [new KnownSecond(), new KnownSecond()] as const;

  /** @param baseUnixNano What times are counted from. */
  constructor(baseUnixNano: bigint) {
    this.#baseNano = Number(baseUnixNano % NANOS_PER_SECOND);
    this.#baseSecond = Number(baseUnixNano / NANOS_PER_SECOND);
  }

  /**
   * Scans the line that begins at a place.
   *
   * @param view Whole lines of well-formed UTF-8, and {@linkcode SLACK_BYTES} more.
   * @param end One past the last line end.
   * @returns Whether it has such parts.
   */
  scan(view: DataView, from: number, end: number): boolean {
    if (!hasLabel(view, from, ID)) return false;
    this.from = from;
    let at = quoteFrom(view, from + ID.length, end);
    if (at === from + ID.length || !hasLabel(view, at, TRACE_ID)) return false;
    this.traceIdFrom = at + TRACE_ID.length;
    at = quoteFrom(view, this.traceIdFrom, end);
    if (at === this.traceIdFrom) return false;
    this.traceIdTo = at + 1;
    if (hasLabel(view, at, PARENT_ID)) {
      const parentFrom = at + PARENT_ID.length;
      at = quoteFrom(view, parentFrom, end);
      if (at === parentFrom) return false;
    }
    if (!hasLabel(view, at, NAME)) return false;
    at = quoteFrom(view, at + NAME.length, end);
    if (!hasLabel(view, at, KIND)) return false;
    at += KIND.length;
    this.kindFrom = at - 1;
    let kind = 0;
    while (!hasLabel(view, at, KINDS[kind])) {
      if (++kind === KINDS.length) return false;
    }
    this.kind = kind;
    this.startFrom = at + KINDS[kind].length;
    this.startTo = at = quoteFrom(view, this.startFrom, end);
    if (!hasLabel(view, at, END_TIME)) return false;
    this.endFrom = at + END_TIME.length;
    this.endTo = at = quoteFrom(view, this.endFrom, end);
    if (!hasLabel(view, at, LINE_END)) {
      if (!hasLabel(view, at, ATTRIBUTES)) return false;
      at = skipTexts(view, at + ATTRIBUTES.length, end);
      if (at < 0 || !hasLabel(view, at, ATTRIBUTES_LINE_END)) return false;
    }
    this.to = at + 2;
    if (this.to >= end) return false;
    this.startNano = this.#nano(view, this.startFrom, this.startTo);
    this.endNano = this.#nano(view, this.endFrom, this.endTo);
    return this.startNano <= MAX_EXACT && this.startNano >= -MAX_EXACT &&
      this.endNano <= MAX_EXACT && this.endNano >= -MAX_EXACT;
  }

  /** Nanoseconds since the base; not a number when it is no such time. */
  #nano(view: DataView, from: number, to: number): number {
    let at = from + SECOND_LENGTH;
    if (at >= to) return NaN;
    let nano = 0;
    if (view.getUint8(at) === DOT) {
      const digitsFrom = ++at;
      for (; at < to; at++) {
        const digit = view.getUint8(at) - DIGIT_0;
        if (!(digit >= 0 && digit <= 9)) break;
        nano = nano * 10 + digit;
      }
      if (at - digitsFrom > 9) return NaN;
      nano *= UNITS[at - digitsFrom];
    }
    const second = this.#seconds[view.getUint8(from + SECOND_LENGTH - 1) & 1];
    if (!second.isAt(view, from, at, to) && !second.read(view, from, at, to)) return NaN;
    return (second.unixSecond - this.#baseSecond) * 1e9 + nano - this.#baseNano;
  }
}

/** A second that was read, to be known again by its bytes. */
class KnownSecond {
  unixSecond = 0;
  readonly #words = new Int32Array(5);
  #zoneLength = 0;
  #zoneWord = 0;
  #zoneEnd = 0;

  /** Whether a time is in this second, as it was written, and in its zone: `Z`, or like `+09:00`. */
  isAt(view: DataView, from: number, zoneFrom: number, to: number): boolean {
    const words = this.#words;
    if (
      to - zoneFrom !== this.#zoneLength ||
      view.getInt32(from + 12, true) !== words[3] ||
      ((view.getInt32(from + 16, true) ^ words[4]) & THREE_BYTES) !== 0 ||
      view.getInt32(from + 8, true) !== words[2] ||
      view.getInt32(from + 4, true) !== words[1] || view.getInt32(from, true) !== words[0]
    ) return false;
    const difference = view.getInt32(zoneFrom, true) ^ this.#zoneWord;
    return this.#zoneLength === 1
      ? (difference & 0xff) === 0
      : difference === 0 && view.getInt16(zoneFrom + 4, true) === this.#zoneEnd;
  }

  /** Reads the second of a time; false when it is none of the years 1000 to 2999. */
  read(view: DataView, from: number, zoneFrom: number, to: number): boolean {
    const first = view.getUint8(from);
    const zoneLength = to - zoneFrom;
    if (first !== DIGIT_0 + 1 && first !== DIGIT_0 + 2) return false;
    if (zoneLength !== 1 && zoneLength !== ZONE_LENGTH) return false;
    const time = parseTimestamp(asciiText(view, from, to));
    if (time === undefined) return false;
    this.unixSecond = Number(floorSecond(time.unixNano));
    for (let word = 0; word < this.#words.length; word++) {
      this.#words[word] = view.getInt32(from + 4 * word, true);
    }
    this.#zoneLength = zoneLength;
    this.#zoneWord = view.getInt32(zoneFrom, true);
    this.#zoneEnd = view.getInt16(zoneFrom + 4, true);
    return true;
  }
}

/** Steps over `"key":"value",…}`; answers with the place of the brace, or -1 when there is anything else. */
function skipTexts(view: DataView, from: number, end: number): number {
  for (let at = from;;) {
    if (view.getUint8(at) !== QUOTE) return -1;
    at = skipText(view, at + 1, end);
    if (at >= end || !hasLabel(view, at, VALUE)) return -1;
    at = skipText(view, at + VALUE.length, end) + 1;
    if (at >= end) return -1;
    const next = view.getUint8(at);
    if (next === BRACE_CLOSE) return at;
    if (next !== COMMA) return -1;
    at++;
  }
}

/** The place of the quote that ends a text, which may have escapes in it. */
function skipText(view: DataView, from: number, end: number): number {
  let at = quoteFrom(view, from, end);
  while (at < end && view.getUint8(at) === BACKSLASH) at = quoteFrom(view, at + 2, end);
  return at;
}

function asciiText(view: DataView, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(view.getUint8(at));
  return text;
}

function floorSecond(unixNano: bigint): bigint {
  const rest = unixNano % NANOS_PER_SECOND;
  return (rest < 0n ? unixNano - rest - NANOS_PER_SECOND : unixNano - rest) / NANOS_PER_SECOND;
}

const NANOS_PER_SECOND = 1_000_000_000n;
const MAX_EXACT = Number.MAX_SAFE_INTEGER;
const ID = asciiLabel('{"id":"');
const TRACE_ID = asciiLabel('","trace_id":"');
const PARENT_ID = asciiLabel('","parent_id":"');
const NAME = asciiLabel('","name":"');
const KIND = asciiLabel('","kind":"');
const KINDS = GOTRACE_KINDS.map((kind) => asciiLabel(`${kind}","start_time":"`));
const END_TIME = asciiLabel('","end_time":"');
const ATTRIBUTES = asciiLabel('","attrs":{');
const VALUE = asciiLabel('":"');
const LINE_END = asciiLabel('"}\n');
const ATTRIBUTES_LINE_END = asciiLabel("}}\n");
/** The length of `2026-03-11T19:00:00`, and what of a word its last three bytes are. */
const SECOND_LENGTH = 19;
const THREE_BYTES = 0xffffff;
/** The length of `+09:00`. */
const ZONE_LENGTH = 6;
/** Nanoseconds of the last of so many digits. */
const UNITS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1];
const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const BACKSLASH = 0x5c;
const BRACE_CLOSE = 0x7d;
