import { formatTimestamp } from "../../../model/time.ts";
import { localOffsetMinutes } from "./local_time.ts";

/** A share of one: `0.13%`, `12%`. */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)}%`;
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
