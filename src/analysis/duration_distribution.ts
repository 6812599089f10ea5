import { LogHistogram } from "./_log_histogram.ts";
import { SortedRuns } from "./_sorted_runs.ts";

/** Room for exact values that several distributions share. */
export interface ValueBudget {
  /** How many values may be kept exactly, by all distributions together. */
  readonly maxValues: number;
  /** How many there is room for now. */
  usedValues: number;
}

/** Options of a {@linkcode DurationDistribution}. */
export interface DurationDistributionOptions {
  /** How many values are kept exactly. @default 131,072 */
  readonly maxExactValues?: number;
  /** What it shares with others, besides. @default nothing */
  readonly budget?: ValueBudget;
}

/**
 * How long something takes: count, sum, extremes and percentiles of many durations. Percentiles are
 * exact, by nearest rank, up to a number of values; beyond it they are within 0.5 % of the exact
 * value, `isExact` turns false, and memory no longer grows. A value costs O(log n) on average.
 *
 * @example
 * ```ts
 * import { DurationDistribution } from "./duration_distribution.ts";
 *
 * const distribution = new DurationDistribution();
 * for (let nano = 1; nano <= 100; nano++) distribution.add(nano);
 * if (distribution.percentileNano(0.95) !== 95) throw new Error("wrong");
 * ```
 */
export class DurationDistribution {
  readonly #maxExactValues: number;
  readonly #budget: ValueBudget | undefined;
  #runs: SortedRuns | undefined;
  #histogram: LogHistogram | undefined;
  #count = 0;
  #totalNano = 0;
  #minNano = Infinity;
  #maxNano = 0;

  constructor(options: DurationDistributionOptions = {}) {
    this.#maxExactValues = options.maxExactValues ?? 131_072;
    this.#budget = options.budget;
  }

  /** How many durations there are. */
  get count(): number {
    return this.#count;
  }

  /** Their sum; exact below 2⁵³ ns, which is 104 days. */
  get totalNano(): number {
    return this.#totalNano;
  }

  /** The shortest; 0 of none. */
  get minNano(): number {
    return this.#count === 0 ? 0 : this.#minNano;
  }

  /** The longest; 0 of none. */
  get maxNano(): number {
    return this.#maxNano;
  }

  /** 0 of none. */
  get averageNano(): number {
    return this.#count === 0 ? 0 : this.#totalNano / this.#count;
  }

  /** Whether percentiles are exact; otherwise they are within 0.5 %. */
  get isExact(): boolean {
    return this.#histogram === undefined;
  }

  /**
   * Adds a duration.
   *
   * @param nano Nanoseconds.
   * @throws {RangeError} When it is negative or no finite number.
   */
  add(nano: number): void {
    if (!(nano >= 0 && nano < Infinity)) {
      throw new RangeError(`Cannot add a duration of ${nano} ns: it must be 0 or more`);
    }
    this.#count++;
    this.#totalNano += nano;
    if (nano < this.#minNano) this.#minNano = nano;
    if (nano > this.#maxNano) this.#maxNano = nano;
    this.#keep(nano);
  }

  /** Adds all durations of another one, which stays as it is. */
  merge(other: DurationDistribution): void {
    if (other.#count === 0) return;
    this.#count += other.#count;
    this.#totalNano += other.#totalNano;
    this.#minNano = Math.min(this.#minNano, other.#minNano);
    this.#maxNano = Math.max(this.#maxNano, other.#maxNano);
    if (other.#histogram === undefined) {
      // A copy, for the case that the other one is this one.
      for (const nano of other.#runs?.values.slice() ?? []) this.#keep(nano);
    } else {
      this.#roughen().merge(other.#histogram);
    }
  }

  /**
   * The duration that a share of all does not exceed, by nearest rank: the smallest one with at least
   * that share of the durations at or below it; 0 of none.
   *
   * @param share From 0 (the shortest) to 1 (the longest): 0.95 is the 95th percentile.
   * @throws {RangeError} When the share is out of that range.
   */
  percentileNano(share: number): number {
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(`Cannot find the percentile ${share}: it must be from 0 to 1`);
    }
    if (this.#count === 0) return 0;
    const rank = nearestRank(share, this.#count);
    if (rank === this.#count) return this.#maxNano;
    if (rank === 1) return this.#minNano;
    if (this.#runs !== undefined) return this.#runs.valueAt(rank);
    const nano = (this.#histogram as LogHistogram).valueAt(rank);
    return Math.min(this.#maxNano, Math.max(this.#minNano, nano));
  }

  #keep(nano: number): void {
    if (this.#histogram !== undefined) {
      this.#histogram.add(nano);
      return;
    }
    const runs = this.#runs ??= this.#openRuns();
    if (runs === undefined || !this.#hasRoom(runs)) this.#roughen().add(nano);
    else runs.add(nano);
  }

  #openRuns(): SortedRuns | undefined {
    const runs = new SortedRuns();
    return this.#take(runs.capacity) ? runs : undefined;
  }

  #hasRoom(runs: SortedRuns): boolean {
    if (runs.count >= this.#maxExactValues) return false;
    // A full one doubles.
    return runs.count < runs.capacity || this.#take(runs.capacity);
  }

  #take(valueCount: number): boolean {
    if (this.#budget === undefined) return true;
    if (this.#budget.usedValues + valueCount > this.#budget.maxValues) return false;
    this.#budget.usedValues += valueCount;
    return true;
  }

  /** Goes over from exact values to a histogram. */
  #roughen(): LogHistogram {
    if (this.#histogram !== undefined) return this.#histogram;
    const histogram = this.#histogram = new LogHistogram();
    if (this.#runs !== undefined) {
      for (const nano of this.#runs.values) histogram.add(nano);
      if (this.#budget !== undefined) this.#budget.usedValues -= this.#runs.capacity;
      this.#runs = undefined;
    }
    return histogram;
  }
}

/** The rank, from 1, of the value that at least this share of `count` values does not exceed. */
function nearestRank(share: number, count: number): number {
  const exact = share * count;
  // 0.07 * 100 is 7.000000000000001: what is a whole number but for rounding is taken as one.
  const whole = Math.round(exact);
  const rank = Math.abs(exact - whole) <= exact * 2 ** -50 ? whole : Math.ceil(exact);
  return Math.min(count, Math.max(1, rank));
}
