import { formatDuration } from "../model/duration.ts";

/** A moment as `11:03:12.123`. */
export function formatClock(unixNano: bigint, offsetMinutes: number): string {
  return isoText(unixNano, offsetMinutes).slice(-13, -1);
}

/** A moment as `2026-11-20 11:03:12.123`. */
export function formatDateTime(unixNano: bigint, offsetMinutes: number): string {
  return isoText(unixNano, offsetMinutes).slice(0, -1).replace("T", " ");
}

/** A length of time that is known as a number, see `formatDuration`. */
export function formatNano(nano: number): string {
  return formatDuration(BigInt(Math.round(nano)));
}

/** A moment as `2026-11-20T11:03:12.123Z`, but in an offset that it does not name. */
export function isoText(unixNano: bigint, offsetMinutes: number): string {
  const ms = Number(unixNano / 1_000_000n) + offsetMinutes * 60_000;
  // Programs send any time; further than this the calendar does not go.
  return new Date(Math.min(LAST_MS, Math.max(FIRST_MS, ms))).toISOString();
}

/** Years of four digits, so that all texts are as long. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
