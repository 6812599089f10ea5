/** A moment as RFC 3339 text gives it. */
export interface Timestamp {
  /** Nanoseconds since the Unix epoch. */
  readonly unixNano: bigint;
  /** Minutes east of UTC that the text was written in. */
  readonly offsetMinutes: number;
}

const NANOS_PER_SECOND = 1_000_000_000n;
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Parses RFC 3339 text with 0 to 9 fractional digits and any offset, without losing a nanosecond.
 *
 * @param text For example `2026-03-11T19:00:00.123456789+09:00`.
 * @returns `undefined` when the text is not such a time, or names a moment that does not exist.
 * @example
 * ```ts
 * import { parseTimestamp } from "./time.ts";
 *
 * const time = parseTimestamp("2026-03-11T19:00:00.1+09:00");
 * if (time?.unixNano !== 1773223200100000000n) throw new Error("wrong");
 * ```
 */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] =
    match;
  if (+month < 1 || +month > 12 || +day < 1 || +day > daysInMonth(+year, +month)) return undefined;
  if (+hour > 23 || +minute > 59 || +second > 59) return undefined;
  let offsetMinutes = 0;
  if (sign !== undefined) {
    if (+offsetHour > 23 || +offsetMinute > 59) return undefined;
    offsetMinutes = (sign === "-" ? -1 : 1) * (+offsetHour * 60 + +offsetMinute);
  }
  const date = new Date(0);
  // Date.UTC reads the years 0 to 99 as 1900 to 1999, so the year is set on its own.
  date.setUTCFullYear(+year, +month - 1, +day);
  date.setUTCHours(+hour, +minute, +second);
  const seconds = BigInt(date.getTime() / 1000 - offsetMinutes * 60);
  return { unixNano: seconds * NANOS_PER_SECOND + BigInt(fraction.padEnd(9, "0")), offsetMinutes };
}

/**
 * Formats a time as Go does: RFC 3339, as many fractional digits as needed, `Z` for UTC.
 *
 * @param unixNano Nanoseconds since the Unix epoch.
 * @param offsetMinutes Minutes east of UTC to write it in. @default 0
 */
export function formatTimestamp(unixNano: bigint, offsetMinutes = 0): string {
  let seconds = unixNano / NANOS_PER_SECOND;
  let nanos = unixNano % NANOS_PER_SECOND;
  if (nanos < 0n) {
    nanos += NANOS_PER_SECOND;
    seconds -= 1n;
  }
  const iso = new Date((Number(seconds) + offsetMinutes * 60) * 1000).toISOString().slice(0, -5);
  const fraction = nanos === 0n ? "" : "." + nanos.toString().padStart(9, "0").replace(/0+$/, "");
  return iso + fraction + formatOffset(offsetMinutes);
}

function formatOffset(offsetMinutes: number): string {
  if (offsetMinutes === 0) return "Z";
  const absolute = Math.abs(offsetMinutes);
  const hours = String(Math.trunc(absolute / 60)).padStart(2, "0");
  const minutes = String(absolute % 60).padStart(2, "0");
  return `${offsetMinutes < 0 ? "-" : "+"}${hours}:${minutes}`;
}

function daysInMonth(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !isLeapYear ? 28 : DAYS_IN_MONTH[month - 1];
}
