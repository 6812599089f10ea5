import { countReason } from "../../model/counters.ts";
import type { Span } from "../../model/span.ts";
import type { Losses } from "../losses.ts";
import { OWN_KEYS } from "../own_attributes.ts";

/** The times of a span as Jaeger has them: in whole microseconds. */
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
 */
export function spanMicros(span: Span, losses: Losses): SpanMicros {
  const { startTimeUnixNano, endTimeUnixNano } = span;
  const own: [string, string][] = [];
  const start = clampMicros(startTimeUnixNano);
  if (start.isClamped) countReason(losses.changed, "time_out_of_range");
  if (BigInt(start.micros) * 1000n !== startTimeUnixNano) {
    own.push([OWN_KEYS.start, String(startTimeUnixNano)]);
  }
  if (endTimeUnixNano === undefined) {
    countReason(losses.changed, "no_end_time");
    own.push([OWN_KEYS.state, span.state]);
    return { start: start.micros, duration: 0, own };
  }
  const length = endTimeUnixNano - startTimeUnixNano;
  if (length < 0n) countReason(losses.changed, "negative_duration");
  const duration = length < 0n ? 0 : Math.min(Number(length / 1000n), Number.MAX_SAFE_INTEGER);
  if ((BigInt(start.micros) + BigInt(duration)) * 1000n !== endTimeUnixNano) {
    own.push([OWN_KEYS.end, String(endTimeUnixNano)]);
  }
  return { start: start.micros, duration, own };
}

/** A moment in whole microseconds after 1970. */
export function clampMicros(
  unixNano: bigint,
): { readonly micros: number; readonly isClamped: boolean } {
  const micros = unixNano / 1000n;
  if (unixNano < 0n) return { micros: 0, isClamped: true };
  return micros > MAX_MICROS
    ? { micros: Number(MAX_MICROS), isClamped: true }
    : { micros: Number(micros), isClamped: false };
}

const MAX_MICROS = BigInt(Number.MAX_SAFE_INTEGER);
