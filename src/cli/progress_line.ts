import type { CliIo } from "./io.ts";

const FIRST_AFTER_MS = 1000;
const EVERY_MS = 200;

/**
 * One line on standard error that says how far long work is. It only appears on a terminal, and only
 * once the work takes more than a second.
 */
export class ProgressLine {
  readonly #io: CliIo;
  #nextMs = performance.now() + FIRST_AFTER_MS;
  #isShown = false;

  constructor(io: CliIo) {
    this.#io = io;
  }

  /** Shows what the function returns, if it is time to; call it as often as you like. */
  update(describe: () => string): void {
    if (!this.#io.stderr.isTerminal) return;
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + EVERY_MS;
    this.#isShown = true;
    this.#io.stderr.write(`\r\x1b[K${describe()}`).catch(() => {});
  }

  /** Takes the line away, so that what follows starts on an empty one. */
  async clear(): Promise<void> {
    if (!this.#isShown) return;
    this.#isShown = false;
    await this.#io.stderr.write("\r\x1b[K").catch(() => {});
  }
}
