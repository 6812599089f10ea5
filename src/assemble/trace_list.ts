import type { Span } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import type { Trace } from "../model/trace.ts";

/** What a {@linkcode TraceList} knows of a trace without building its tree. */
export interface TraceEntry {
  /** Counts up with each new trace and is never used again, so it can stand for the trace. */
  readonly sequence: number;
  readonly traceId: string;
  /** Distinct spans. */
  readonly spanCount: number;
  readonly runningCount: number;
  readonly unfinishedCount: number;
  readonly errorCount: number;
  /** Of the span that stands for the trace: its earliest root, or its earliest span as long as no root has come. */
  readonly name: string;
  /** Of the same span. */
  readonly kind: SpanKind;
  /** Of the same span; `undefined` when it is not known. */
  readonly service: string | undefined;
  /** The earliest start, in nanoseconds since the Unix epoch. */
  readonly startTimeUnixNano: bigint;
  /** From the earliest start to the latest moment known of any span. */
  readonly durationNano: bigint;
  /** What {@linkcode TraceList.version} was when the trace last changed. */
  readonly version: number;
}

/**
 * What views show traces from: a `TraceStore`, which fills while spans come, a `TraceIndex` of a file, or a
 * choice of another list. Unless the list says otherwise, traces stand in the order in which they were first seen.
 */
export interface TraceList {
  /** Goes up whenever anything in the list changes. */
  readonly version: number;
  readonly traceCount: number;
  /** Distinct spans. */
  readonly spanCount: number;
  readonly runningCount: number;
  readonly errorCount: number;
  /** Spans given up to keep a bound, by reason. */
  readonly droppedSpans: Readonly<Record<string, number>>;
  /** A trace by its place. */
  entryAt(index: number): TraceEntry | undefined;
  /** A trace by its id; `undefined` when it is not in the list. */
  entryOf(traceId: string): TraceEntry | undefined;
  /**
   * The place of the trace with this sequence number, or of the one with the next sequence number when it is
   * gone; `traceCount` when there is none after it.
   */
  indexOf(sequence: number): number;
  /** The tree of a trace; `undefined` when it is not in the list. */
  trace(traceId: string): Trace | undefined;
  /** The spans of a trace in no particular order, without building its tree. */
  spansOf(traceId: string): Iterable<Span>;
}
