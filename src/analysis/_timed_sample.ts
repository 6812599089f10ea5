/**
 * A bounded sample of values with the moments they belong to. Up to its capacity it keeps all of them;
 * beyond that, one of each 2, 4, 8, … that follow one another, chosen by a fixed sequence of
 * pseudo-random numbers: evenly over time, without falling in step with a program that takes turns,
 * and the same in every run.
 */
export class TimedSample {
  /** All values that were added, kept or not. */
  count = 0;
  #firstTime = Infinity;
  #lastTime = -Infinity;
  readonly #capacity: number;
  #times: number[] = [];
  #values: number[] = [];
  /** How many values that follow one another each kept one stands for. */
  #stride = 1;
  #inStride = 0;
  #chosenTime = 0;
  #chosenValue = 0;
  #random = 1;

  /** @param capacity How many values are kept at most. @default 4,096 */
  constructor(capacity = 4096) {
    this.#capacity = Math.max(2, capacity);
  }

  /** Adds a value; times may be of any unit and need not be in order. */
  add(time: number, value: number): void {
    this.count++;
    this.#firstTime = Math.min(this.#firstTime, time);
    this.#lastTime = Math.max(this.#lastTime, time);
    this.#inStride++;
    if (this.#inStride === 1 || this.#choose(this.#inStride)) {
      this.#chosenTime = time;
      this.#chosenValue = value;
    }
    if (this.#inStride < this.#stride) return;
    this.#inStride = 0;
    this.#times.push(this.#chosenTime);
    this.#values.push(this.#chosenValue);
    if (this.#values.length >= this.#capacity) this.#thin();
  }

  /** From the first moment to the last; 0 of fewer than two. */
  get timeSpan(): number {
    return Math.max(0, this.#lastTime - this.#firstTime);
  }

  /** The kept values in the order of their times. */
  valuesByTime(): Float64Array {
    const order = Array.from(this.#times.keys()).sort((a, b) => this.#times[a] - this.#times[b]);
    return Float64Array.from(order, (index) => this.#values[index]);
  }

  #thin(): void {
    const half = this.#values.length >> 1;
    for (let index = 0; index < half; index++) {
      const chosen = index * 2 + (this.#choose(2) ? 1 : 0);
      this.#times[index] = this.#times[chosen];
      this.#values[index] = this.#values[chosen];
    }
    this.#times.length = half;
    this.#values.length = half;
    this.#stride *= 2;
  }

  /** True once in `n` times. */
  #choose(n: number): boolean {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random / 0x1_0000_0000 * n < 1;
  }
}
