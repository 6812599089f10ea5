const BUCKETS_PER_DOUBLING = 16;
const SMALLEST_MS = 0.001;

/** How late things were sent, in fixed memory: percentiles are within 5 % of the exact ones. */
export class LagHistogram {
  /** The largest lag. */
  maxMs = 0;
  readonly #counts = new Float64Array(40 * BUCKETS_PER_DOUBLING);
  #total = 0;

  /** Counts one sending. */
  add(lagMs: number): void {
    const bucket = lagMs <= SMALLEST_MS
      ? 0
      : Math.ceil(Math.log2(lagMs / SMALLEST_MS) * BUCKETS_PER_DOUBLING);
    this.#counts[Math.min(bucket, this.#counts.length - 1)]++;
    this.#total++;
    if (lagMs > this.maxMs) this.maxMs = lagMs;
  }

  /** The lag that a share of the sendings, such as 0.95, did not exceed; `undefined` without any. */
  percentileMs(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    let left = share * this.#total;
    let bucket = 0;
    while (bucket < this.#counts.length - 1 && (left -= this.#counts[bucket]) > 0) bucket++;
    return Math.min(SMALLEST_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING), this.maxMs);
  }
}
