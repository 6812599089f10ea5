import { subtractChildren } from "./_subtract_children.ts";
import type { OpenSpan } from "./_open_traces.ts";

/**
 * The self times of the spans of a trace as `selfTimesNano` has them, without building its tree, which
 * takes several times as long. Where parents form a ring, each of its spans counts as a child.
 *
 * @param spans By id. Each is told its place: the index of its self time.
 */
export function openSelfTimes(spans: ReadonlyMap<string, OpenSpan>): Float64Array {
  const sorted = [...spans.values()];
  let base = sorted[0].startTimeUnixNano;
  let latest = base;
  for (const { startTimeUnixNano, endTimeUnixNano = startTimeUnixNano } of sorted) {
    if (startTimeUnixNano < base) base = startTimeUnixNano;
    if (startTimeUnixNano > latest) latest = startTimeUnixNano;
    if (endTimeUnixNano > latest) latest = endTimeUnixNano;
  }
  for (const span of sorted) span.startNano = Number(span.startTimeUnixNano - base);
  sorted.sort((a, b) => a.startNano - b.startNano);
  const known = Number(latest - base);
  const count = sorted.length;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  const parents = new Int32Array(count);
  for (let place = 0; place < count; place++) {
    const span = sorted[place];
    span.place = place;
    const end = span.endTimeUnixNano === undefined ? known : Number(span.endTimeUnixNano - base);
    starts[place] = span.startNano;
    ends[place] = Math.max(span.startNano, end);
  }
  for (let place = 0; place < count; place++) {
    const { parentId, spanId } = sorted[place];
    const parent = parentId === undefined || parentId === spanId ? undefined : spans.get(parentId);
    parents[place] = parent === undefined ? -1 : parent.place;
  }
  return subtractChildren(starts, ends, parents);
}
