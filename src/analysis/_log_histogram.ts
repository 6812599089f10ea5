/** The largest relative error of a value that a {@linkcode LogHistogram} gives back. */
export const RELATIVE_ERROR = 0.005;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
const FIRST_CAPACITY = 256;

/**
 * Counts values in buckets whose bounds grow by a constant factor, so that every value is known to
 * within {@linkcode RELATIVE_ERROR}. Nanoseconds of any length a span can have take at most 4,400
 * buckets.
 */
export class LogHistogram {
  #zeros = 0;
  /** Counts of the buckets from `#first` on. */
  #counts = new Float64Array(0);
  #first = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Counts a value, which is not negative. */
  add(value: number, times = 1): void {
    this.#count += times;
    // Values below 1 are fractions of a nanosecond, which no span has.
    if (value < 1) {
      this.#zeros += times;
      return;
    }
    this.#addToBucket(Math.ceil(Math.log(value) / LOG_GAMMA), times);
  }

  /** Counts all that another one has counted. */
  merge(other: LogHistogram): void {
    const zeros = other.#zeros;
    this.#zeros += zeros;
    this.#count += zeros;
    for (let at = 0; at < other.#counts.length; at++) {
      const times = other.#counts[at];
      if (times === 0) continue;
      this.#count += times;
      this.#addToBucket(other.#first + at, times);
    }
  }

  /** The value at a rank, 1 being the smallest. */
  valueAt(rank: number): number {
    let seen = this.#zeros;
    if (rank <= seen) return 0;
    for (let at = 0; at < this.#counts.length; at++) {
      seen += this.#counts[at];
      // The middle of the bucket in terms of relative error.
      if (rank <= seen) return 2 * GAMMA ** (this.#first + at) / (GAMMA + 1);
    }
    throw new RangeError(`Cannot find rank ${rank} of ${this.#count} values`);
  }

  #addToBucket(bucket: number, times: number): void {
    const { length } = this.#counts;
    if (bucket < this.#first || bucket >= this.#first + length) this.#cover(bucket);
    this.#counts[bucket - this.#first] += times;
  }

  /** Makes room for a bucket beyond those there are. */
  #cover(bucket: number): void {
    const old = this.#counts;
    if (old.length === 0) {
      this.#first = Math.max(0, bucket - FIRST_CAPACITY / 2);
      this.#counts = new Float64Array(FIRST_CAPACITY);
      return;
    }
    const first = Math.max(0, Math.min(this.#first, bucket - FIRST_CAPACITY));
    const end = Math.max(this.#first + old.length, bucket + 1 + FIRST_CAPACITY);
    this.#counts = new Float64Array(end - first);
    this.#counts.set(old, this.#first - first);
    this.#first = first;
  }
}
