import type { ServiceEdge } from "./service_graph.ts";

/** What `trace stats --table graph --json` prints for all calls of one by another: one line. */
export function formatEdgeJson(
  { caller, callee, callCount, errorCount, durations }: ServiceEdge,
): string {
  const hasEnded = durations.count > 0;
  return JSON.stringify({
    table: "graph",
    caller: caller.name,
    callee: callee.name,
    callee_type: callee.type,
    calls: callCount,
    errors: errorCount,
    ...(hasEnded && {
      p50_ns: Math.round(durations.percentileNano(0.5)),
      p95_ns: Math.round(durations.percentileNano(0.95)),
      p99_ns: Math.round(durations.percentileNano(0.99)),
    }),
  }) + "\n";
}
