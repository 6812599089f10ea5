/** Options of {@linkcode Backoff}. */
export interface BackoffOptions {
  /** First wait in milliseconds. @default 20 */
  firstMs?: number;
  /** Longest wait in milliseconds. @default 1,000 */
  maxMs?: number;
  /** Numbers in [0, 1). @default Math.random */
  random?: () => number;
}

/**
 * How long to wait before the next attempt: twice as long each time up to a limit, of which a random
 * half is taken off, so that programs that lost the same peer do not all come back at once.
 *
 * @example
 * ```ts
 * import { Backoff } from "./backoff.ts";
 *
 * const backoff = new Backoff({ firstMs: 20, maxMs: 50, random: () => 0 });
 * if (String([backoff.next(), backoff.next(), backoff.next()]) !== "20,40,50") throw new Error("wrong");
 * ```
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #nextMs: number;

  constructor(options: BackoffOptions = {}) {
    this.#firstMs = options.firstMs ?? 20;
    this.#maxMs = options.maxMs ?? 1000;
    this.#random = options.random ?? Math.random;
    this.#nextMs = this.#firstMs;
  }

  /** The wait before the next attempt, in milliseconds: more than half of the full one. */
  next(): number {
    const waitMs = Math.min(this.#nextMs, this.#maxMs);
    this.#nextMs = Math.min(waitMs * 2, this.#maxMs);
    return waitMs * (1 - this.#random() / 2);
  }

  /** Starts over after a success. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
