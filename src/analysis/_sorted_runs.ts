/** How many of the newest values are kept unsorted; sorting a few at a time is cheapest. */
const RUN_LENGTH = 128;

/**
 * Numbers that come in any order, of which any can be had by its rank at any time. They stand in sorted
 * runs of growing lengths, which are merged like the levels of a log-structured tree: a value costs
 * O(log n) on average, and a rank O(log² n), however many there are.
 */
export class SortedRuns {
  #values = new Float64Array(8);
  #count = 0;
  /** Where each sorted run ends; the first begins at 0, each is at least as long as the next. */
  readonly #ends: number[] = [];

  get count(): number {
    return this.#count;
  }

  /** How many values it has room for. */
  get capacity(): number {
    return this.#values.length;
  }

  /** In no particular order. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const values = new Float64Array(this.#count * 2);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.#count++] = value;
    if (this.#count - this.#sortedCount() === RUN_LENGTH) this.#closeRun();
  }

  /** The value at a rank, 1 being the smallest. */
  valueAt(rank: number): number {
    if (this.#count > this.#sortedCount()) this.#closeRun();
    // What is left to look at of each run; ranks are counted within that.
    const from = this.#ends.map((_end, run) => this.#runStart(run));
    const to = [...this.#ends];
    let left = rank;
    for (;;) {
      let longest = 0;
      for (let run = 1; run < to.length; run++) {
        if (to[run] - from[run] > to[longest] - from[longest]) longest = run;
      }
      const pivot = this.#values[(from[longest] + to[longest]) >> 1];
      const lower = from.map((start, run) => lowerBound(this.#values, pivot, start, to[run]));
      const smaller = countBetween(from, lower);
      if (left <= smaller) {
        for (let run = 0; run < to.length; run++) to[run] = lower[run];
        continue;
      }
      const upper = lower.map((start, run) => upperBound(this.#values, pivot, start, to[run]));
      const upTo = countBetween(from, upper);
      if (left <= upTo) return pivot;
      left -= upTo;
      for (let run = 0; run < from.length; run++) from[run] = upper[run];
    }
  }

  #sortedCount(): number {
    return this.#ends.length === 0 ? 0 : this.#ends[this.#ends.length - 1];
  }

  #runStart(run: number): number {
    return run === 0 ? 0 : this.#ends[run - 1];
  }

  /** Sorts the newest values, and merges runs until each is longer than the next. */
  #closeRun(): void {
    const ends = this.#ends;
    this.#values.subarray(this.#sortedCount(), this.#count).sort();
    ends.push(this.#count);
    while (ends.length > 1) {
      const last = ends.length - 1;
      const start = this.#runStart(last - 1);
      const middle = ends[last - 1];
      if (middle - start > ends[last] - middle) return;
      mergeRuns(this.#values, start, middle, ends[last]);
      ends.splice(last - 1, 1);
    }
  }
}

/** Merges two neighbouring sorted runs in place. */
function mergeRuns(values: Float64Array, start: number, middle: number, end: number): void {
  const right = values.slice(middle, end);
  let left = middle - 1;
  let at = end - 1;
  for (let other = right.length - 1; other >= 0; at--) {
    if (left >= start && values[left] > right[other]) values[at] = values[left--];
    else values[at] = right[other--];
  }
}

function countBetween(from: readonly number[], to: readonly number[]): number {
  let count = 0;
  for (let run = 0; run < from.length; run++) count += to[run] - from[run];
  return count;
}

/** The first place whose value is not smaller. */
function lowerBound(values: Float64Array, value: number, from: number, to: number): number {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The first place whose value is larger. */
function upperBound(values: Float64Array, value: number, from: number, to: number): number {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
