import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanNode, Trace } from "../model/trace.ts";
import { mostCompleteSpan } from "./most_complete_span.ts";

/**
 * Builds the tree of one trace. The result depends on the set of spans alone, never on the order
 * in which they are given. No recursion: a chain of any depth is fine.
 *
 * - Of several spans with one id the most complete is kept: ended before unfinished before running.
 * - A span whose parent is not among them becomes a root, marked as an orphan.
 * - Where parents form a ring, the ring's earliest span becomes a root, with a warning.
 *
 * @param traceId The id that all the spans carry.
 * @param spans At least one span, in any order.
 * @throws {RangeError} When there is no span.
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { buildTrace } from "./build_trace.ts";
 *
 * const root: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 1n,
 *   endTimeUnixNano: 9n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * };
 * const child: Span = { ...root, spanId: "b", parentId: "a", name: "load", startTimeUnixNano: 2n };
 * const trace = buildTrace("t", [child, root]);
 * if (trace.nodes.map((node) => node.depth).join() !== "0,1") throw new Error("wrong");
 * ```
 */
export function buildTrace(traceId: string, spans: readonly Span[]): Trace {
  if (spans.length === 0) throw new RangeError(`Cannot build trace "${traceId}" of no spans`);
  const warnings: string[] = [];
  const sorted = distinctSpans(spans, warnings);
  const parents = findParents(sorted);
  breakRings(sorted, parents, warnings);
  const nodes = layOut(sorted, parents);
  const rootIndex = findRootIndex(nodes);
  return {
    traceId,
    nodes,
    rootSpan: nodes[rootIndex].span,
    rootIndex,
    ...summarize(nodes),
    warnings,
  };
}

/** One span an id, by start, then by id. */
function distinctSpans(spans: readonly Span[], warnings: string[]): Span[] {
  const byId = new Map<string, Span>();
  const conflicts = new Set<string>();
  for (const span of spans) {
    const other = byId.get(span.spanId);
    if (other === undefined) {
      byId.set(span.spanId, span);
    } else {
      if (isConflict(other, span)) conflicts.add(span.spanId);
      byId.set(span.spanId, mostCompleteSpan(other, span));
    }
  }
  if (conflicts.size > 0) {
    warnings.push(
      `Different spans share an id, only the most complete is shown (ids: ${conflicts.size})`,
    );
  }
  return [...byId.values()].sort(compareStarts);
}

function isConflict(a: Span, b: Span): boolean {
  return a.state === "ended" && b.state === "ended" &&
    (a.name !== b.name || a.startTimeUnixNano !== b.startTimeUnixNano);
}

function compareStarts(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : 1;
}

const NO_PARENT = -1;
const PARENT_NOT_SEEN = -2;

function findParents(sorted: readonly Span[]): Int32Array {
  const indexes = new Map<string, number>();
  for (let index = 0; index < sorted.length; index++) indexes.set(sorted[index].spanId, index);
  const parents = new Int32Array(sorted.length);
  for (let index = 0; index < sorted.length; index++) {
    const { parentId } = sorted[index];
    parents[index] = parentId === undefined ? NO_PARENT : indexes.get(parentId) ?? PARENT_NOT_SEEN;
  }
  return parents;
}

/** Cuts every ring of parents at its earliest span. */
function breakRings(sorted: readonly Span[], parents: Int32Array, warnings: string[]): void {
  // The walk that reached a span first; a walk that meets its own mark has gone round a ring.
  const walks = new Int32Array(sorted.length);
  for (let start = 0; start < sorted.length; start++) {
    let index = start;
    while (index >= 0 && walks[index] === 0) {
      walks[index] = start + 1;
      index = parents[index];
    }
    if (index < 0 || walks[index] !== start + 1) continue;
    let earliest = index;
    let length = 1;
    for (let other = parents[index]; other !== index; other = parents[other]) {
      // Indexes follow the order of the starts.
      if (other < earliest) earliest = other;
      length++;
    }
    parents[earliest] = NO_PARENT;
    const id = sorted[earliest].spanId;
    warnings.push(
      length === 1
        ? `Span "${id}" names itself as its parent, it is shown as a root`
        : `The parents of ${length} spans form a ring, span "${id}" is shown as its root`,
    );
  }
}

/** Brings the spans into tree order. */
function layOut(sorted: readonly Span[], parents: Int32Array): SpanNode[] {
  const count = sorted.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  let firstRoot = -1;
  // Backwards, so that each list of siblings ends up in order of the starts.
  for (let index = count - 1; index >= 0; index--) {
    const parent = parents[index];
    if (parent < 0) {
      nextSibling[index] = firstRoot;
      firstRoot = index;
    } else {
      nextSibling[index] = firstChild[parent];
      firstChild[parent] = index;
    }
  }
  const order = new Int32Array(count);
  const places = new Int32Array(count);
  const depths = new Int32Array(count);
  let place = 0;
  let index = firstRoot;
  while (index >= 0) {
    const parent = parents[index];
    order[place] = index;
    places[index] = place++;
    depths[index] = parent < 0 ? 0 : depths[parent] + 1;
    if (firstChild[index] >= 0) {
      index = firstChild[index];
      continue;
    }
    while (index >= 0 && nextSibling[index] < 0) index = parents[index];
    if (index >= 0) index = nextSibling[index];
  }
  const sizes = new Int32Array(count).fill(1);
  for (let at = count - 1; at >= 0; at--) {
    const parent = parents[order[at]];
    if (parent >= 0) sizes[parent] += sizes[order[at]];
  }
  return Array.from(order, (index) => ({
    span: sorted[index],
    depth: depths[index],
    parent: parents[index] < 0 ? -1 : places[parents[index]],
    subtreeSize: sizes[index],
    isOrphan: parents[index] === PARENT_NOT_SEEN,
  }));
}

function findRootIndex(nodes: readonly SpanNode[]): number {
  for (let index = 0; index < nodes.length; index += nodes[index].subtreeSize) {
    if (!nodes[index].isOrphan) return index;
  }
  return 0;
}

type Summary = Pick<
  Trace,
  | "startTimeUnixNano"
  | "endTimeUnixNano"
  | "durationNano"
  | "errorCount"
  | "runningCount"
  | "unfinishedCount"
>;

function summarize(nodes: readonly SpanNode[]): Summary {
  let start = nodes[0].span.startTimeUnixNano;
  let latest = start;
  let end: bigint | undefined;
  let errorCount = 0;
  let runningCount = 0;
  let unfinishedCount = 0;
  for (const { span } of nodes) {
    if (span.startTimeUnixNano < start) start = span.startTimeUnixNano;
    if (span.startTimeUnixNano > latest) latest = span.startTimeUnixNano;
    const spanEnd = span.endTimeUnixNano;
    if (spanEnd !== undefined && (end === undefined || spanEnd > end)) end = spanEnd;
    if (isErrorSpan(span)) errorCount++;
    if (span.state === "running") runningCount++;
    if (span.state === "unfinished") unfinishedCount++;
  }
  if (end !== undefined && end > latest) latest = end;
  return {
    startTimeUnixNano: start,
    endTimeUnixNano: runningCount > 0 ? undefined : end,
    durationNano: latest - start,
    errorCount,
    runningCount,
    unfinishedCount,
  };
}
