/** At most this many frames a second: more are not seen. */
const MIN_INTERVAL_MS = 16;
/** However long a frame takes, at least as much time is left for everything else. */
const IDLE_SHARE = 1;

/**
 * Decides when to draw: soon after something changed, never more often than eyes or the terminal can
 * follow, and one frame at a time. A slow terminal thus gets fewer frames, not a growing queue.
 */
export class FramePacer implements Disposable {
  readonly #draw: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDrawing = false;
  #isWanted = false;
  #isDisposed = false;
  #notBefore = 0;

  /** @param draw Draws the current state; it should not fail. */
  constructor(draw: () => Promise<void>) {
    this.#draw = draw;
  }

  /** Asks for a frame. */
  request(): void {
    this.#isWanted = true;
    if (this.#isDrawing || this.#isDisposed || this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#notBefore - performance.now());
    this.#timer = setTimeout(() => this.#start(), waitMs);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  async #start(): Promise<void> {
    this.#timer = undefined;
    this.#isWanted = false;
    this.#isDrawing = true;
    const startMs = performance.now();
    try {
      await this.#draw();
    } finally {
      this.#isDrawing = false;
      const endMs = performance.now();
      this.#notBefore = Math.max(
        startMs + MIN_INTERVAL_MS,
        endMs + (endMs - startMs) * IDLE_SHARE,
      );
      if (this.#isWanted) this.request();
    }
  }
}
