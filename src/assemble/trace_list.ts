import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";

/** What a {@linkcode TraceList} knows of a trace without building its tree. */
export interface TraceEntry {
  /** Counts up with each new trace and is never used again, so it can stand for the trace. */
  readonly sequence: number;
  readonly traceId: string;
  /** Distinct spans. */
  readonly spanCount: number;
  readonly runningCount: number;
  readonly errorCount: number;
}

/**
 * What views show traces from: a `TraceStore`, which fills while spans come, or a `TraceIndex` of a file. Traces
 * stand in the order in which they were first seen.
 */
export interface TraceList {
  /** Changes whenever anything in the list does. */
  readonly version: number;
  readonly traceCount: number;
  /** Distinct spans. */
  readonly spanCount: number;
  readonly runningCount: number;
  readonly errorCount: number;
  /** Spans given up to keep a bound, by reason. */
  readonly droppedSpans: Readonly<Record<string, number>>;
  /** A trace by its place, 0 being the one first seen. */
  entryAt(index: number): TraceEntry | undefined;
  /**
   * The place of the trace with this sequence number, or of the next one when it is gone;
   * `traceCount` when there is none after it.
   */
  indexOf(sequence: number): number;
  /** The tree of a trace; `undefined` when it is not in the list. */
  trace(traceId: string): Trace | undefined;
  /** The spans of a trace in no particular order, without building its tree. */
  spansOf(traceId: string): Iterable<Span>;
}
