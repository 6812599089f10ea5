import type { Operation } from "../analysis/operation.ts";
import type { SpanNode, Trace } from "../model/trace.ts";
import { TraceOperations } from "./_trace_operations.ts";
import { TraceTimes } from "./trace_times.ts";

/** So many siblings that do the same make a group; findRepeatedCalls counts from there on, too. */
export const MIN_GROUP_SIZE = 5;

/**
 * So many siblings that do the same stay outside of their group because of an error or because they run,
 * in themselves or below them. More of them are a group of their own.
 */
export const MAX_NOTABLE_BESIDE_GROUP = 50;

/** Siblings that do the same. */
export interface SiblingGroup {
  /** Stays the same while the trace grows. */
  readonly key: string;
  /** What its members do, without the values in which they differ. */
  readonly operation: Operation;
  /** The parent of all of them in the trace's nodes; -1 for further roots and orphans. */
  readonly parent: number;
  /** In the trace's nodes, ascending. */
  readonly indexes: Int32Array;
}

/** The groups of siblings in a trace. */
export interface SiblingGroups {
  readonly groups: readonly SiblingGroup[];
  /** By the index of a span: the group that it is in, or -1. */
  readonly groupOf: Int32Array;
}

/** Finds the groups of siblings; linear but for the names of what they do. */
export function findSiblingGroups(trace: Trace): SiblingGroups {
  const { nodes, rootIndex } = trace;
  const count = nodes.length;
  const groupOf = new Int32Array(count).fill(-1);
  const groups: SiblingGroup[] = [];
  const childCounts = new Int32Array(count);
  let rootCount = 0;
  for (let index = 0; index < count; index++) {
    const { parent } = nodes[index];
    if (parent >= 0) childCounts[parent]++;
    else if (index !== rootIndex) rootCount++;
  }
  const operations = TraceOperations.of(trace);
  const notable = new NotableSubtrees(trace);
  const siblings: number[] = [];
  const split = (parent: number) => {
    for (const group of splitSiblings(nodes, parent, siblings, operations, notable)) {
      for (const index of group.indexes) groupOf[index] = groups.length;
      groups.push(group);
    }
    siblings.length = 0;
  };
  if (rootCount >= MIN_GROUP_SIZE) {
    for (let index = 0; index < count; index += nodes[index].subtreeSize) {
      if (index !== rootIndex) siblings.push(index);
    }
    split(-1);
  }
  for (let parent = 0; parent < count; parent++) {
    if (childCounts[parent] < MIN_GROUP_SIZE) continue;
    const end = parent + nodes[parent].subtreeSize;
    for (let index = parent + 1; index < end; index += nodes[index].subtreeSize) {
      siblings.push(index);
    }
    split(parent);
  }
  return { groups, groupOf };
}

function splitSiblings(
  nodes: readonly SpanNode[],
  parent: number,
  siblings: readonly number[],
  operations: TraceOperations,
  notable: NotableSubtrees,
): SiblingGroup[] {
  const byOperation = new Map<number, number[]>();
  for (const index of siblings) {
    const id = operations.idOf(index);
    const members = byOperation.get(id);
    if (members === undefined) byOperation.set(id, [index]);
    else members.push(index);
  }
  const groups: SiblingGroup[] = [];
  const parentId = parent < 0 ? "" : nodes[parent].span.spanId;
  for (const [id, members] of byOperation) {
    if (members.length < MIN_GROUP_SIZE) continue;
    const quiet = members.filter((index) => !notable.has(index));
    const loud = quiet.length === members.length
      ? []
      : members.filter((index) => notable.has(index));
    const operation = operations.operation(id);
    const { category, service, name } = operation;
    const add = (indexes: readonly number[], mark: string): void => {
      groups.push({
        key: `${mark}${parentId}\0${service}\0${category}\0${name}`,
        operation,
        parent,
        indexes: new Int32Array(indexes),
      });
    };
    if (quiet.length >= MIN_GROUP_SIZE) add(quiet, "");
    if (loud.length > MAX_NOTABLE_BESIDE_GROUP) add(loud, "!");
  }
  return groups;
}

/** Which spans have an error or run, in themselves or below them. */
class NotableSubtrees {
  readonly #trace: Trace;
  #marks: Uint8Array | undefined;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  has(index: number): boolean {
    return (this.#marks ??= this.#mark())[index] === 1;
  }

  #mark(): Uint8Array {
    const { nodes } = this.#trace;
    const marks = TraceTimes.of(this.#trace).errorMarks.slice();
    for (let index = nodes.length - 1; index >= 0; index--) {
      const { span, parent } = nodes[index];
      if (marks[index] === 0 && span.state !== "running") continue;
      marks[index] = 1;
      if (parent >= 0) marks[parent] = 1;
    }
    return marks;
  }
}
