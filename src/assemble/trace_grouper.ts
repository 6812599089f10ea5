import { ownText } from "../model/own_text.ts";
import type { Span } from "../model/span.ts";
import { traceKey } from "../model/trace_key.ts";

/** How many spans each trace of a source has: what is known once the source has been read through. */
export class TraceCensus {
  readonly #counts = new Map<string, { count: number }>();
  // Spans of one trace mostly stand together: comparing ids is cheaper than looking one up.
  #lastId = "";
  #last: { count: number } | undefined;

  /** Takes one span, by the id of its trace. */
  add(traceId: string): void {
    if (traceId !== this.#lastId || this.#last === undefined) {
      const key = traceKey(traceId);
      this.#lastId = traceId;
      this.#last = this.#counts.get(key);
      if (this.#last === undefined) {
        this.#last = { count: 0 };
        this.#counts.set(ownText(key), this.#last);
      }
    }
    this.#last.count++;
  }

  /** The spans of a trace; 0 for one that is not known. */
  countOf(traceId: string): number {
    return this.#counts.get(traceKey(traceId))?.count ?? 0;
  }
}

/**
 * Brings the spans of each trace together, and lets go of them when the last one has come: only the traces
 * that overlap in their source are in memory at a time, however long it is.
 *
 * @example
 * ```ts
 * import type { Span } from "../model/span.ts";
 * import { TraceCensus, TraceGrouper } from "./trace_grouper.ts";
 *
 * const span: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "load",
 *   kind: "function",
 *   startTimeUnixNano: 1n,
 *   endTimeUnixNano: 2n,
 *   state: "ended",
 *   attributes: {},
 * };
 * const census = new TraceCensus();
 * census.add("t");
 * const spans = new TraceGrouper(census).add(span);
 * if (spans?.length !== 1) throw new Error("wrong");
 * ```
 */
export class TraceGrouper {
  readonly #census: TraceCensus | undefined;
  readonly #open = new Map<string, OpenTrace>();
  #lastId = "";
  #last: OpenTrace | undefined;

  /** @param census Of the same source; without it, all traces are held until the end. */
  constructor(census?: TraceCensus) {
    this.#census = census;
  }

  /** Takes a span; returns all spans of its trace if it was the last one. */
  add(span: Span): Span[] | undefined {
    const { traceId } = span;
    if (traceId !== this.#lastId || this.#last === undefined) {
      this.#lastId = traceId;
      this.#last = this.#find(traceKey(traceId));
    }
    const { key, spans, spanCount } = this.#last;
    spans.push(span);
    if (spans.length !== spanCount) return undefined;
    this.#open.delete(key);
    this.#last = undefined;
    return spans;
  }

  /** The traces that are still open, when no more spans will come. */
  *finish(): Generator<Span[]> {
    this.#last = undefined;
    for (const { key, spans } of this.#open.values()) {
      this.#open.delete(key);
      yield spans;
    }
  }

  #find(key: string): OpenTrace {
    let trace = this.#open.get(key);
    if (trace === undefined) {
      trace = { key, spans: [], spanCount: this.#census?.countOf(key) ?? Infinity };
      this.#open.set(key, trace);
    }
    return trace;
  }
}

interface OpenTrace {
  readonly key: string;
  readonly spans: Span[];
  /** How many it will have. */
  readonly spanCount: number;
}
