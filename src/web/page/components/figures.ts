import { formatDuration } from "../../../model/duration.ts";
import { formatTimestamp } from "../../../model/time.ts";
import { countText as countWithWord, formatCount } from "../../../views/count_text.ts";
import { localClock, localDateTime, localOffsetMinutes } from "./local_time.ts";

/** A length of time in nanoseconds, as digits or as a number of figures: `12.3ms`. */
export function durationText(nano: string | number | bigint): string {
  return formatDuration(BigInt(typeof nano === "number" ? Math.round(nano) : nano));
}

/** A count with separators: `12,345`. */
export function countText(count: number): string {
  return formatCount(count);
}

/** A count with its word: `1 span`, `1,200 spans`. */
export function countOf(count: number, word: string): string {
  return countWithWord(count, word);
}

/** A share of one: `0.13%`, `12%`. */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)}%`;
}

/** A moment on the reader's clock: `11:03:12.123`. */
export function clockText(unixNano: bigint): string {
  return localClock(unixNano);
}

/** The day of a moment on the reader's calendar: `2026-11-20`. */
export function dayText(unixNano: bigint): string {
  return localDateTime(unixNano).slice(0, 10);
}

/** A moment with all its digits, on the reader's clock: `2026-11-20T11:03:12.123456789+01:00`. */
export function momentText(unixNano: bigint): string {
  try {
    return formatTimestamp(unixNano, localOffsetMinutes(unixNano));
  } catch {
    // A year that the format has no digits for.
    return `${unixNano}ns`;
  }
}
