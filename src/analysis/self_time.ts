import type { Trace } from "../model/trace.ts";
import { spanIntervals } from "./span_intervals.ts";
import { subtractChildren } from "./_subtract_children.ts";

/**
 * The self time of each span of a trace: the part of its time in which none of its children ran. Time
 * that several children share is taken off once; what a child ran before its parent started or
 * after it ended (asynchronous work, clocks that differ) is not taken off, because it is no time of the
 * parent.
 *
 * A span that runs or never ended counts up to the latest moment known of the trace. A span whose end
 * lies before its start has no self time and takes none off its parent. In linear time, without
 * recursion.
 *
 * @returns Nanoseconds, by the index of the span in `trace.nodes`: at least 0, at most the duration.
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { selfTimesNano } from "./self_time.ts";
 *
 * const root: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 10n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * };
 * const child: Span = { ...root, spanId: "b", parentId: "a", startTimeUnixNano: 4n };
 * const selfTimes = selfTimesNano(buildTrace("t", [root, child]));
 * if (selfTimes.join() !== "4,6") throw new Error("wrong");
 * ```
 */
export function selfTimesNano(trace: Trace): Float64Array {
  const { starts, ends } = spanIntervals(trace);
  const parents = new Int32Array(trace.nodes.length);
  for (let index = 0; index < parents.length; index++) parents[index] = trace.nodes[index].parent;
  return subtractChildren(starts, ends, parents);
}
