import { StatsCollector, type StatsCollectorOptions } from "../analysis/stats_collector.ts";
import type { TraceStore } from "../assemble/trace_store.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import type { TraceSource } from "./trace_source.ts";

/**
 * Counts all spans of a source. What was counted last is kept: the next page asks for the same.
 *
 * @param key Says which options these are.
 */
export function collectStats(
  { store }: TraceSource,
  query: SpanQuery | undefined,
  key: string,
  options: StatsCollectorOptions = {},
): StatsCollector {
  const fullKey = JSON.stringify([store.version, query?.text, key]);
  const known = lastStats.get(store);
  if (known?.key === fullKey) return known.collector;
  const collector = new StatsCollector({ ...options, filter: query });
  for (let index = 0; index < store.traceCount; index++) {
    const trace = store.trace(store.entryAt(index)?.traceId ?? "");
    if (trace !== undefined) collector.addTrace(trace);
  }
  lastStats.set(store, { key: fullKey, collector });
  return collector;
}

const lastStats = new WeakMap<TraceStore, { key: string; collector: StatsCollector }>();
