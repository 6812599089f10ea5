/** Distinct values in ascending order, and how often each occurs. */
export interface WeightedValues {
  readonly values: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  /** The sum of the weights. */
  readonly count: number;
}

/** The distinct values of a list, in any order, each as often as it occurs. */
export function weighValues(list: ArrayLike<number>): WeightedValues {
  const sorted = Float64Array.from(list).sort();
  const values: number[] = [];
  const weights: number[] = [];
  for (const value of sorted) {
    if (values.length > 0 && values[values.length - 1] === value) weights[weights.length - 1]++;
    else {
      values.push(value);
      weights.push(1);
    }
  }
  return { values, weights, count: sorted.length };
}

/** The same values, all multiplied by a positive factor. */
export function scaleValues(weighted: WeightedValues, factor: number): WeightedValues {
  return { ...weighted, values: Float64Array.from(weighted.values, (value) => value * factor) };
}

/** The value that a share of all does not exceed, by nearest rank; 0 of none. */
export function weightedQuantile(
  { values, weights, count }: WeightedValues,
  share: number,
): number {
  const rank = Math.max(1, Math.ceil(share * count - 1e-9));
  let seen = 0;
  for (let index = 0; index < values.length; index++) {
    seen += weights[index];
    if (seen >= rank) return values[index];
  }
  return 0;
}
