import type { TraceList } from "../assemble/trace_list.ts";
import type { QueryNames } from "../query/query_names.ts";

/** Names and values that are not in so many spans are hardly asked for. */
const MAX_SPANS = 20_000;

/**
 * Takes what the query bar offers from the spans of a list: from its newest traces to older ones, a
 * little at a time, for there may be a million.
 */
export class NameSampler {
  readonly #traces: TraceList;
  readonly #names: QueryNames;
  #index: number;
  #left = MAX_SPANS;

  constructor(traces: TraceList, names: QueryNames) {
    this.#traces = traces;
    this.#names = names;
    this.#index = traces.traceCount;
  }

  /** Goes on until a moment of `performance.now()`; returns whether there is more to do. */
  advance(untilMs: number): boolean {
    while (this.#index > 0 && this.#left > 0) {
      const entry = this.#traces.entryAt(--this.#index);
      if (entry === undefined) continue;
      for (const span of this.#traces.spansOf(entry.traceId)) {
        this.#names.add(span);
        if (--this.#left <= 0) return false;
      }
      if (performance.now() >= untilMs) return this.#index > 0;
    }
    return false;
  }
}
