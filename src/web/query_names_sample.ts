import type { TraceList } from "../assemble/trace_list.ts";
import { QueryNames } from "../query/query_names.ts";

/** Names and values for completions, of a sample of the spans: the newest traces, and those that come. */
export class QueryNamesSample {
  readonly names: QueryNames = new QueryNames();
  readonly #traces: TraceList;
  #version: number | undefined;
  /** The sequence number of the newest trace that has been looked at. */
  #newest = 0;

  constructor(traces: TraceList) {
    this.#traces = traces;
  }

  /** Looks at some of what has come since the last time. */
  refresh(): void {
    const { version, traceCount } = this.#traces;
    if (version === this.#version) return;
    this.#version = version;
    const untilMs = performance.now() + MAX_MS;
    const seen = this.#newest;
    for (let index = traceCount - 1; index >= 0 && performance.now() < untilMs; index--) {
      const entry = this.#traces.entryAt(index);
      if (entry === undefined || entry.sequence <= seen) break;
      this.#newest = Math.max(this.#newest, entry.sequence);
      if (entry.spanCount > (traceCount > 1 ? MAX_SPANS : MAX_ONLY_SPANS)) continue;
      let left = MAX_SPANS;
      for (const span of this.#traces.spansOf(entry.traceId)) {
        if (left-- === 0 || performance.now() >= untilMs) break;
        this.names.add(span);
      }
    }
  }
}

/** How long one look may take. */
const MAX_MS = 8;
/** Of one trace: others should be heard, too, and reading a larger one takes long. */
const MAX_SPANS = 1000;
/** The same when there is no other. */
const MAX_ONLY_SPANS = 100_000;
