import { buildTrace } from "../assemble/build_trace.ts";
import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { TraceGroups } from "./_trace_groups.ts";

/** A trace of a document for people. */
export interface SelectedTrace {
  readonly trace: Trace;
  /** How many of its nodes, or of what `sizeOf` counts, are in the document, from the first on. */
  readonly shownCount: number;
}

/** Bounds of {@linkcode TraceSelection}, and where it counts. */
export interface TraceSelectionOptions {
  /** Most spans in the document. */
  readonly maxSpans: number;
  /** Gets `max_spans`: spans that did not fit, and `doubled_id`. */
  readonly dropped: Record<string, number>;
  readonly changed: Record<string, number>;
  /** See `TraceGroupsOptions`. */
  readonly maxPendingSpans?: number;
  /**
   * How much of the document a trace takes, for documents that show several spans as one; what is left out of a
   * trace is then for the exporter to count. @default its number of spans
   */
  readonly sizeOf?: (trace: Trace) => number;
}

/** The first traces of a source, as many as fit into a document for people. What comes after is counted. */
export class TraceSelection {
  readonly #options: TraceSelectionOptions;
  readonly #groups: TraceGroups;
  readonly #selected: SelectedTrace[] = [];
  #shownCount = 0;

  constructor(options: TraceSelectionOptions) {
    this.#options = options;
    this.#groups = new TraceGroups(options);
  }

  /** Takes a span. */
  add(span: Span): void {
    if (this.#shownCount >= this.#options.maxSpans) return this.#leaveOut(1);
    this.#groups.add(span);
    for (let spans = this.#groups.takeOverflow(); spans; spans = this.#groups.takeOverflow()) {
      this.#select(spans);
    }
  }

  /** The traces, the earliest first, and how many spans are in none of them. */
  finish(): { readonly traces: readonly SelectedTrace[]; readonly leftOutCount: number } {
    for (let spans = this.#groups.take(); spans; spans = this.#groups.take()) this.#select(spans);
    const traces = this.#selected.sort((a, b) =>
      a.trace.startTimeUnixNano < b.trace.startTimeUnixNano ? -1 : 1
    );
    return { traces, leftOutCount: this.#options.dropped.max_spans ?? 0 };
  }

  #select(spans: readonly Span[]): void {
    const room = this.#options.maxSpans - this.#shownCount;
    if (room <= 0) return this.#leaveOut(spans.length);
    const trace = buildTrace(spans[0].traceId, spans);
    const { nodes } = trace;
    const doubled = spans.length - nodes.length;
    if (doubled > 0) countReason(this.#options.dropped, "doubled_id", doubled);
    const { sizeOf } = this.#options;
    const shownCount = Math.min(sizeOf === undefined ? nodes.length : sizeOf(trace), room);
    if (sizeOf === undefined && shownCount < nodes.length) {
      this.#leaveOut(nodes.length - shownCount);
    }
    this.#shownCount += shownCount;
    this.#selected.push({ trace, shownCount });
  }

  #leaveOut(count: number): void {
    countReason(this.#options.dropped, "max_spans", count);
  }
}
