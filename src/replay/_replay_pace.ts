/** When things are to be sent: at a multiple of the recorded pace, within a rate. */
export class ReplayPace {
  readonly #speed: number | "max";
  readonly #msPerSpan: number;
  /** When the pass began, and at which moment of the recording. */
  #startMs = 0;
  #firstNano = 0;
  /** Nothing is due before something that was let go earlier. */
  #lastDueMs = 0;
  /** When the rate has room for the next span. */
  #nextSpanMs = -Infinity;

  /**
   * @param speed Times as fast as recorded.
   * @param maxRate Most spans in a second.
   */
  constructor(speed: number | "max", maxRate: number) {
    this.#speed = speed;
    this.#msPerSpan = 1000 / maxRate;
  }

  /** Whether anything is ever due later than now. */
  get isPaced(): boolean {
    return this.#speed !== "max" || this.#msPerSpan > 0;
  }

  /** Begins a pass with what happens first in it. */
  begin(nowMs: number, firstNano: number): void {
    this.#startMs = nowMs;
    this.#firstNano = firstNano;
    this.#lastDueMs = nowMs;
  }

  /**
   * When something is due.
   *
   * @param momentNano When it happened.
   * @param isNewSpan Whether it counts for the rate.
   */
  dueMs(momentNano: number, isNewSpan: boolean): number {
    if (!this.isPaced) return 0;
    let dueMs = this.#lastDueMs;
    if (this.#speed !== "max") {
      const paceMs = this.#startMs + (momentNano - this.#firstNano) / 1e6 / this.#speed;
      if (paceMs > dueMs) dueMs = paceMs;
    }
    return isNewSpan && this.#nextSpanMs > dueMs ? this.#nextSpanMs : dueMs;
  }

  /** Notes that something that was due is sent. */
  take(dueMs: number, nowMs: number, isNewSpan: boolean): void {
    if (!this.isPaced) return;
    this.#lastDueMs = dueMs;
    if (!isNewSpan || this.#msPerSpan === 0) return;
    // What a slow target held up is not made good for at a higher rate, but for what timers are late.
    this.#nextSpanMs = Math.max(this.#nextSpanMs, nowMs - MAX_CATCH_UP_MS) + this.#msPerSpan;
  }
}

const MAX_CATCH_UP_MS = 20;
