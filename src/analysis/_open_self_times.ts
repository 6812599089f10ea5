import { subtractChildren } from "./_subtract_children.ts";
import type { OpenSpan } from "./_open_traces.ts";

/**
 * The self times of the spans of a trace as `selfTimesNano` has them, without building its tree, which
 * takes several times as long. Where parents form a ring, each of its spans counts as a child.
 *
 * @param spans By id. Each is told its place: the index of its self time.
 */
export function openSelfTimes(spans: ReadonlyMap<string, OpenSpan>): Float64Array {
  const count = spans.size;
  const sorted: OpenSpan[] = [];
  let latest = -Infinity;
  for (const span of spans.values()) {
    sorted.push(span);
    latest = Math.max(latest, span.startNano + Math.max(0, span.durationNano));
  }
  sorted.sort((a, b) => a.startNano - b.startNano);
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  const parents = new Int32Array(count);
  for (let place = 0; place < count; place++) {
    const span = sorted[place];
    const { startNano, durationNano } = span;
    span.place = place;
    starts[place] = startNano;
    ends[place] = span.state === "ended" ? startNano + Math.max(0, durationNano) : latest;
  }
  for (let place = 0; place < count; place++) {
    const { parentId, spanId } = sorted[place];
    const parent = parentId === undefined || parentId === spanId ? undefined : spans.get(parentId);
    parents[place] = parent === undefined ? -1 : parent.place;
  }
  return subtractChildren(starts, ends, parents);
}
