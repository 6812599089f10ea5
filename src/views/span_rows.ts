import type { Trace } from "../model/trace.ts";
import { layOutRows, type RowLayout } from "./_row_layout.ts";
import { findSiblingGroups, type SiblingGroup, type SiblingGroups } from "./_sibling_groups.ts";
import { type Folds, isSpanFolded, NO_FOLDS } from "./folds.ts";
import { TraceTimes } from "./trace_times.ts";

/** A row that shows one span. */
export interface SpanRow {
  readonly type: "span";
  /** Where the span stands in the trace's nodes. */
  readonly index: number;
  /** How far the row is indented: 0 for the root. */
  readonly depth: number;
  readonly hasChildren: boolean;
  /** Whether what is below the span is hidden. */
  readonly isFolded: boolean;
  /** How many spans are hidden below it because of that. */
  readonly hiddenCount: number;
}

/** A row that shows siblings that do the same. */
export interface GroupRow {
  readonly type: "group";
  /** What opens it, see `openGroup`. */
  readonly key: string;
  /** Where its members stand in the trace's nodes, ascending. */
  readonly indexes: Int32Array;
  readonly depth: number;
  /** The members' parent in the trace's nodes; -1 for further roots and orphans. */
  readonly parent: number;
  /** Whether its members have rows of their own, below this one. */
  readonly isOpen: boolean;
  /** How many spans are hidden: its members and all that is below them; 0 when it is open. */
  readonly hiddenCount: number;
  /** What its members do, such as the statement with `?` for values. */
  readonly name: string;
  readonly service: string;
  /** How many members it has. */
  readonly count: number;
  /** Half of the members that ended took no longer; `undefined` while none has ended. */
  readonly p50Nano: number | undefined;
  /** The sum of the times of those that ended. */
  readonly totalNano: number;
  /** How many members failed. */
  readonly errorCount: number;
  readonly runningCount: number;
  /** From the first start …, in nanoseconds after the trace's start. */
  readonly fromNano: number;
  /** … to the last end. */
  readonly toNano: number;
}

/** A row of a trace. */
export type TraceRow = SpanRow | GroupRow;

/** How to draw the lines that tie a row to the one it belongs to. */
export interface RowGuides {
  /** How deep the row is: 0 for the root, which has no lines. */
  readonly level: number;
  /**
   * For the nearest levels, the outermost first and the row's own last: whether the line goes on below
   * this row, for further siblings.
   */
  readonly lines: readonly boolean[];
  /** Whether the line stands for no relation: a further root, or an orphan. */
  readonly isLoose: boolean;
}

/**
 * The rows of a trace, in the order in which a screen shows them: the root span, below it the tree. Further
 * roots and orphans stand as if they were children of the root span.
 *
 * Siblings that carry out the same operation (the same statement with other values, the same route) are one
 * row when there are at least 5 of them, wherever they stand among their siblings. What has an error or
 * still runs, in itself or below it, stays beside the group for all to see; only when there are more than
 * 50 such siblings are they a group of their own.
 *
 * In linear time, without recursion.
 *
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { SpanRows } from "./span_rows.ts";
 *
 * const root: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /orders",
 *   kind: "server",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 9n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * };
 * const queries = [1, 2, 3, 4, 5, 6].map((id): Span => ({
 *   ...root,
 *   spanId: `q${id}`,
 *   parentId: "a",
 *   kind: "sql",
 *   name: "query",
 *   attributes: createAttributes([["query", `SELECT * FROM orders WHERE id = ${id}`]]),
 * }));
 * const rows = new SpanRows(buildTrace("t", [root, ...queries]));
 * const row = rows.rowAt(1);
 * if (rows.count !== 2 || row?.type !== "group" || row.count !== 6) throw new Error("no group");
 * ```
 */
export class SpanRows {
  readonly trace: Trace;
  readonly folds: Folds;
  readonly #groups: LazyGroups;
  readonly #layout: RowLayout;

  /** @param folds What is folded away. @default NO_FOLDS */
  constructor(trace: Trace, folds: Folds = NO_FOLDS) {
    this.trace = trace;
    this.folds = folds;
    this.#groups = sharedGroups(trace);
    this.#layout = layOutRows(trace, folds, folds.isGrouping ? this.#groups.find() : undefined);
  }

  /** How many rows there are. */
  get count(): number {
    return this.#layout.count;
  }

  /** A row; `undefined` beyond the last one. */
  rowAt(row: number): TraceRow | undefined {
    const { count, items, depths } = this.#layout;
    if (!(row >= 0 && row < count)) return undefined;
    const index = items[row];
    return index >= 0 ? this.#spanRow(index, depths[row]) : this.#groupRow(~index, depths[row]);
  }

  /**
   * The row that shows a span: its own, that of the folded span it is hidden below, or its group's.
   *
   * @param index The span's place in the trace's nodes.
   */
  rowOf(index: number): number {
    return this.#layout.rowOf[index] ?? -1;
  }

  /** The row of the span or the group that a row stands below; -1 for the first row. */
  parentOf(row: number): number {
    return this.#layout.parents[row] ?? -1;
  }

  /**
   * The lines that tie a row to its parent.
   *
   * @param maxLevels How many levels to tell of at most, the nearest ones; so a tree of any depth stays narrow.
   */
  guidesOf(row: number, maxLevels: number): RowGuides {
    const { items, depths, parents, isLast } = this.#layout;
    const level = depths[row] ?? 0;
    const lines: boolean[] = [];
    for (let at = row; lines.length < Math.min(level, maxLevels); at = parents[at]) {
      lines.push(isLast[at] === 0);
    }
    lines.reverse();
    const item = items[row] ?? 0;
    const parent = item >= 0
      ? this.trace.nodes[item].parent
      : this.#groups.find().groups[~item].parent;
    return { level, lines, isLoose: level > 0 && parent < 0 };
  }

  #spanRow(index: number, depth: number): SpanRow {
    const { nodes, rootIndex } = this.trace;
    const { span, subtreeSize } = nodes[index];
    const below = index === rootIndex ? nodes.length - 1 : subtreeSize - 1;
    const isFolded = below > 0 && isSpanFolded(this.folds, span.spanId, depth);
    return {
      type: "span",
      index,
      depth,
      hasChildren: below > 0,
      isFolded,
      hiddenCount: isFolded ? below : 0,
    };
  }

  #groupRow(place: number, depth: number): GroupRow {
    const group = this.#groups.find().groups[place];
    const { key, indexes, parent, operation } = group;
    const isOpen = this.folds.openGroups.has(key);
    const { spanCount, ...figures } = this.#groups.figures(place);
    return {
      type: "group",
      key,
      indexes,
      depth,
      parent,
      isOpen,
      name: operation.name,
      service: operation.service,
      count: indexes.length,
      hiddenCount: isOpen ? 0 : spanCount,
      ...figures,
    };
  }
}

/**
 * Folds under which a span has a row of its own: what hides it is unfolded, everything else stays as it is.
 *
 * @param index The span's place in the trace's nodes.
 * @returns The same folds when the span can be seen.
 */
export function revealSpan(trace: Trace, folds: Folds, index: number): Folds {
  const { nodes, rootIndex } = trace;
  if (!(index >= 0 && index < nodes.length)) return folds;
  const groups = folds.isGrouping ? sharedGroups(trace).find() : undefined;
  const foldedSpans = new Set(folds.foldedSpans);
  const openSpans = new Set(folds.openSpans);
  const openGroups = new Set(folds.openGroups);
  let at = index;
  while (at !== rootIndex) {
    const place = groups === undefined ? -1 : groups.groupOf[at];
    if (place >= 0) openGroups.add(groups!.groups[place].key);
    at = nodes[at].parent < 0 ? rootIndex : nodes[at].parent;
    const { spanId } = nodes[at].span;
    foldedSpans.delete(spanId);
    if (folds.maxDepth !== undefined) openSpans.add(spanId);
  }
  const isSame = foldedSpans.size === folds.foldedSpans.size &&
    openSpans.size === (folds.openSpans?.size ?? 0) &&
    openGroups.size === folds.openGroups.size;
  return isSame ? folds : { ...folds, foldedSpans, openSpans, openGroups };
}

type GroupFigures =
  & Pick<
    GroupRow,
    "p50Nano" | "totalNano" | "errorCount" | "runningCount" | "fromNano" | "toNano"
  >
  & { readonly spanCount: number };

/** The groups of a trace and their figures, found when they are asked for. */
class LazyGroups {
  readonly #trace: Trace;
  #groups: SiblingGroups | undefined;
  readonly #figures: (GroupFigures | undefined)[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  find(): SiblingGroups {
    return this.#groups ??= findSiblingGroups(this.#trace);
  }

  figures(place: number): GroupFigures {
    return this.#figures[place] ??= measure(this.#trace, this.find().groups[place]);
  }
}

/** Folding and unfolding make new rows of the same trace again and again. */
const groupsByTrace = new WeakMap<Trace, LazyGroups>();

function sharedGroups(trace: Trace): LazyGroups {
  let groups = groupsByTrace.get(trace);
  if (groups === undefined) groupsByTrace.set(trace, groups = new LazyGroups(trace));
  return groups;
}

function measure(trace: Trace, { indexes }: SiblingGroup): GroupFigures {
  const { nodes } = trace;
  const { intervals: { starts, ends }, errorMarks } = TraceTimes.of(trace);
  const durations = new Float64Array(indexes.length);
  let endedCount = 0;
  let totalNano = 0;
  let errorCount = 0;
  let runningCount = 0;
  let spanCount = 0;
  let fromNano = Infinity;
  let toNano = 0;
  for (const index of indexes) {
    const { span: { state }, subtreeSize } = nodes[index];
    spanCount += subtreeSize;
    errorCount += errorMarks[index];
    if (state === "running") runningCount++;
    fromNano = Math.min(fromNano, starts[index]);
    toNano = Math.max(toNano, ends[index]);
    if (state !== "ended") continue;
    durations[endedCount++] = ends[index] - starts[index];
    totalNano += ends[index] - starts[index];
  }
  const sorted = durations.subarray(0, endedCount).sort();
  const p50Nano = endedCount === 0 ? undefined : sorted[Math.ceil(endedCount / 2) - 1];
  return { p50Nano, totalNano, errorCount, runningCount, spanCount, fromNano, toNano };
}
