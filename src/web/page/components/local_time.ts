import { parseUnixNano } from "../../../model/time.ts";
import { formatClock, formatDateTime } from "../../../views/time_text.ts";

/** Minutes east of UTC of the reader's clock at a moment. */
export function localOffsetMinutes(unixNano: bigint): number {
  const minutes = -new Date(Number(unixNano / 1_000_000n)).getTimezoneOffset();
  return Number.isNaN(minutes) ? 0 : minutes;
}

/** A moment on the reader's clock: `11:03:12.123`. */
export function localClock(unixNano: bigint): string {
  return formatClock(unixNano, localOffsetMinutes(unixNano));
}

/** A moment on the reader's clock and calendar: `2026-11-20 11:03:12.123`. */
export function localDateTime(unixNano: bigint): string {
  return formatDateTime(unixNano, localOffsetMinutes(unixNano));
}

/** A moment that the server has written. */
export function moment(text: string): bigint {
  return parseUnixNano(text) ?? 0n;
}
