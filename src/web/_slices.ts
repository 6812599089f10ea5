/**
 * Divides long work into slices of a few milliseconds, so that other requests and the source get their turn.
 *
 * @example
 * ```ts ignore
 * const slices = new Slices(signal);
 * for (const item of items) {
 *   if (slices.isOver) await slices.next();
 *   work(item);
 * }
 * ```
 */
export class Slices {
  readonly #signal: AbortSignal;
  #untilMs = performance.now() + SLICE_MS;

  /** @param signal Ends the work, too. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether the slice has taken its time. */
  get isOver(): boolean {
    return performance.now() >= this.#untilMs;
  }

  /**
   * Lets others have their turn.
   *
   * @throws What the signal was aborted with.
   */
  async next(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#signal.throwIfAborted();
    this.#untilMs = performance.now() + SLICE_MS;
  }
}

const SLICE_MS = 4;
