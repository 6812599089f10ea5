import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { Losses } from "./losses.ts";
import { OWN_KEYS } from "./own_attributes.ts";

/** The times of a span for protocols that have them in whole microseconds. */
export interface SpanMicros {
  /** Since 1970. */
  readonly start: number;
  readonly duration: number;
  /** Own attributes that say what the numbers do not. */
  readonly own: readonly (readonly [string, string])[];
}

/**
 * Brings the times of a span to whole microseconds that are exact as JSON's numbers and not negative.
 * What gets lost by it goes into own attributes.
 *
 * @param min The least start and duration that the protocol takes for known.
 */
export function microsOfSpan(span: Span, min: 0 | 1, losses: Losses): SpanMicros {
  const { startTimeUnixNano, endTimeUnixNano } = span;
  const own: [string, string][] = [];
  const start = clampMicros(startTimeUnixNano, min);
  if (start.isClamped) countReason(losses.changed, "time_out_of_range");
  if (BigInt(start.micros) * 1000n !== startTimeUnixNano) {
    own.push([OWN_KEYS.start, String(startTimeUnixNano)]);
  }
  if (endTimeUnixNano === undefined) {
    countReason(losses.changed, "no_end_time");
    own.push([OWN_KEYS.state, span.state]);
    return { start: start.micros, duration: min, own };
  }
  const length = endTimeUnixNano - startTimeUnixNano;
  if (length < 0n) countReason(losses.changed, "negative_duration");
  const duration = length <= 1000n * BigInt(min)
    ? min
    : Math.min(Number(length / 1000n), Number.MAX_SAFE_INTEGER);
  if ((BigInt(start.micros) + BigInt(duration)) * 1000n !== endTimeUnixNano) {
    own.push([OWN_KEYS.end, String(endTimeUnixNano)]);
  }
  return { start: start.micros, duration, own };
}

/** A moment in whole microseconds, at least `min`. */
export function clampMicros(
  unixNano: bigint,
  min: 0 | 1,
): { readonly micros: number; readonly isClamped: boolean } {
  const micros = unixNano / 1000n;
  if (micros < BigInt(min)) return { micros: min, isClamped: true };
  return micros > MAX_MICROS
    ? { micros: Number(MAX_MICROS), isClamped: true }
    : { micros: Number(micros), isClamped: false };
}

const MAX_MICROS = BigInt(Number.MAX_SAFE_INTEGER);
