import { formatDuration } from "../../../model/duration.ts";
import { formatTimestamp } from "../../../model/time.ts";

/** A length of time in nanoseconds, as digits or as a number of figures: `12.3ms`. */
export function durationText(nano: string | number | bigint): string {
  return formatDuration(
    typeof nano === "bigint" ? nano : BigInt(
      typeof nano === "number" ? Math.round(nano) : nano,
    ),
  );
}

/** A count with separators: `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** A count with its word: `1 span`, `1,200 spans`. */
export function countOf(count: number, word: string): string {
  return `${countText(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** A share of one: `0.13%`, `12%`. */
export function percentText(share: number): string {
  if (share === 0) return "0%";
  const percent = share * 100;
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)}%`;
}

/** A moment on the reader's clock: `11:03:12.123`. */
export function clockText(unixNano: bigint): string {
  const date = dateOf(unixNano);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":") +
    `.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** The day of a moment on the reader's calendar: `2026-11-20`. */
export function dayText(unixNano: bigint): string {
  const date = dateOf(unixNano);
  return [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join("-");
}

/** A moment with all its digits, on the reader's clock: `2026-11-20T11:03:12.123456789+01:00`. */
export function momentText(unixNano: bigint): string {
  try {
    return formatTimestamp(unixNano, -dateOf(unixNano).getTimezoneOffset());
  } catch {
    // A year that the format has no digits for.
    return `${unixNano}ns`;
  }
}

function dateOf(unixNano: bigint): Date {
  return new Date(Number(unixNano / 1_000_000n));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
