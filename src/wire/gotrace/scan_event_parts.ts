import { parseTimestamp } from "../../model/time.ts";
import { GOTRACE_KINDS } from "../../model/span_kind.ts";
import { skipTexts } from "../span_line/span_line_parts.ts";

/**
 * Finds the parts of a span's events in the line of a recording, without making a span of it: half the time
 * of that, and nothing for the garbage collector. Only lines of ended spans of go-trace have such parts, and
 * only times that a double holds exactly, counted from the first.
 */
export class EventPartsScanner {
  idFrom = 0;
  traceIdFrom = 0;
  /** One past the quote that ends the trace id. */
  traceIdTo = 0;
  kindFrom = 0;
  kind = 0;
  startFrom = 0;
  startTo = 0;
  endFrom = 0;
  /** One past the last brace. */
  to = 0;
  /** Nanoseconds since the base. */
  startNano = 0;
  endNano = 0;
  readonly #baseSecond: number;
  readonly #baseNano: number;
  /** Times mostly lie in one second and one zone, which are read once. */
  #secondText = "";
  #zoneText = "";
  #second = 0;

  /** @param baseUnixNano What times are counted from. */
  constructor(baseUnixNano: bigint) {
    this.#baseNano = Number(baseUnixNano % NANOS_PER_SECOND);
    this.#baseSecond = Number(baseUnixNano / NANOS_PER_SECOND);
  }

  /**
   * Scans one line.
   *
   * @param from Its first brace; `to` is its line end.
   * @param escapeAt The first backslash at or after `from`.
   * @returns Whether it has such parts.
   */
  scan(text: string, from: number, to: number, escapeAt: number): boolean {
    if (!text.startsWith(ID_LABEL, from)) return false;
    let at = text.indexOf('"', from + ID_LABEL.length);
    if (at === from + ID_LABEL.length || !text.startsWith(TRACE_LABEL, at)) return false;
    this.idFrom = from + 2;
    this.traceIdFrom = at + TRACE_LABEL.length;
    at = text.indexOf('"', this.traceIdFrom);
    if (at === this.traceIdFrom) return false;
    this.traceIdTo = ++at;
    if (text.startsWith(PARENT_LABEL, at)) {
      const end = text.indexOf('"', at + PARENT_LABEL.length);
      if (end === at + PARENT_LABEL.length) return false;
      at = end + 1;
    }
    if (!text.startsWith(NAME_LABEL, at)) return false;
    at = text.indexOf('"', at + NAME_LABEL.length);
    if (!text.startsWith(KIND_LABEL, at)) return false;
    this.kindFrom = at + KIND_LABEL.length - 1;
    at = text.indexOf('"', this.kindFrom + 1);
    this.kind = kindAt(text, this.kindFrom);
    if (this.kind < 0 || !text.startsWith(START_LABEL, at)) return false;
    this.startFrom = at + START_LABEL.length;
    this.startTo = at = text.indexOf('"', this.startFrom);
    if (!text.startsWith(END_LABEL, at)) return false;
    this.endFrom = at + END_LABEL.length;
    const endTo = text.indexOf('"', this.endFrom);
    if (endTo < 0 || endTo >= to || escapeAt < endTo) return false;
    this.to = to;
    if (endTo + 2 !== to) {
      if (!text.startsWith(ATTRS_LABEL, endTo)) return false;
      if (skipTexts(text, endTo + ATTRS_LABEL.length) !== to - 1) return false;
    }
    this.startNano = this.#nano(text, this.startFrom, this.startTo);
    this.endNano = this.#nano(text, this.endFrom, endTo);
    return this.startNano <= MAX_EXACT && this.startNano >= -MAX_EXACT &&
      this.endNano <= MAX_EXACT && this.endNano >= -MAX_EXACT;
  }

  /** Nanoseconds since the base; not a number when it is no such time. */
  #nano(text: string, from: number, to: number): number {
    let at = from + SECOND_LENGTH;
    let nano = 0;
    if (text.charCodeAt(at) === DOT) {
      const digitsFrom = ++at;
      for (; at < to; at++) {
        const digit = text.charCodeAt(at) - DIGIT_0;
        if (!(digit >= 0 && digit <= 9)) break;
        nano = nano * 10 + digit;
      }
      if (at - digitsFrom > 9) return NaN;
      nano *= UNITS[at - digitsFrom];
    }
    if (
      to - at !== this.#zoneText.length || !text.startsWith(this.#zoneText, at) ||
      !text.startsWith(this.#secondText, from)
    ) {
      const time = parseTimestamp(text.slice(from, to));
      if (time === undefined) return NaN;
      const { unixNano } = time;
      const rest = unixNano % NANOS_PER_SECOND;
      this.#second = Number(
        (rest < 0n ? unixNano - rest - NANOS_PER_SECOND : unixNano - rest) /
          NANOS_PER_SECOND,
      );
      this.#secondText = text.slice(from, from + SECOND_LENGTH);
      this.#zoneText = text.slice(at, to);
    }
    return (this.#second - this.#baseSecond) * 1e9 + nano - this.#baseNano;
  }
}

/** go-trace's number of the kind whose quote is at a place; -1 for others. */
function kindAt(text: string, from: number): number {
  for (let kind = 0; kind < KIND_TEXTS.length; kind++) {
    if (text.startsWith(KIND_TEXTS[kind], from)) return kind;
  }
  return -1;
}

const NANOS_PER_SECOND = 1_000_000_000n;
const MAX_EXACT = Number.MAX_SAFE_INTEGER;
const ID_LABEL = '{"id":"';
const TRACE_LABEL = '","trace_id":"';
const PARENT_LABEL = ',"parent_id":"';
const NAME_LABEL = ',"name":"';
const KIND_LABEL = '","kind":"';
const START_LABEL = '","start_time":"';
const END_LABEL = '","end_time":"';
const ATTRS_LABEL = '","attrs":';
const KIND_TEXTS = GOTRACE_KINDS.map((kind) => `"${kind}"`);
/** The length of `2026-03-11T19:00:00`. */
const SECOND_LENGTH = 19;
/** Nanoseconds of the last of so many digits. */
const UNITS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1];
const DIGIT_0 = 0x30;
const DOT = 0x2e;
