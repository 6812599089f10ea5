import type { Span } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import { ownText } from "../model/own_text.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { packSpans, unpackSpans } from "./_packed_spans.ts";
import { standsBefore } from "./_stands_before.ts";
import type { TraceEntry } from "./trace_list.ts";

/** A trace of a `TraceStore`. */
export class StoredTrace implements TraceEntry {
  readonly sequence: number;
  readonly traceId: string;
  spanCount = 0;
  runningCount = 0;
  unfinishedCount = 0;
  errorCount = 0;
  /** Spans that are roots by what they say themselves. */
  rootCount = 0;
  version = 0;
  changedMs = 0;
  wasReported = false;
  tree: Trace | undefined;
  #spans = new Map<string, Span>();
  /** The spans instead, while they are packed. */
  #packed: Uint8Array | undefined;
  /** `undefined` when it has to be looked for among all spans, and so have the two times. */
  #rootSpan: Span | undefined;
  #startTimeUnixNano = 0n;
  #latestUnixNano = 0n;

  constructor(sequence: number, traceId: string) {
    this.sequence = sequence;
    this.traceId = ownText(traceId);
  }

  get isPacked(): boolean {
    return this.#packed !== undefined;
  }

  /** All of them, to be looked at: they stay packed. */
  spans(): Iterable<Span> {
    return this.#packed === undefined ? this.#spans.values() : unpackSpans(this.#packed);
  }

  /** The span with this id; it unpacks them. */
  span(spanId: string): Span | undefined {
    this.unpack();
    return this.#spans.get(spanId);
  }

  /** Keeps the spans as bytes until one changes, unless they have no lines. */
  pack(): void {
    const root = this.#root();
    const packed = packSpans(this.#spans.values());
    const packedRoot = packed && packSpans([root]);
    if (packed === undefined || packedRoot === undefined) return;
    this.#packed = packed;
    // The one that was read with others keeps the text of all of them in memory.
    this.#rootSpan = unpackSpans(packedRoot)[0];
    this.#spans = new Map();
  }

  unpack(): void {
    if (this.#packed === undefined) return;
    for (const span of unpackSpans(this.#packed)) this.#spans.set(span.spanId, span);
    this.#packed = undefined;
    this.#rootSpan = this.#spans.get(this.#root().spanId);
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
    const other = this.span(span.spanId);
    const isFirst = this.#spans.size === 0;
    this.#spans.set(span.spanId, span);
    this.spanCount = this.#spans.size;
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
    if (this.#rootSpan === undefined) { for (const span of this.spans()) this.#sum(span); }
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
