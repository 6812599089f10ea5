import type { MouseInput } from "./keys.ts";

/** Two presses within this time and at the same place are a double click. */
const DOUBLE_CLICK_MS = 400;

/** Tells double clicks from single ones. */
export class ClickCounter {
  #last: MouseInput | undefined;
  #lastMs = 0;

  /** The input with its `clickCount`. */
  count(input: MouseInput, nowMs = performance.now()): MouseInput {
    if (input.action !== "press") return input;
    const last = this.#last;
    const isSecond = last?.clickCount === 1 && nowMs - this.#lastMs <= DOUBLE_CLICK_MS &&
      last.button === input.button && last.column === input.column && last.row === input.row;
    this.#lastMs = nowMs;
    return this.#last = isSecond ? { ...input, clickCount: 2 } : input;
  }
}
