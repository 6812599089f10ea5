import { StatsCollector, type StatsCollectorOptions } from "../analysis/stats_collector.ts";
import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { eachTrace } from "./each_trace.ts";
import type { TraceSource } from "./trace_source.ts";

/** What to count. */
export interface StatsRequest {
  readonly options?: StatsCollectorOptions;
  /** Says which options these are. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/**
 * Counts all spans of a source. What was counted last is kept: the next page asks for the same.
 */
export async function collectStats(
  { traces }: TraceSource,
  query: SpanQuery | undefined,
  { key, options = {}, signal }: StatsRequest,
): Promise<StatsCollector> {
  const fullKey = JSON.stringify([traces.version, query?.text, key]);
  const known = lastStats.get(traces);
  if (known?.key === fullKey) return known.collector;
  const collector = new StatsCollector({ ...options, filter: query });
  for await (const { traceId } of eachTrace(traces, signal)) {
    const trace = traces.trace(traceId);
    if (trace !== undefined) collector.addTrace(trace);
  }
  lastStats.set(traces, { key: fullKey, collector });
  return collector;
}

const lastStats = new WeakMap<TraceList, { key: string; collector: StatsCollector }>();
