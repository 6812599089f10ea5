/** A part of the plot that was dragged over. */
export interface ScatterRange {
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  /** Absent where the range reaches to the edge. */
  readonly minDurationNano?: number;
  readonly maxDurationNano?: number;
}

/**
 * A query for durations in a range, in three digits, so that it can be read; rounded outwards, so that what was
 * in the range stays in it.
 *
 * @param where The query that it narrows down; empty for none.
 */
export function rangeQuery(where: string, range: ScatterRange): string {
  const { minDurationNano: min, maxDurationNano: max } = range;
  const conditions = [
    ...(where === "" ? [] : [min === undefined && max === undefined ? where : `(${where})`]),
    ...(min === undefined ? [] : [`traceDuration >= ${durationText(min, Math.floor)}`]),
    ...(max === undefined ? [] : [`traceDuration <= ${durationText(max, Math.ceil)}`]),
  ];
  return conditions.join(" && ");
}

const UNITS: readonly (readonly [number, string])[] = [[1e9, "s"], [1e6, "ms"], [1e3, "us"]];

function durationText(nano: number, round: (value: number) => number): string {
  const [unit, name] = UNITS.find(([unit]) => nano >= unit) ?? [1, "ns"];
  const value = nano / unit;
  const digits = value >= 100 || unit === 1 ? 0 : value >= 10 ? 1 : 2;
  return `${Number((round(value * 10 ** digits) / 10 ** digits).toFixed(digits))}${name}`;
}
