import { fisherTest, rankTest } from "./_rank_test.ts";
import type { TimedSample } from "./_timed_sample.ts";
import { varianceInflation } from "./_variance_inflation.ts";
import {
  scaleValues,
  weightedQuantile,
  type WeightedValues,
  weighValues,
} from "./_weighted_values.ts";
import type { OperationCategory } from "./operation.ts";

/** How long the same thing took in two recordings. */
export class TimePair {
  readonly category: OperationCategory;
  /** Nanoseconds in the order of time. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly #weightedBefore: WeightedValues;
  readonly #weightedAfter: WeightedValues;
  readonly #inflationBefore: number;
  readonly #inflationAfter: number;

  constructor(category: OperationCategory, before: TimedSample, after: TimedSample) {
    this.category = category;
    this.before = before.valuesByTime();
    this.after = after.valuesByTime();
    this.#weightedBefore = weighValues(this.before);
    this.#weightedAfter = weighValues(this.after);
    this.#inflationBefore = varianceInflation(this.before);
    this.#inflationAfter = varianceInflation(this.after);
  }

  /** The logarithm of how many times longer a quantile became. */
  logRatio(share: number): number {
    return Math.log((this.afterNano(share) + 1) / (this.beforeNano(share) + 1));
  }

  beforeNano(share: number): number {
    return weightedQuantile(this.#weightedBefore, share);
  }

  afterNano(share: number): number {
    return weightedQuantile(this.#weightedAfter, share);
  }

  /** How far the middle half of the values lies apart, as the logarithm of a ratio. */
  get spread(): number {
    const spreads = [this.#weightedBefore, this.#weightedAfter].map((values) =>
      Math.log((weightedQuantile(values, 0.75) + 1) / (weightedQuantile(values, 0.25) + 1))
    );
    return Math.max(...spreads);
  }

  /**
   * The probability that chance makes as large a difference, if all that differs otherwise is a factor.
   *
   * @param logDrift The factor's logarithm.
   */
  shiftProbability(logDrift: number): number {
    const scaled = scaleValues(this.#weightedAfter, Math.exp(-logDrift));
    const [countBefore, countAfter] = [this.before.length, this.after.length];
    const inflation = (this.#inflationBefore / countBefore + this.#inflationAfter / countAfter) /
      (1 / countBefore + 1 / countAfter);
    // Other programs make some values longer and none shorter: where they do so in one of the
    // recordings, the ranks say little, and the shorter values still a lot.
    return 2 * Math.min(
      rankTest(this.#weightedBefore, scaled, inflation),
      this.quantileProbability(LOW_SHARE, logDrift),
    );
  }

  /** The same for the share of values below one quantile of both recordings together. */
  quantileProbability(share: number, logDrift: number): number {
    const factor = Math.exp(-logDrift);
    const scaled = this.after.map((nano) => nano * factor);
    const both = new Float64Array(this.before.length + scaled.length);
    both.set(this.before);
    both.set(scaled, this.before.length);
    const limit = weightedQuantile(weighValues(both), share);
    const before = countBelow(this.before, limit);
    const after = countBelow(scaled, limit);
    return fisherTest(before.hits, before.count, after.hits, after.count);
  }
}

/** The quantile at which short values are compared. */
const LOW_SHARE = 1 / 3;

/** How many values are at most so long, in numbers of independent ones. */
function countBelow(values: Float64Array, limit: number): { hits: number; count: number } {
  const isBelow = values.map((value) => value <= limit ? 1 : 0);
  const inflation = varianceInflation(isBelow);
  const hits = isBelow.reduce((sum, each) => sum + each, 0);
  return { hits: Math.round(hits / inflation), count: Math.round(values.length / inflation) };
}
