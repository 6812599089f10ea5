/** A moment as RFC 3339 text gives it. */
export interface Timestamp {
  /** Nanoseconds since the Unix epoch. */
  readonly unixNano: bigint;
  /** Minutes east of UTC that the text was written in. */
  readonly offsetMinutes: number;
}

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
  const unixNano = parseUnixNano(text);
  return unixNano === undefined ? undefined : { unixNano, offsetMinutes: readOffsetMinutes };
}

/** The same as {@linkcode parseTimestamp} for who does not ask for the offset: no object is made. */
export function parseUnixNano(text: string): bigint | undefined {
  // By character codes: a regular expression and a Date took three times as long, and reading a
  // recording is mostly this.
  const length = text.length;
  if (length < SHORTEST) return undefined;
  // Spans come by the hundred in one second: its digits are read once. A third of the time.
  if (!text.startsWith(readSecondText)) {
    const seconds = parseSecond(text);
    if (seconds === undefined) return undefined;
    readSecondText = text.slice(0, 19);
    readSecond = seconds;
  }
  let at = 19;
  let nanos = 0;
  if (text.charCodeAt(at) === DOT) {
    let unit = NANOS_PER_SECOND;
    let digit = digitAt(text, ++at);
    if (!(digit >= 0)) return undefined;
    for (; digit >= 0; digit = digitAt(text, ++at)) {
      unit /= 10;
      // Ten digits or more: what is beyond a nanosecond would be lost.
      if (unit < 1) return undefined;
      nanos += digit * unit;
    }
  }
  const sign = text.charCodeAt(at);
  let offsetMinutes = 0;
  if (sign === PLUS || sign === DASH) {
    if (length !== at + 6 || text.charCodeAt(at + 3) !== COLON) return undefined;
    const hours = twoDigits(text, at + 1);
    const minutes = twoDigits(text, at + 4);
    if (!(hours <= 23 && minutes <= 59)) return undefined;
    offsetMinutes = hours * 60 + minutes;
    if (sign === DASH && offsetMinutes !== 0) offsetMinutes = -offsetMinutes;
  } else if (sign !== LETTER_Z || length !== at + 1) {
    return undefined;
  }
  const seconds = readSecond - offsetMinutes * 60;
  if (seconds !== readUnixSecond) {
    readUnixSecond = seconds;
    readUnixNano = BigInt(seconds) * NANOS_PER_SECOND_BIG;
  }
  readOffsetMinutes = offsetMinutes;
  return readUnixNano + BigInt(nanos);
}

/** The first 19 characters of the last text, which seconds they stand for where it was written, … */
let readSecondText = "1970-01-01T00:00:00";
let readSecond = 0;
/** … and in UTC. */
let readUnixSecond = NaN;
let readUnixNano = 0n;
/** The offset that the last text was written in. */
let readOffsetMinutes = 0;

/** Reads `2026-03-11T19:00:00` as seconds since the epoch, as if it were UTC. */
function parseSecond(text: string): number | undefined {
  if (
    text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH ||
    text.charCodeAt(10) !== LETTER_T || text.charCodeAt(13) !== COLON ||
    text.charCodeAt(16) !== COLON
  ) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // NaN, which stands for something that is no digit, fails every one of these.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) {
    return undefined;
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  return daysSinceEpoch(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
}

/**
 * Formats a time as Go does: RFC 3339, as many fractional digits as needed, `Z` for UTC.
 *
 * @param unixNano Nanoseconds since the Unix epoch.
 * @param offsetMinutes Minutes east of UTC to write it in. @default 0
 * @throws RangeError when the year is outside 0000 to 9999, which RFC 3339 cannot write.
 */
export function formatTimestamp(unixNano: bigint, offsetMinutes = 0): string {
  let wholeSeconds = unixNano / NANOS_PER_SECOND_BIG;
  let nanos = Number(unixNano - wholeSeconds * NANOS_PER_SECOND_BIG);
  if (nanos < 0) {
    nanos += NANOS_PER_SECOND;
    wholeSeconds -= 1n;
  }
  const seconds = Number(wholeSeconds) + offsetMinutes * 60;
  if (seconds !== lastSecond) {
    lastSecondText = formatSecond(seconds, unixNano);
    lastSecond = seconds;
  }
  return lastSecondText + formatFraction(nanos) + formatOffset(offsetMinutes);
}

/** The times of a span mostly lie in one second: writing that once takes half as long. */
let lastSecond = NaN;
let lastSecondText = "";

function formatSecond(seconds: number, unixNano: bigint): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  if (!(days >= FIRST_DAY && days <= LAST_DAY)) {
    throw new RangeError(`Cannot write the time ${unixNano}: its year is not in 0000 to 9999`);
  }
  const ofDay = seconds - days * SECONDS_PER_DAY;
  const hour = Math.trunc(ofDay / 3600);
  const minute = Math.trunc(ofDay / 60) % 60;
  return `${formatDate(days)}T${PAIRS[hour]}:${PAIRS[minute]}:${PAIRS[ofDay % 60]}`;
}

const NANOS_PER_SECOND = 1_000_000_000;
const NANOS_PER_SECOND_BIG = 1_000_000_000n;
const SECONDS_PER_DAY = 86_400;
const DAYS_IN_400_YEARS = 146_097;
/** Days from 0000-03-01, at which counting is easiest, to 1970-01-01. */
const EPOCH_DAY = 719_468;
const FIRST_DAY = -719_528;
const LAST_DAY = 2_932_896;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** The numbers 0 to 99 with two digits. */
const PAIRS: readonly string[] = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));
/** The length of `2026-03-11T19:00:00Z`. */
const SHORTEST = 20;
const DIGIT_0 = 0x30;
const PLUS = 0x2b;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/** The digit at a place, or NaN. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - DIGIT_0;
  return digit >= 0 && digit <= 9 ? digit : NaN;
}

function twoDigits(text: string, at: number): number {
  return digitAt(text, at) * 10 + digitAt(text, at + 1);
}

/** Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.trunc((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) +
    dayOfYear;
  return era * DAYS_IN_400_YEARS + dayOfEra - EPOCH_DAY;
}

/** The inverse of {@linkcode daysSinceEpoch}, as text. */
function formatDate(days: number): string {
  const sinceMarch0000 = days + EPOCH_DAY;
  const era = Math.floor(sinceMarch0000 / DAYS_IN_400_YEARS);
  const dayOfEra = sinceMarch0000 - era * DAYS_IN_400_YEARS;
  const yearOfEra = Math.trunc(
    (dayOfEra - Math.trunc(dayOfEra / 1460) + Math.trunc(dayOfEra / 36_524) -
      Math.trunc(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100));
  const monthFromMarch = Math.trunc((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.trunc((153 * monthFromMarch + 2) / 5) + 1;
  const month = (monthFromMarch + 2) % 12 + 1;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${PAIRS[Math.trunc(year / 100)]}${PAIRS[year % 100]}-${PAIRS[month]}-${PAIRS[day]}`;
}

function formatFraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  let end = 9;
  while (digits.charCodeAt(end - 1) === DIGIT_0) end--;
  return "." + digits.slice(0, end);
}

function formatOffset(offsetMinutes: number): string {
  if (offsetMinutes === 0) return "Z";
  const absolute = Math.abs(offsetMinutes);
  const sign = offsetMinutes < 0 ? "-" : "+";
  return `${sign}${PAIRS[Math.trunc(absolute / 60)]}:${PAIRS[absolute % 60]}`;
}

function daysInMonth(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !isLeapYear ? 28 : DAYS_IN_MONTH[month - 1];
}
