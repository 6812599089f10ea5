import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanNode, Trace } from "../model/trace.ts";
import { PlaceTable } from "./_place_table.ts";
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
  const { sorted, parents } = sortSpans(spans, warnings);
  breakRings(sorted, parents, warnings);
  return new BuiltTrace(traceId, layOut(sorted, parents), warnings);
}

/** A tree; what is summed up over its spans is found when it is asked for. */
class BuiltTrace implements Trace {
  readonly traceId: string;
  readonly nodes: readonly SpanNode[];
  readonly rootIndex: number;
  readonly warnings: readonly string[];
  #summary: Summary | undefined;
  #errorCount: number | undefined;

  constructor(traceId: string, nodes: readonly SpanNode[], warnings: readonly string[]) {
    this.traceId = traceId;
    this.nodes = nodes;
    this.rootIndex = findRootIndex(nodes);
    this.warnings = warnings;
  }

  get rootSpan(): Span {
    return this.nodes[this.rootIndex].span;
  }

  get startTimeUnixNano(): bigint {
    return this.#sum().startTimeUnixNano;
  }

  get endTimeUnixNano(): bigint | undefined {
    return this.#sum().endTimeUnixNano;
  }

  get durationNano(): bigint {
    return this.#sum().durationNano;
  }

  get runningCount(): number {
    return this.#sum().runningCount;
  }

  get unfinishedCount(): number {
    return this.#sum().unfinishedCount;
  }

  // Apart from the rest, because it looks at the attributes.
  get errorCount(): number {
    return this.#errorCount ??= this.nodes.reduce(
      (count, { span }) => isErrorSpan(span) ? count + 1 : count,
      0,
    );
  }

  #sum(): Summary {
    return this.#summary ??= summarize(this.nodes);
  }
}

interface SortedSpans {
  /** One span an id, by start, then by id. */
  readonly sorted: Span[];
  /** Where in it the parent of each stands. */
  readonly parents: Int32Array;
}

function sortSpans(spans: readonly Span[], warnings: string[]): SortedSpans {
  const places = new PlaceTable(spans.length);
  const distinct: Span[] = [];
  const conflicts = new Set<string>();
  for (const span of spans) {
    const place = places.get(span.spanId);
    if (place < 0) {
      places.add(span.spanId);
      distinct.push(span);
    } else {
      if (isConflict(distinct[place], span)) conflicts.add(span.spanId);
      distinct[place] = mostCompleteSpan(distinct[place], span);
    }
  }
  if (conflicts.size > 0) {
    warnings.push(
      `Different spans share an id, only the most complete is shown (ids: ${conflicts.size})`,
    );
  }
  // As numbers from the first start on: comparing bigints was most of the time of building trees. What a
  // number cannot hold comes out equal, and is compared as it is. Loops, because `from` of typed arrays
  // takes five times as long.
  const count = distinct.length;
  const base = distinct[0].startTimeUnixNano;
  const starts = new Float64Array(count);
  const order = new Array<number>(count);
  for (let place = 0; place < count; place++) {
    starts[place] = Number(distinct[place].startTimeUnixNano - base);
    order[place] = place;
  }
  order.sort((a, b) => starts[a] - starts[b] || compareStarts(distinct[a], distinct[b]));
  const ranks = new Int32Array(count);
  for (let rank = 0; rank < count; rank++) ranks[order[rank]] = rank;
  const parents = new Int32Array(count);
  const sorted = new Array<Span>(count);
  for (let rank = 0; rank < count; rank++) {
    const span = sorted[rank] = distinct[order[rank]];
    const place = span.parentId === undefined ? NO_PARENT : places.get(span.parentId);
    parents[rank] = span.parentId === undefined
      ? NO_PARENT
      : place < 0
      ? PARENT_NOT_SEEN
      : ranks[place];
  }
  return { sorted, parents };
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
  const nodes = new Array<SpanNode>(count);
  for (let at = 0; at < count; at++) {
    const index = order[at];
    const parent = parents[index];
    nodes[at] = {
      span: sorted[index],
      depth: depths[index],
      parent: parent < 0 ? -1 : places[parent],
      subtreeSize: sizes[index],
      isOrphan: parent === PARENT_NOT_SEEN,
    };
  }
  return nodes;
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
  | "runningCount"
  | "unfinishedCount"
>;

function summarize(nodes: readonly SpanNode[]): Summary {
  let start = nodes[0].span.startTimeUnixNano;
  let latest = start;
  let end: bigint | undefined;
  let runningCount = 0;
  let unfinishedCount = 0;
  for (const { span } of nodes) {
    if (span.startTimeUnixNano < start) start = span.startTimeUnixNano;
    if (span.startTimeUnixNano > latest) latest = span.startTimeUnixNano;
    const spanEnd = span.endTimeUnixNano;
    if (spanEnd !== undefined && (end === undefined || spanEnd > end)) end = spanEnd;
    if (span.state === "running") runningCount++;
    if (span.state === "unfinished") unfinishedCount++;
  }
  if (end !== undefined && end > latest) latest = end;
  return {
    startTimeUnixNano: start,
    endTimeUnixNano: runningCount > 0 ? undefined : end,
    durationNano: latest - start,
    runningCount,
    unfinishedCount,
  };
}
