import type { Span } from "../model/span.ts";
import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";

/** What a list of traces is sorted by. */
export interface TraceSummary {
  readonly traceId: string;
  readonly startUnixNano: bigint;
  /** Up to the latest moment known of any span, up to now while one runs. */
  readonly durationNano: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
}

/**
 * Sums up a trace without building its tree, which would take ten times as long.
 *
 * @param nowUnixNano Up to when running traces last; `undefined` when nothing runs any more.
 */
export function summarizeTrace(
  traces: TraceList,
  { traceId, spanCount, errorCount, runningCount }: TraceEntry,
  nowUnixNano: bigint | undefined,
): TraceSummary {
  const latestUnixNano = runningCount > 0 ? nowUnixNano : undefined;
  return { traceId, ...extent(traces.spansOf(traceId), latestUnixNano), spanCount, errorCount };
}

function extent(
  spans: Iterable<Span>,
  latestUnixNano = 0n,
): { startUnixNano: bigint; durationNano: bigint } {
  let start: bigint | undefined;
  let end = latestUnixNano;
  for (const { startTimeUnixNano, endTimeUnixNano = startTimeUnixNano } of spans) {
    if (start === undefined || startTimeUnixNano < start) start = startTimeUnixNano;
    if (endTimeUnixNano > end) end = endTimeUnixNano;
  }
  const startUnixNano = start ?? 0n;
  return { startUnixNano, durationNano: end > startUnixNano ? end - startUnixNano : 0n };
}
