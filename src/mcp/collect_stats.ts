import { StatsCollector, type StatsCollectorOptions } from "../analysis/stats_collector.ts";
import type { TraceStore } from "../assemble/trace_store.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { matchingSpans } from "./query_parameter.ts";
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
  const collector = new StatsCollector({
    ...options,
    // All of a trace comes at once: only traces larger than this would be cut.
    maxOpenSpans: Math.max(1, store.spanCount),
    filter: query && {
      isSpanwise: query.isSpanwise,
      matchesSpan: (span) => query.matchesSpan(span),
      findSpans: (trace) => matchingSpans(query, trace),
    },
  });
  for (let index = 0; index < store.traceCount; index++) {
    const { traceId = "" } = store.entryAt(index) ?? {};
    for (const span of store.spansOf(traceId)) collector.add(span);
    // Whole: its spans need not wait.
    collector.finish();
  }
  lastStats.set(store, { key: fullKey, collector });
  return collector;
}

const lastStats = new WeakMap<TraceStore, { key: string; collector: StatsCollector }>();
