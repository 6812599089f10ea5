import type { SpanNode, Trace } from "../model/trace.ts";
import { type SpanIntervals, spanIntervals } from "./span_intervals.ts";

/** A stretch of time in which one span kept its trace from ending. */
export interface CriticalSegment {
  /** The span's index in the trace's nodes. */
  readonly index: number;
  /** Nanoseconds after the trace's start. */
  readonly fromNano: number;
  /** The same. */
  readonly toNano: number;
}

/**
 * The critical path of a trace: which span its root was waiting for, moment by moment. Shortening a
 * span that is not on it does not make the root any shorter.
 *
 * It is found from the end, as Uber's CRISP and Jaeger do: a span waited for the child that finished
 * last, before that for the child that had finished last when that one started, and so on; the time
 * between them is its own. From that follows:
 *
 * - A child that outlives its parent was not waited for, and is left out with all its descendants. So
 *   is one without an end, unless its parent has none either.
 * - Of children that overlap, the one that finished earlier is left out: the other one started without
 *   waiting for it. Clocks are not exact: an overlap of up to 1 % of the shorter one counts as none.
 * - Where a server's span sticks out of its client's though it is no longer, their clocks differ:
 *   it is moved by as much as it sticks out, and all that is under it with it.
 * - Other children that start before their parent are counted from the parent's start.
 * - A span without an end reaches to the latest moment known of the trace; one whose clock went
 *   backwards has no length.
 *
 * Only the tree of the trace's root span is looked at. In O(n log n), without recursion.
 *
 * @returns The segments in order of time, without gaps: together as long as the root span.
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { criticalPath } from "./critical_path.ts";
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
 * const child = { ...root, spanId: "b", parentId: "a", startTimeUnixNano: 2n, endTimeUnixNano: 9n };
 * const path = criticalPath(buildTrace("t", [root, child]));
 * const text = path.map(({ index, fromNano, toNano }) => `${index}: ${fromNano}-${toNano}`);
 * if (text.join() !== "0: 0-2,1: 2-9,0: 9-10") throw new Error("wrong");
 * ```
 */
export function criticalPath(trace: Trace): CriticalSegment[] {
  const { nodes, rootIndex } = trace;
  const intervals = spanIntervals(trace);
  const segments: CriticalSegment[] = [];
  const todo: Stretch[] = [{
    index: rootIndex,
    from: intervals.starts[rootIndex],
    to: intervals.ends[rootIndex],
    shift: 0,
    isOwn: false,
  }];
  for (let stretch = todo.pop(); stretch !== undefined; stretch = todo.pop()) {
    if (stretch.isOwn) {
      const { index, from, to } = stretch;
      if (to > from) segments.push({ index, fromNano: from, toNano: to });
    } else {
      divide(nodes, intervals, stretch, todo);
    }
  }
  return segments;
}

/** A stretch of the path: a span's own time, or all of a span, still to be divided. */
interface Stretch {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** By how much the span was moved, for its clock differs from the root's. */
  readonly shift: number;
  readonly isOwn: boolean;
}

interface Child {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

/** Divides the stretch of a span among itself and its children; pushes the latest part first. */
function divide(
  nodes: readonly SpanNode[],
  intervals: SpanIntervals,
  stretch: Stretch,
  todo: Stretch[],
): void {
  const { index, from, shift } = stretch;
  // Until when a child must have ended to have been waited for.
  let limit = intervals.ends[index] + shift;
  // The latest moment that is not accounted for yet.
  let to = stretch.to;
  for (const child of childrenByEnd(nodes, intervals, stretch)) {
    if (to <= from) break;
    const tolerance = (child.end - child.start) * CLOCK_TOLERANCE;
    if (child.end > limit + tolerance) continue;
    const childFrom = Math.max(child.start, from);
    const childTo = Math.min(child.end, to);
    if (childTo <= childFrom) continue;
    todo.push({ index, from: childTo, to, shift, isOwn: true });
    todo.push({
      index: child.index,
      from: childFrom,
      to: childTo,
      shift: child.shift,
      isOwn: false,
    });
    limit = to = childFrom;
  }
  todo.push({ index, from, to, shift, isOwn: true });
}

/** What share of a span two clocks, or two readings of one, may disagree by. */
const CLOCK_TOLERANCE = 0.01;

/** The children that their parent may have waited for, the last to finish first. */
function childrenByEnd(
  nodes: readonly SpanNode[],
  { starts, ends }: SpanIntervals,
  stretch: Stretch,
): Child[] {
  const { index } = stretch;
  const { span: parent, subtreeSize } = nodes[index];
  const parentStart = starts[index] + stretch.shift;
  const parentEnd = ends[index] + stretch.shift;
  const children: Child[] = [];
  for (let at = index + 1; at < index + subtreeSize; at += nodes[at].subtreeSize) {
    const { span } = nodes[at];
    if (span.endTimeUnixNano === undefined && parent.endTimeUnixNano !== undefined) continue;
    let shift = stretch.shift;
    const length = ends[at] - starts[at];
    if (parent.kind === "client" && span.kind === "server" && length <= parentEnd - parentStart) {
      const late = ends[at] + shift - parentEnd;
      const early = parentStart - (starts[at] + shift);
      if (late > 0) shift -= late;
      else if (early > 0) shift += early;
    }
    children.push({ index: at, start: starts[at] + shift, end: ends[at] + shift, shift });
  }
  return children.sort((a, b) => b.end - a.end || b.start - a.start);
}
