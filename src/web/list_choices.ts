import type { TraceList } from "../assemble/trace_list.ts";
import { compileQuery, type SpanQuery } from "../query/compile_query.ts";
import { TraceSelection, type TraceSort } from "../views/trace_selection.ts";
import { Slices } from "./_slices.ts";

/** Traces as a page wants to see them. */
export interface ListChoice {
  /** A query; empty for all traces. */
  readonly where: string;
  readonly sort: TraceSort;
}

/** Options of {@linkcode ListChoices}. */
export interface ListChoicesOptions {
  /** Ends the judging. */
  readonly signal: AbortSignal;
  /** How many are kept. @default 16 */
  readonly maxChoices?: number;
  /** How long nobody needs to ask for one until it is given up, in milliseconds. @default 60,000 */
  readonly keptMs?: number;
}

interface Kept {
  readonly selection: TraceSelection;
  usedMs: number;
}

/**
 * Selections of one list that are kept between requests, so that the next page of rows, and the same rows a moment
 * later, cost only what has changed.
 */
export class ListChoices {
  readonly #traces: TraceList;
  readonly #signal: AbortSignal;
  readonly #maxChoices: number;
  readonly #keptMs: number;
  /** The one that was used last at the end. */
  readonly #kept = new Map<string, Kept>();

  constructor(traces: TraceList, options: ListChoicesOptions) {
    this.#traces = traces;
    this.#signal = options.signal;
    this.#maxChoices = options.maxChoices ?? 16;
    this.#keptMs = options.keptMs ?? 60_000;
  }

  /** Selections that are kept now. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * The traces that are wanted, followed for a while: when judging them takes longer, those that have been judged.
   *
   * @returns The selection, and how many traces have not been judged.
   * @throws {QueryError} When `where` is no query.
   */
  async choose(choice: ListChoice): Promise<{ list: TraceSelection; waiting: number }> {
    const selection = this.#find(choice);
    const untilMs = performance.now() + PATIENCE_MS;
    const slices = new Slices(this.#signal);
    while (selection.advance(performance.now() + SLICE_MS) === 0) {
      if (performance.now() >= untilMs) break;
      await slices.next();
    }
    const { judgedCount, traceCount } = selection.progress;
    return { list: selection, waiting: traceCount - judgedCount };
  }

  #find({ where, sort }: ListChoice): TraceSelection {
    const nowMs = performance.now();
    for (const [key, { usedMs }] of this.#kept) {
      if (nowMs - usedMs > this.#keptMs) this.#kept.delete(key);
    }
    const key = JSON.stringify([where, sort]);
    const selection = this.#kept.get(key)?.selection ?? this.#create(where, sort);
    this.#kept.delete(key);
    this.#kept.set(key, { selection, usedMs: nowMs });
    if (this.#kept.size > this.#maxChoices) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return selection;
  }

  #create(where: string, sort: TraceSort): TraceSelection {
    // Another order of the same traces need not be judged again.
    for (const { selection } of this.#kept.values()) {
      if ((selection.where?.text ?? "") === where) return selection.sortedBy(sort);
    }
    return new TraceSelection(this.#traces, { where: readQuery(where), sort });
  }
}

/**
 * The query of a request; `undefined` when it asks for everything.
 *
 * @throws {QueryError} When it is none.
 */
export function readQuery(where: string): SpanQuery | undefined {
  return where.trim() === "" ? undefined : compileQuery(where);
}

/** How long a request waits for traces to be judged before it is answered with those that are. */
const PATIENCE_MS = 250;
const SLICE_MS = 4;
