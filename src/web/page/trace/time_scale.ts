import type { TimeWindow } from "./time_window.ts";

/** Where moments lie on a strip of so many pixels. */
export class TimeScale {
  readonly window: TimeWindow;
  readonly width: number;
  readonly #pixelsPerNano: number;

  constructor(window: TimeWindow, width: number) {
    this.window = window;
    this.width = width;
    this.#pixelsPerNano = width / Math.max(1e-9, window.toNano - window.fromNano);
  }

  /** The place of a moment; outside of 0 to `width` when it is not on the screen. */
  x(nano: number): number {
    return (nano - this.window.fromNano) * this.#pixelsPerNano;
  }

  /** The moment at a place. */
  nano(x: number): number {
    return this.window.fromNano + x / this.#pixelsPerNano;
  }
}

/** How many ticks have room on a strip of so many pixels. */
export function tickCount(width: number): number {
  return Math.max(2, Math.floor(width / 110));
}
