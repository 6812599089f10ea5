import type { TraceSelection } from "../views/trace_selection.ts";

/** What a {@linkcode SelectionTimer} tells. */
export interface SelectionTimerOptions {
  /** Something that is selected has changed. */
  readonly onChange: () => void;
  /** A trace could not be read. */
  readonly onProblem: (text: string) => void;
  /** For how long traces are chosen before keys and frames get their turn. @default 8 */
  readonly turnMs?: number;
}

/** Lets a selection follow its source, in turns between which everything else has its own. */
export class SelectionTimer implements Disposable {
  readonly #selection: TraceSelection;
  readonly #options: SelectionTimerOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = Infinity;
  #version: number;

  constructor(selection: TraceSelection, options: SelectionTimerOptions) {
    this.#selection = selection;
    this.#options = options;
    this.#version = selection.version;
  }

  /** Says that the source has changed. */
  request(): void {
    this.#schedule(0);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#dueMs = -Infinity;
  }

  #schedule(waitMs: number): void {
    const dueMs = performance.now() + waitMs;
    if (this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#take(), waitMs);
  }

  #take(): void {
    this.#dueMs = Infinity;
    const { onChange, onProblem, turnMs = 8 } = this.#options;
    let waitMs = 0;
    try {
      waitMs = this.#selection.advance(performance.now() + turnMs);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    }
    if (this.#selection.version !== this.#version) {
      this.#version = this.#selection.version;
      onChange();
    }
    if (waitMs !== Infinity) this.#schedule(waitMs);
  }
}
