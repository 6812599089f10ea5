import type { TraceEntry } from "../assemble/trace_list.ts";

/** What a list of traces is sorted by, as it was at one moment. */
export interface TraceSummary {
  readonly traceId: string;
  readonly startUnixNano: bigint;
  /** Up to the latest moment known of any span, up to now while one runs. */
  readonly durationNano: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
}

/**
 * Sums up a trace.
 *
 * @param nowUnixNano Up to when running traces last; `undefined` when nothing runs any more.
 */
export function summarizeTrace(
  entry: TraceEntry,
  nowUnixNano: bigint | undefined,
): TraceSummary {
  const { traceId, spanCount, errorCount, startTimeUnixNano: startUnixNano } = entry;
  const untilNow = entry.runningCount > 0 && nowUnixNano !== undefined
    ? nowUnixNano - startUnixNano
    : 0n;
  const durationNano = entry.durationNano > untilNow ? entry.durationNano : untilNow;
  return { traceId, startUnixNano, durationNano, spanCount, errorCount };
}
