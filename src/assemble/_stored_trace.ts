import type { Span } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { standsBefore } from "./_stands_before.ts";
import type { TraceEntry } from "./trace_list.ts";

/** A trace of a `TraceStore`. */
export class StoredTrace implements TraceEntry {
  readonly sequence: number;
  readonly traceId: string;
  readonly spans = new Map<string, Span>();
  runningCount = 0;
  unfinishedCount = 0;
  errorCount = 0;
  /** Spans that are roots by what they say themselves. */
  rootCount = 0;
  version = 0;
  changedMs = 0;
  wasReported = false;
  tree: Trace | undefined;
  /** `undefined` when it has to be looked for among all spans, and so have the two times. */
  #rootSpan: Span | undefined;
  #startTimeUnixNano = 0n;
  #latestUnixNano = 0n;

  constructor(sequence: number, traceId: string) {
    this.sequence = sequence;
    this.traceId = traceId;
  }

  get spanCount(): number {
    return this.spans.size;
  }

  get name(): string {
    return this.#root().name;
  }

  get kind(): SpanKind {
    return this.#root().kind;
  }

  get service(): string | undefined {
    return spanService(this.#root());
  }

  get startTimeUnixNano(): bigint {
    this.#root();
    return this.#startTimeUnixNano;
  }

  get durationNano(): bigint {
    this.#root();
    return this.#latestUnixNano - this.#startTimeUnixNano;
  }

  /** Adds a span, or puts it in the place of the one with its id. */
  keep(span: Span): void {
    const other = this.spans.get(span.spanId);
    const isFirst = this.spans.size === 0;
    this.spans.set(span.spanId, span);
    if (other !== undefined && this.#mayStandBehind(other, span)) this.#rootSpan = undefined;
    else if (isFirst || this.#rootSpan !== undefined) this.#sum(span);
  }

  /** Whether the trace has to be looked through again when a span takes the place of another. */
  #mayStandBehind(other: Span, span: Span): boolean {
    // Mostly a span has ended: then it starts as before, and ends later than it was known to.
    if (span.startTimeUnixNano > other.startTimeUnixNano) return true;
    if (latestOf(span) < latestOf(other)) return true;
    if (other !== this.#rootSpan) return false;
    if (standsBefore(other, span)) return true;
    this.#rootSpan = span;
    return false;
  }

  #root(): Span {
    if (this.#rootSpan === undefined) { for (const span of this.spans.values()) this.#sum(span); }
    return this.#rootSpan as Span;
  }

  #sum(span: Span): void {
    const { startTimeUnixNano } = span;
    const latest = latestOf(span);
    const root = this.#rootSpan;
    if (root === undefined || startTimeUnixNano < this.#startTimeUnixNano) {
      this.#startTimeUnixNano = startTimeUnixNano;
    }
    if (root === undefined || latest > this.#latestUnixNano) this.#latestUnixNano = latest;
    if (root === undefined || standsBefore(span, root)) this.#rootSpan = span;
  }
}

/** The latest moment known of a span, whose end may lie before its start. */
function latestOf({ startTimeUnixNano, endTimeUnixNano = startTimeUnixNano }: Span): bigint {
  return endTimeUnixNano > startTimeUnixNano ? endTimeUnixNano : startTimeUnixNano;
}
