/**
 * Finds the fields of an event line that has Go's exact shape, without making an object of it.
 *
 * The collector's speed rests on this file: parsing every line with `JSON.parse` and pairing objects
 * stays under half a million spans a second, finding ranges in the bytes takes a quarter of that
 * time. A line of any other shape (another order, spaces, escapes in an id) is legal but rare:
 * `scan` refuses it, and the caller rewrites it with `parseEvent` and `formatEvent` first.
 */
export class EventScanner {
  /** True for an end, false for a start. */
  isEnd = false;
  /** First byte of the span id, after its quote. All `…From` and `…To` are offsets in the bytes. */
  spanIdFrom = 0;
  spanIdTo = 0;
  traceIdFrom = 0;
  traceIdTo = 0;
  /** 0 when the event has no parent. */
  parentIdFrom = 0;
  parentIdTo = 0;
  nameFrom = 0;
  nameTo = 0;
  /** The kind's digits. */
  kindFrom = 0;
  kindTo = 0;
  /** Where the digits of the time start, after its quote. */
  timeFrom = 0;
  timeTo = 0;
  /** Where the `{` of the attributes is; 0 when the event has none. */
  attrsFrom = 0;
  /** One past the `}` of the attributes. */
  attrsTo = 0;
  /** One past the `}` of the event. */
  to = 0;
  /** Two 32-bit hashes of the trace id; together they tell traces apart. */
  traceHash = 0;
  traceHash2 = 0;
  /** 32-bit hash of span id and trace id. */
  hash = 0;
  /** Whether the line has bytes over 0x7f, whose UTF-8 the caller has to check. */
  hasNonAscii = false;
  #idHash = 0;
  #idHash2 = 0;

  /**
   * Scans the event that starts at `from`.
   *
   * @param bytes The line and what follows it; the byte after the last one that counts must not
   * be printable, so that a cut-off line never looks complete.
   * @param from Offset of the line's `{`.
   * @param isNormalized Whether the line comes from `formatEvent`. Only then may ids hold escapes,
   * because equal ids are sure to be equal bytes, and are days of the month known to exist.
   * @returns Offset one past the line's `}`, or -1 when the line has another shape.
   */
  scan(bytes: Uint8Array, from: number, isNormalized = false): number {
    this.hasNonAscii = false;
    let at = matchLiteral(bytes, from, TYPE);
    if (at < 0) return -1;
    const type = bytes[at];
    if (type !== DIGIT_0 && type !== DIGIT_0 + 1) return -1;
    this.isEnd = type !== DIGIT_0;

    at = matchLiteral(bytes, at + 1, SPAN_ID);
    if (at < 0) return -1;
    this.spanIdFrom = at;
    at = this.#scanId(bytes, at, isNormalized);
    if (at < 0) return -1;
    this.spanIdTo = at;
    const spanHash = this.#idHash;

    at = matchLiteral(bytes, at, TRACE_ID);
    if (at < 0) return -1;
    this.traceIdFrom = at;
    at = this.#scanId(bytes, at, isNormalized);
    if (at < 0) return -1;
    this.traceIdTo = at;
    this.traceHash = this.#idHash;
    this.traceHash2 = this.#idHash2;
    this.hash = Math.imul(spanHash, FNV_PRIME) ^ this.#idHash;

    this.parentIdFrom = this.parentIdTo = 0;
    const parentAt = matchLiteral(bytes, at, PARENT_ID);
    if (parentAt >= 0) {
      this.parentIdFrom = parentAt;
      at = this.#scanString(bytes, parentAt);
      if (at <= parentAt) return -1;
      this.parentIdTo = at;
    }

    at = matchLiteral(bytes, at, NAME);
    if (at < 0) return -1;
    this.nameFrom = at;
    at = this.#scanString(bytes, at);
    if (at < 0) return -1;
    this.nameTo = at;

    at = matchLiteral(bytes, at, KIND);
    if (at < 0) return -1;
    this.kindFrom = at;
    at = scanInteger(bytes, at, isNormalized ? 16 : 15);
    if (at < 0) return -1;
    this.kindTo = at;

    at = matchLiteral(bytes, at, TIME);
    if (at < 0) return -1;
    this.timeFrom = at;
    at = scanTimestamp(bytes, at, isNormalized);
    if (at < 0 || bytes[at] !== QUOTE) return -1;
    this.timeTo = at++;

    this.attrsFrom = this.attrsTo = 0;
    if (bytes[at] === COMMA) {
      at = matchLiteral(bytes, at, ATTRS);
      if (at < 0) return -1;
      this.attrsFrom = at - 1;
      at = this.#scanAttributes(bytes, at);
      if (at < 0) return -1;
      this.attrsTo = at;
    }
    if (bytes[at] !== CLOSE_BRACE) return -1;
    this.to = at + 1;
    return this.to;
  }

  /** Like `#scanString`, refuses an empty string, and hashes the bytes. */
  #scanId(bytes: Uint8Array, from: number, isNormalized: boolean): number {
    let hash = FNV_OFFSET_BASIS;
    let hash2 = 0;
    let at = from;
    for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[++at]) {
      if (byte === BACKSLASH) {
        if (!isNormalized) return -1;
        // The letter after the backslash may be a quote, which is no end.
        hash = Math.imul(hash ^ byte, FNV_PRIME);
        byte = bytes[++at];
      }
      if (!(byte >= FIRST_PRINTABLE)) return -1;
      if (byte > 0x7f) this.hasNonAscii = true;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      hash2 = Math.imul(hash2, 31) + byte | 0;
    }
    this.#idHash = hash;
    this.#idHash2 = hash2;
    return at === from ? -1 : at;
  }

  /** Offset of the quote that ends the string whose first character is at `from`, or -1. */
  #scanString(bytes: Uint8Array, from: number): number {
    for (let at = from;; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) {
        at = scanEscape(bytes, at + 1);
        if (at < 0) return -1;
      } else if (!(byte >= FIRST_PRINTABLE)) {
        return -1;
      } else if (byte > 0x7f) {
        this.hasNonAscii = true;
      }
    }
  }

  /** Offset one past the `}` of `{"key":"value",…}` whose content starts at `from`, or -1. */
  #scanAttributes(bytes: Uint8Array, from: number): number {
    for (let at = from;;) {
      if (bytes[at] !== QUOTE) return -1;
      at = this.#scanString(bytes, at + 1);
      if (at < 0 || bytes[at + 1] !== COLON || bytes[at + 2] !== QUOTE) return -1;
      at = this.#scanString(bytes, at + 3);
      if (at < 0) return -1;
      at++;
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at++;
    }
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const CLOSE_BRACE = 0x7d;
const FIRST_PRINTABLE = 0x20;
/** http://www.isthe.com/chongo/tech/comp/fnv/ */
const FNV_OFFSET_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

const TYPE = asciiBytes('{"type":');
const SPAN_ID = asciiBytes(',"span_id":"');
const TRACE_ID = asciiBytes('","trace_id":"');
const PARENT_ID = asciiBytes('","parent_id":"');
const NAME = asciiBytes('","name":"');
const KIND = asciiBytes('","kind":');
const TIME = asciiBytes(',"time":"');
const ATTRS = asciiBytes(',"attrs":{');

function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Offset one past the literal, or -1 when it is not there. */
function matchLiteral(bytes: Uint8Array, from: number, literal: Uint8Array): number {
  for (let index = 0; index < literal.length; index++) {
    if (bytes[from + index] !== literal[index]) return -1;
  }
  return from + literal.length;
}

/** Offset of the last byte of the escape whose letter is at `from`, or -1. */
function scanEscape(bytes: Uint8Array, from: number): number {
  switch (bytes[from]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return from;
    case 0x75: // u
      for (let at = from + 1; at <= from + 4; at++) {
        const byte = bytes[at];
        const lower = byte | 0x20;
        if (!(byte >= 0x30 && byte <= 0x39) && !(lower >= 0x61 && lower <= 0x66)) return -1;
      }
      return from + 4;
    default:
      return -1;
  }
}

/** Offset one past the JSON integer at `from`, or -1. */
function scanInteger(bytes: Uint8Array, from: number, maxDigits: number): number {
  const first = bytes[from] === 0x2d ? from + 1 : from;
  let at = first;
  while (bytes[at] >= DIGIT_0 && bytes[at] <= DIGIT_0 + 9) at++;
  // JSON has no leading zeros; what may be over 2^53 is for the exact path.
  if (at === first || at - first > maxDigits || (bytes[first] === DIGIT_0 && at - first > 1)) {
    return -1;
  }
  return at;
}

/**
 * Offset one past the RFC 3339 time at `from`, or -1. Says -1 to a day that its month may not have,
 * too, unless it is known to exist: those are for the exact path.
 */
function scanTimestamp(bytes: Uint8Array, from: number, dayExists: boolean): number {
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  if (
    twoDigits(bytes, from) < 0 || twoDigits(bytes, from + 2) < 0 ||
    bytes[from + 4] !== 0x2d || month < 1 || month > 12 ||
    bytes[from + 7] !== 0x2d || day < 1 || day > 31 ||
    (day > 28 && !dayExists && (month === 2 || (day === 31 && isShortMonth(month)))) ||
    bytes[from + 10] !== 0x54 || !isBelow(twoDigits(bytes, from + 11), 24) ||
    bytes[from + 13] !== COLON || !isBelow(twoDigits(bytes, from + 14), 60) ||
    bytes[from + 16] !== COLON || !isBelow(twoDigits(bytes, from + 17), 60)
  ) return -1;
  let at = from + 19;
  if (bytes[at] === 0x2e) {
    const fractionFrom = ++at;
    while (bytes[at] >= DIGIT_0 && bytes[at] <= DIGIT_0 + 9) at++;
    if (at === fractionFrom || at - fractionFrom > 9) return -1;
  }
  const zone = bytes[at];
  if (zone === 0x5a) return at + 1;
  if (zone !== 0x2b && zone !== 0x2d) return -1;
  return isBelow(twoDigits(bytes, at + 1), 24) && bytes[at + 3] === COLON &&
      isBelow(twoDigits(bytes, at + 4), 60)
    ? at + 6
    : -1;
}

/** The number that two digits make, or -1. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - DIGIT_0;
  const ones = bytes[at + 1] - DIGIT_0;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function isBelow(value: number, limit: number): boolean {
  return value >= 0 && value < limit;
}

function isShortMonth(month: number): boolean {
  return month === 4 || month === 6 || month === 9 || month === 11;
}
