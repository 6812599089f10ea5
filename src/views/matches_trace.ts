import { buildTrace } from "../assemble/build_trace.ts";
import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";

/**
 * Whether a query finds anything in a trace. A tree is built only where the query needs one, and not kept: lists
 * keep those that are looked at, and judging a whole list would drive them out.
 *
 * @throws {Error} When the trace cannot be read.
 */
export function matchesTrace(query: SpanQuery, traces: TraceList, traceId: string): boolean {
  const spans = traces.spansOf(traceId);
  if (query.isSpanwise) {
    for (const span of spans) if (query.matchesSpan(span)) return true;
    return false;
  }
  const all = [...spans];
  return all.length > 0 && query.findSpans(buildTrace(traceId, all)).length > 0;
}
