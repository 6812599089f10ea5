import type { Trace } from "../model/trace.ts";
import { spanIntervals } from "./_span_intervals.ts";

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
  const { nodes } = trace;
  const { starts, ends } = spanIntervals(trace);
  const selfTimes = new Float64Array(nodes.length);
  // How far the children seen so far cover each span. Siblings stand in the order of their starts, so
  // one moment is enough to know the union of what came before.
  const coveredUntil = Float64Array.from(starts);
  for (let index = 0; index < nodes.length; index++) {
    selfTimes[index] += ends[index] - starts[index];
    const { parent } = nodes[index];
    if (parent < 0) continue;
    const from = Math.max(starts[index], coveredUntil[parent]);
    const to = Math.min(ends[index], ends[parent]);
    if (to <= from) continue;
    selfTimes[parent] -= to - from;
    coveredUntil[parent] = to;
  }
  // Sums of times beyond 104 days are rounded and may end just below zero.
  for (let index = 0; index < nodes.length; index++) {
    if (selfTimes[index] < 0) selfTimes[index] = 0;
  }
  return selfTimes;
}
