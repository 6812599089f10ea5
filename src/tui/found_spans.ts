import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";

const NONE: ReadonlySet<number> = new Set();
const found = new WeakMap<SpanQuery, WeakMap<Trace, ReadonlySet<number>>>();

/**
 * The spans of a trace that a query finds, by their indexes, for marking them; none when it finds them all.
 * They are remembered for as long as the tree is.
 */
export function foundSpans(query: SpanQuery, trace: Trace): ReadonlySet<number> {
  let traces = found.get(query);
  if (traces === undefined) found.set(query, traces = new WeakMap());
  let indexes = traces.get(trace);
  if (indexes === undefined) {
    const all = query.findSpans(trace);
    indexes = all.length === trace.nodes.length ? NONE : new Set(all);
    traces.set(trace, indexes);
  }
  return indexes;
}
