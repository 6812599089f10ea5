import { DurationDistribution } from "../analysis/duration_distribution.ts";
import { operationOf } from "../analysis/operation.ts";
import { durationNano, isErrorSpan } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";

/** A line of an outline: one span, or several siblings that do the same. */
export interface OutlineRow {
  /** In `trace.nodes`; of a group its slowest. */
  readonly index: number;
  /** Set for a group. */
  readonly group?: RowGroup;
  /** What the row stands for in time: a span's duration, or the sum of a group's. */
  readonly weightNano: number;
  readonly hasError: boolean;
  /** Spans in all subtrees of the row, itself included. */
  readonly spanCount: number;
}

/** Several siblings in one row. */
export interface RowGroup {
  readonly count: number;
  /** What they all do. */
  readonly label: string;
  readonly errorCount: number;
  readonly runningCount: number;
  /** Index of the first that failed. */
  readonly firstError: number;
  readonly durations: DurationDistribution;
}

/** The rows below one span, and what is not among them. */
export interface ChildRows {
  readonly rows: readonly OutlineRow[];
  /** Children shorter than asked for. */
  readonly shortCount: number;
}

/** How to make rows. */
export interface RowOptions {
  readonly minDurationNano: bigint;
  readonly isFolding: boolean;
}

/** The direct children of a span, or the roots for -1, as indices in `trace.nodes`. */
export function childIndices(trace: Trace, parent: number): number[] {
  const { nodes } = trace;
  const end = parent < 0 ? nodes.length : parent + nodes[parent].subtreeSize;
  const children: number[] = [];
  for (let at = parent + 1; at < end; at += nodes[at].subtreeSize) children.push(at);
  return children;
}

/** Makes rows of siblings; those that do the same, at least {@linkcode MIN_GROUP} of them, become one. */
export function makeRows(
  trace: Trace,
  siblings: readonly number[],
  errorsBelow: Uint8Array,
  options: RowOptions,
): ChildRows {
  const { minDurationNano } = options;
  const shown = minDurationNano === 0n ? siblings : siblings.filter((index) => {
    const duration = durationNano(trace.nodes[index].span);
    return duration === undefined || duration >= minDurationNano;
  });
  const shortCount = siblings.length - shown.length;
  if (!options.isFolding || shown.length < MIN_GROUP) {
    return { rows: shown.map((index) => spanRow(trace, index, errorsBelow)), shortCount };
  }
  const groups = new Map<string, number[]>();
  for (const index of shown) {
    const { category, service, name } = operationOf(trace.nodes[index].span);
    const key = `${category}\n${service}\n${name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  const rows: OutlineRow[] = [];
  for (const [key, indices] of groups) {
    if (indices.length < MIN_GROUP) {
      for (const index of indices) rows.push(spanRow(trace, index, errorsBelow));
    } else {
      rows.push(groupRow(trace, indices, errorsBelow, key.split("\n").slice(2).join("\n")));
    }
  }
  return { rows, shortCount };
}

/** Fewer siblings than this stand each for itself. */
export const MIN_GROUP = 3;

/** For each span of a trace whether it or anything below it failed. */
export function findErrorsBelow({ nodes }: Trace): Uint8Array {
  const errors = new Uint8Array(nodes.length);
  for (let index = nodes.length - 1; index >= 0; index--) {
    if (isErrorSpan(nodes[index].span)) errors[index] = 1;
    if (errors[index] === 1 && nodes[index].parent >= 0) errors[nodes[index].parent] = 1;
  }
  return errors;
}

function spanRow(trace: Trace, index: number, errorsBelow: Uint8Array): OutlineRow {
  return {
    index,
    weightNano: weightOf(trace, index),
    hasError: errorsBelow[index] === 1,
    spanCount: trace.nodes[index].subtreeSize,
  };
}

function groupRow(
  trace: Trace,
  indices: readonly number[],
  errorsBelow: Uint8Array,
  label: string,
): OutlineRow {
  const durations = new DurationDistribution();
  let slowest = indices[0];
  let weightNano = 0;
  let spanCount = 0;
  let errorCount = 0;
  let runningCount = 0;
  let firstError = -1;
  let hasError = false;
  for (const index of indices) {
    const { span, subtreeSize } = trace.nodes[index];
    const weight = weightOf(trace, index);
    weightNano += weight;
    if (span.endTimeUnixNano !== undefined) durations.add(weight);
    if (weight > weightOf(trace, slowest)) slowest = index;
    spanCount += subtreeSize;
    if (span.state !== "ended") runningCount++;
    if (errorsBelow[index] === 1) hasError = true;
    if (!isErrorSpan(span)) continue;
    errorCount++;
    if (firstError < 0) firstError = index;
  }
  return {
    index: slowest,
    group: { count: indices.length, label, errorCount, runningCount, firstError, durations },
    weightNano,
    hasError,
    spanCount,
  };
}

/** A span's length; one without an end reaches to the latest moment known of its trace. */
function weightOf(trace: Trace, index: number): number {
  const { span } = trace.nodes[index];
  const end = span.endTimeUnixNano ?? trace.startTimeUnixNano + trace.durationNano;
  return Math.max(0, Number(end - span.startTimeUnixNano));
}
