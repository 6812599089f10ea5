import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";

/**
 * Whether a query finds anything in a trace. A tree is built only where the query needs one.
 *
 * @throws {Error} When the trace cannot be read.
 */
export function matchesTrace(query: SpanQuery, traces: TraceList, traceId: string): boolean {
  if (query.isSpanwise) {
    for (const span of traces.spansOf(traceId)) if (query.matchesSpan(span)) return true;
    return false;
  }
  const trace = traces.trace(traceId);
  return trace !== undefined && query.findSpans(trace).length > 0;
}
