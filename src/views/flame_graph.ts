import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { TraceOperations } from "./_trace_operations.ts";
import { TraceTimes } from "./trace_times.ts";

/** Options of a {@linkcode FlameGraph}. */
export interface FlameGraphOptions {
  /**
   * What makes two spans of one service below one box the same: the name that they carry, or what they
   * do, such as the statement without its values. @default "operation"
   */
  readonly by?: "name" | "operation";
}

/** A box where it stands on a screen. */
export interface FlameBox {
  readonly box: number;
  /** The row, 0 being the first one drawn. */
  readonly row: number;
  /** The left end as a share of the width, from 0 to 1. */
  readonly from: number;
  /** The same of the width. */
  readonly width: number;
}

/** What of a {@linkcode FlameGraph} to draw. */
export interface FlameViewOptions {
  /** The box that takes the whole width, below its ancestors; -1 for all. @default -1 */
  readonly zoom?: number;
  /** Boxes that take a smaller share of the width are left out with all below them. @default 0 */
  readonly minWidth?: number;
  /** The first row to draw. @default 0 */
  readonly fromRow?: number;
  /** The row before which to stop. @default all */
  readonly toRow?: number;
}

/**
 * The spans of a trace merged by their path: one box for all spans that do the same in the same service below
 * the same box. Boxes stand in tree order, a box before its children, and of siblings the widest first.
 *
 * A box is as wide as all self times in it and below it, so that children always fit into their parents.
 * That is its total time unless children ran in parallel or outlived their parent.
 *
 * In linear time but for sorting siblings, without recursion.
 *
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { FlameGraph } from "./flame_graph.ts";
 *
 * const root: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "main",
 *   kind: "function",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 10n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * };
 * const load = { ...root, parentId: "a", name: "load" };
 * const graph = new FlameGraph(buildTrace("t", [
 *   root,
 *   { ...load, spanId: "b", endTimeUnixNano: 3n },
 *   { ...load, spanId: "c", startTimeUnixNano: 4n, endTimeUnixNano: 8n },
 * ]));
 * const [main, loads] = [0, 1].map((box) => `${graph.nameOf(box)} ${graph.counts[box]}x`);
 * if (main !== "main 1x" || loads !== "load 2x" || graph.totalNano[1] !== 7) throw new Error(loads);
 * ```
 */
export class FlameGraph {
  readonly trace: Trace;
  /** How many boxes there are; the lists below have an entry for each. */
  readonly boxCount: number;
  /** How many rows the boxes take. */
  readonly rowCount: number;
  /** How wide all is, in nanoseconds. */
  readonly width: number;
  /** The box that a box stands below; -1 for none. */
  readonly parents: Int32Array;
  /** How many ancestors a box has. */
  readonly depths: Int32Array;
  /** How many boxes its subtree has, itself included; they follow it. */
  readonly subtreeSizes: Int32Array;
  /** The left end, from 0 to {@linkcode FlameGraph.width}. */
  readonly from: Float64Array;
  readonly widths: Float64Array;
  /** How many spans are in a box. */
  readonly counts: Int32Array;
  /** The sum of their durations, in nanoseconds; those without an end reach to the trace's latest moment. */
  readonly totalNano: Float64Array;
  /** The sum of their self times. */
  readonly selfNano: Float64Array;
  readonly errorCounts: Int32Array;
  /** By the index of a span in the trace's nodes: the box that it is in. */
  readonly boxOf: Int32Array;
  readonly #names: readonly FrameName[];
  readonly #nameOf: Int32Array;
  #spans: { readonly from: Int32Array; readonly indexes: Int32Array } | undefined;

  constructor(trace: Trace, options: FlameGraphOptions = {}) {
    const merged = mergeByPath(trace, options.by ?? "operation");
    const { order, places, subtreeSizes, widths } = sortBoxes(merged);
    const count = order.length;
    this.trace = trace;
    this.boxCount = count;
    this.parents = new Int32Array(count);
    this.depths = new Int32Array(count);
    this.subtreeSizes = subtreeSizes;
    this.from = new Float64Array(count);
    this.widths = widths;
    this.counts = new Int32Array(count);
    this.totalNano = new Float64Array(count);
    this.selfNano = new Float64Array(count);
    this.errorCounts = new Int32Array(count);
    this.#names = merged.names;
    this.#nameOf = new Int32Array(count);
    this.boxOf = merged.boxOf;
    for (let index = 0; index < this.boxOf.length; index++) {
      this.boxOf[index] = places[this.boxOf[index]];
    }
    let width = 0;
    let rowCount = 0;
    // How much of each box its children have taken so far.
    const taken = new Float64Array(count);
    for (let place = 0; place < count; place++) {
      const box = order[place];
      this.counts[place] = merged.counts[box];
      this.totalNano[place] = merged.totalNano[box];
      this.selfNano[place] = merged.selfNano[box];
      this.errorCounts[place] = merged.errorCounts[box];
      this.#nameOf[place] = merged.nameOf[box];
      const parent = merged.parents[box];
      if (parent < 0) {
        this.parents[place] = -1;
        this.from[place] = width;
        width += widths[place];
      } else {
        const above = this.parents[place] = places[parent];
        this.depths[place] = this.depths[above] + 1;
        this.from[place] = this.from[above] + taken[above];
        taken[above] += widths[place];
      }
      rowCount = Math.max(rowCount, this.depths[place] + 1);
    }
    this.width = width;
    this.rowCount = rowCount;
  }

  /** What the spans in a box do, or their name. */
  nameOf(box: number): string {
    return this.#names[this.#nameOf[box]].name;
  }

  /** The service of the spans in a box; empty when it is not known. */
  serviceOf(box: number): string {
    return this.#names[this.#nameOf[box]].service;
  }

  /** The spans in a box, by their places in the trace's nodes, ascending. */
  indexesOf(box: number): Int32Array {
    const { from, indexes } = this.#spans ??= bucket(this.boxOf, this.boxCount);
    return indexes.subarray(from[box], from[box + 1]);
  }

  /**
   * The boxes to draw, a box before those below it: the ancestors of the one that is zoomed to over the
   * whole width, then it and what is below it.
   */
  boxes(options: FlameViewOptions = {}): FlameBox[] {
    const { zoom = -1, minWidth = 0, fromRow = 0, toRow = Infinity } = options;
    const drawn: FlameBox[] = [];
    for (let box = zoom < 0 ? -1 : this.parents[zoom]; box >= 0; box = this.parents[box]) {
      const row = this.depths[box];
      if (row >= fromRow && row < toRow) drawn.push({ box, row, from: 0, width: 1 });
    }
    drawn.reverse();
    const first = Math.max(0, zoom);
    const end = zoom < 0 ? this.boxCount : zoom + this.subtreeSizes[zoom];
    const base = zoom < 0 ? 0 : this.from[zoom];
    const whole = zoom < 0 ? this.width : this.widths[zoom];
    for (let box = first; box < end;) {
      // Where nothing took any time there is nothing to share: the first box has all of it.
      const from = whole > 0 ? (this.from[box] - base) / whole : 0;
      const width = whole > 0 ? this.widths[box] / whole : box === first ? 1 : 0;
      const row = this.depths[box];
      if (width < minWidth || row >= toRow) {
        box += this.subtreeSizes[box];
        continue;
      }
      if (row >= fromRow) drawn.push({ box, row, from, width });
      box++;
    }
    return drawn;
  }

  /**
   * Marks the boxes of spans that were found.
   *
   * @param indexes Places of spans in the trace's nodes.
   * @returns How many of them are in each box.
   */
  countIn(indexes: Iterable<number>): Int32Array {
    const counts = new Int32Array(this.boxCount);
    for (const index of indexes) counts[this.boxOf[index]]++;
    return counts;
  }
}

interface FrameName {
  readonly service: string;
  readonly name: string;
}

interface MergedBoxes {
  readonly parents: number[];
  readonly counts: number[];
  readonly totalNano: number[];
  readonly selfNano: number[];
  readonly errorCounts: number[];
  readonly names: readonly FrameName[];
  readonly nameOf: number[];
  readonly boxOf: Int32Array;
}

/** Boxes in the order in which they are first met: parents before their children. */
function mergeByPath(trace: Trace, by: "name" | "operation"): MergedBoxes {
  const { nodes } = trace;
  const { selfNano, intervals: { starts, ends }, errorMarks } = TraceTimes.of(trace);
  const names = new FrameNames(trace, by);
  const boxes: MergedBoxes = {
    parents: [],
    counts: [],
    totalNano: [],
    selfNano: [],
    errorCounts: [],
    names: names.all,
    nameOf: [],
    boxOf: new Int32Array(nodes.length),
  };
  const known = new BoxTable(nodes.length, boxes.parents, boxes.nameOf);
  for (let index = 0; index < nodes.length; index++) {
    const { parent } = nodes[index];
    const above = parent < 0 ? -1 : boxes.boxOf[parent];
    const name = names.idOf(index);
    const box = known.find(above, name);
    if (box === boxes.parents.length) {
      boxes.parents.push(above);
      boxes.nameOf.push(name);
      boxes.counts.push(0);
      boxes.totalNano.push(0);
      boxes.selfNano.push(0);
      boxes.errorCounts.push(0);
    }
    boxes.boxOf[index] = box;
    boxes.counts[box]++;
    boxes.selfNano[box] += selfNano[index];
    boxes.totalNano[box] += ends[index] - starts[index];
    boxes.errorCounts[box] += errorMarks[index];
  }
  return boxes;
}

/** Brings boxes into tree order, of siblings the widest first. */
function sortBoxes({ parents, selfNano }: MergedBoxes): {
  readonly order: Int32Array;
  readonly places: Int32Array;
  readonly subtreeSizes: Int32Array;
  readonly widths: Float64Array;
} {
  const count = parents.length;
  const widthOf = new Float64Array(selfNano);
  const sizeOf = new Int32Array(count).fill(1);
  // A box stands behind its parent.
  for (let box = count - 1; box >= 0; box--) {
    if (parents[box] < 0) continue;
    widthOf[parents[box]] += widthOf[box];
    sizeOf[parents[box]] += sizeOf[box];
  }
  const { from, children } = childrenOf(parents);
  const order = new Int32Array(count);
  const places = new Int32Array(count);
  const subtreeSizes = new Int32Array(count);
  const widths = new Float64Array(count);
  // Siblings get their places one after the other, each as far on as what is below the last one takes.
  for (let parent = -1; parent < count; parent++) {
    const first = from[parent + 1];
    const end = from[parent + 2];
    if (end - first > 1) {
      children.subarray(first, end).sort((a, b) => widthOf[b] - widthOf[a] || a - b);
    }
    let at = parent < 0 ? 0 : places[parent] + 1;
    for (let child = first; child < end; child++) {
      const box = children[child];
      order[at] = box;
      places[box] = at;
      subtreeSizes[at] = sizeOf[box];
      widths[at] = widthOf[box];
      at += sizeOf[box];
    }
  }
  return { order, places, subtreeSizes, widths };
}

/** The boxes below each box, and first those below none: from one place in a list to the next. */
function childrenOf(
  parents: readonly number[],
): { readonly from: Int32Array; readonly children: Int32Array } {
  const from = new Int32Array(parents.length + 2);
  for (const parent of parents) from[parent + 2]++;
  for (let place = 0; place <= parents.length; place++) from[place + 1] += from[place];
  const next = from.slice();
  const children = new Int32Array(parents.length);
  for (let box = 0; box < parents.length; box++) children[next[parents[box] + 1]++] = box;
  return { from, children };
}

/** The box of a name below another one, without an object or a text for each. */
class BoxTable {
  /** Numbers of boxes, plus one; 0 where there is none. */
  readonly #slots: Int32Array;
  readonly #parents: readonly number[];
  readonly #names: readonly number[];

  /** @param maxBoxes How many boxes there are at most. */
  constructor(maxBoxes: number, parents: readonly number[], names: readonly number[]) {
    this.#slots = new Int32Array(2 ** (32 - Math.clz32(maxBoxes * 2)));
    this.#parents = parents;
    this.#names = names;
  }

  /** The number of the box; that of the next one to be made, which is then taken for it, if there is none. */
  find(parent: number, name: number): number {
    const mask = this.#slots.length - 1;
    const hash = Math.imul(parent + 1, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;; slot = (slot + 1) & mask) {
      const box = this.#slots[slot] - 1;
      if (box < 0) {
        this.#slots[slot] = this.#parents.length + 1;
        return this.#parents.length;
      }
      if (this.#parents[box] === parent && this.#names[box] === name) return box;
    }
  }
}

/** Numbers for the names of boxes. */
class FrameNames {
  readonly all: FrameName[] = [];
  readonly #trace: Trace;
  readonly #operations: TraceOperations | undefined;
  /** By operation. */
  readonly #idOf: number[] = [];
  /** By service, then by name. */
  readonly #ids = new Map<string, Map<string, number>>();

  constructor(trace: Trace, by: "name" | "operation") {
    this.#trace = trace;
    this.#operations = by === "name" ? undefined : TraceOperations.of(trace);
  }

  idOf(index: number): number {
    if (this.#operations === undefined) {
      const { span } = this.#trace.nodes[index];
      return this.#find(spanService(span) ?? "", span.name);
    }
    const operation = this.#operations.idOf(index);
    const { service, name } = this.#operations.operation(operation);
    return this.#idOf[operation] ??= this.#find(service, name);
  }

  #find(service: string, name: string): number {
    let ids = this.#ids.get(service);
    if (ids === undefined) this.#ids.set(service, ids = new Map());
    let id = ids.get(name);
    if (id === undefined) {
      ids.set(name, id = this.all.length);
      this.all.push({ service, name });
    }
    return id;
  }
}

/** Puts the spans of each box together. */
function bucket(boxOf: Int32Array, boxCount: number): { from: Int32Array; indexes: Int32Array } {
  const from = new Int32Array(boxCount + 1);
  for (const box of boxOf) from[box + 1]++;
  for (let box = 0; box < boxCount; box++) from[box + 1] += from[box];
  const next = from.slice();
  const indexes = new Int32Array(boxOf.length);
  for (let index = 0; index < boxOf.length; index++) indexes[next[boxOf[index]]++] = index;
  return { from, indexes };
}
