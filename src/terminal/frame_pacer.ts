/** Between two frames that somebody asked for with a key: more are not seen. */
const MIN_INTERVAL_MS = 8;
/** Between two frames that show what came by itself, such as spans. */
const LATER_INTERVAL_MS = 50;
/** However long a frame takes, at least as much time is left for everything else. */
const IDLE_SHARE = 1;

/**
 * Decides when to draw: at once after a key, soon after something changed by itself, never more often than eyes or
 * the terminal can follow, and one frame at a time. A slow terminal thus gets fewer frames, not a growing
 * queue, and a key does not wait for frames that nobody asked for.
 */
export class FramePacer implements Disposable {
  readonly #draw: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDrawing = false;
  #isDisposed = false;
  /** When the next frame is wanted; `Infinity` when none is. */
  #wantedMs = Infinity;
  #startMs = -Infinity;
  #notBeforeMs = 0;

  /** @param draw Draws the current state; it should not fail. */
  constructor(draw: () => Promise<void>) {
    this.#draw = draw;
  }

  /** Asks for a frame that somebody waits for. */
  request(): void {
    this.#want(this.#startMs + MIN_INTERVAL_MS);
  }

  /** Asks for a frame that shows what came by itself. */
  requestLater(): void {
    this.#want(this.#startMs + LATER_INTERVAL_MS);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #want(atMs: number): void {
    if (this.#isDisposed || this.#wantedMs <= atMs) return;
    this.#wantedMs = atMs;
    if (!this.#isDrawing) this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const waitMs = Math.max(this.#wantedMs, this.#notBeforeMs) - performance.now();
    this.#timer = setTimeout(() => this.#start(), Math.max(0, waitMs));
  }

  async #start(): Promise<void> {
    this.#wantedMs = Infinity;
    this.#isDrawing = true;
    this.#startMs = performance.now();
    try {
      await this.#draw();
    } finally {
      this.#isDrawing = false;
      const endMs = performance.now();
      this.#notBeforeMs = endMs + (endMs - this.#startMs) * IDLE_SHARE;
      if (this.#wantedMs < Infinity && !this.#isDisposed) this.#schedule();
    }
  }
}
