import type { SsfSample, SsfTags } from "../../wire/ssf/ssf_span.ts";
import { makeSample, type SampleOptions } from "./sample_options.ts";

/** A unit of time. */
export type TimeUnit = "ns" | "µs" | "ms" | "s" | "min" | "h";

/** The units of time that {@linkcode timing} knows, with their nanoseconds. */
export const TIME_UNITS: Readonly<Record<TimeUnit, bigint>> = Object.freeze({
  ns: 1n,
  "µs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  min: 60_000_000_000n,
  h: 3_600_000_000_000n,
});

/**
 * Makes a sample of a duration, as a histogram.
 *
 * @param durationNano Nanoseconds.
 * @param unit The unit it is reported in; whole ones, what is left over is cut off.
 * @throws {RangeError} When the unit is none of these.
 * @example
 * ```ts
 * import { timing } from "./mod.ts";
 *
 * const sample = timing("query", 3_700_000n, "ms");
 * if (sample.value !== 3 || sample.unit !== "ms") throw new Error("wrong");
 * ```
 */
export function timing(
  name: string,
  durationNano: bigint,
  unit: TimeUnit,
  tags: SsfTags = {},
  options: SampleOptions = {},
): SsfSample {
  if (!Object.hasOwn(TIME_UNITS, unit)) {
    const known = Object.keys(TIME_UNITS).join(", ");
    throw new RangeError(`Cannot report a time in "${unit}": use one of ${known}`);
  }
  const value = Number(durationNano / TIME_UNITS[unit]);
  return makeSample({ metric: "histogram", name, value, unit }, tags, options);
}
