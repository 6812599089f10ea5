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
 * Sums up a trace without building its tree, which would take ten times as long. What nothing runs in is
 * summed up once.
 *
 * @param nowUnixNano Up to when running traces last; `undefined` when nothing runs any more.
 */
export function summarizeTrace(
  traces: TraceList,
  entry: TraceEntry,
  nowUnixNano: bigint | undefined,
): TraceSummary {
  const { traceId, spanCount, errorCount, runningCount } = entry;
  const known = summaries.get(entry);
  if (known?.spanCount === spanCount && known.errorCount === errorCount) return known;
  const latestUnixNano = runningCount > 0 ? nowUnixNano : undefined;
  const times = extent(traces.spansOf(traceId), latestUnixNano);
  const summary = { traceId, ...times, spanCount, errorCount };
  if (runningCount === 0) summaries.set(entry, summary);
  return summary;
}

const summaries = new WeakMap<TraceEntry, TraceSummary>();

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
