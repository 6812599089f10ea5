import { TraceStore } from "../assemble/trace_store.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";

/**
 * Holds spans back until the query finds something in their trace, then lets the whole trace through,
 * and what comes later of it, too. A trace that was let through is not taken back. What waits is bounded
 * as in a {@linkcode TraceStore}; a trace that must make room is judged once more.
 */
export class TraceFilter {
  readonly #query: SpanQuery;
  readonly #maxPassed: number;
  readonly #waiting: TraceStore;
  /** Traces that changed since they were judged. */
  readonly #changed = new Set<string>();
  /** The last traces that were let through, the oldest first. */
  readonly #passed = new Set<string>();
  #released: Span[] = [];

  constructor(query: SpanQuery, { maxSpansPerTrace = 1_000_000, maxPassed = 10_000 } = {}) {
    this.#query = query;
    this.#maxPassed = maxPassed;
    this.#waiting = new TraceStore({
      maxSpansPerTrace,
      onEvict: (trace) => {
        if (this.#changed.delete(trace.traceId)) this.#judgeTrace(trace);
      },
    });
  }

  /** Whether something changed that has not been judged. */
  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** Takes spans. A query about single spans is asked at once, one about traces by `judge`. */
  add(spans: Iterable<Span>): void {
    for (const span of spans) {
      if (this.#passed.has(span.traceId)) {
        this.#released.push(span);
        continue;
      }
      this.#waiting.add(span);
      if (!this.#query.isSpanwise) this.#changed.add(span.traceId);
      else if (this.#query.matchesSpan(span)) this.#pass(span.traceId);
    }
  }

  /** Asks the query about every trace that changed. */
  judge(): void {
    for (const traceId of this.#changed) {
      const trace = this.#waiting.trace(traceId);
      if (trace !== undefined) this.#judgeTrace(trace);
    }
    this.#changed.clear();
  }

  /** Hands over what was let through since the last time. */
  takeReleased(): Span[] {
    const released = this.#released;
    this.#released = [];
    return released;
  }

  #judgeTrace(trace: Trace): void {
    if (this.#query.findSpans(trace).length === 0) return;
    for (const { span } of trace.nodes) this.#released.push(span);
    this.#remember(trace.traceId);
  }

  #pass(traceId: string): void {
    for (const span of this.#waiting.spansOf(traceId)) this.#released.push(span);
    this.#remember(traceId);
  }

  #remember(traceId: string): void {
    this.#passed.add(traceId);
    if (this.#passed.size <= this.#maxPassed) return;
    const [oldest] = this.#passed;
    this.#passed.delete(oldest);
  }
}
