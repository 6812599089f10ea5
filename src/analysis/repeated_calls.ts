import { durationNano, type Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { isConnectionSpan } from "./_connection_span.ts";
import { type Operation, type OperationCategory, operationOf } from "./operation.ts";

/** One operation that a span carried out many times, where once would often do: an N+1. */
export interface RepeatedCall {
  readonly operation: Operation;
  /** The index in `trace.nodes` of the span that did it, connections passed over; -1 when it was not seen. */
  readonly parentIndex: number;
  /** Indexes of the calls in `trace.nodes`. */
  readonly indexes: readonly number[];
  /** The sum of their durations. */
  readonly totalNano: number;
  /** The time in which at least one of them ran; less than the sum when they ran in parallel. */
  readonly wallNano: number;
  /** Whether some of them ran at the same time. */
  readonly isParallel: boolean;
}

/** Options of {@linkcode findRepeatedCalls}. */
export interface FindRepeatedCallsOptions {
  /** How many calls count as repeated. @default 5 */
  readonly minCalls?: number;
  /** Tells what a span does, or that it does not matter. @default {@linkcode operationOf} */
  readonly operationOf?: (span: Span) => Operation | undefined;
  /** Whether a span is there for a connection, a transaction or a cursor. @default by its names */
  readonly isConnection?: (span: Span, operation: Operation) => boolean;
}

/** What a program asks others for. */
const CALLS: ReadonlySet<OperationCategory> = new Set<OperationCategory>([
  "sql",
  "database",
  "http",
  "rpc",
  "cache",
]);

/** Whether operations of a category can be repeated calls. */
export function isCall(category: OperationCategory): boolean {
  return CALLS.has(category);
}

/**
 * Finds the operations of a trace that one parent carried out many times, one after the other or at
 * once: the same statement with other values, the same request with other ids, the same command of a
 * cache with other keys. Spans of connections, transactions and cursors do not count, and where one
 * stands between a parent and its calls, it is passed over.
 *
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { findRepeatedCalls } from "./repeated_calls.ts";
 *
 * const spans = [1, 2, 3, 4, 5, 6].map((id): Span => ({
 *   traceId: "t",
 *   spanId: `q${id}`,
 *   parentId: "list",
 *   name: "SQL Query",
 *   kind: "sql",
 *   startTimeUnixNano: BigInt(id),
 *   endTimeUnixNano: BigInt(id + 1),
 *   state: "ended",
 *   attributes: createAttributes([["query", `SELECT * FROM users WHERE id = ${id}`]]),
 * }));
 * const [found] = findRepeatedCalls(buildTrace("t", spans));
 * if (found?.indexes.length !== 6 || found.totalNano !== 6) throw new Error("not found");
 * ```
 */
export function findRepeatedCalls(
  trace: Trace,
  options: FindRepeatedCallsOptions = {},
): RepeatedCall[] {
  const { minCalls = 5, operationOf: describe = operationOf } = options;
  const { isConnection = hasConnectionName } = options;
  const { nodes } = trace;
  const operations: (Operation | undefined)[] = new Array(nodes.length);
  // Where a node's calls count: its parent, or above that when the parent is a connection.
  const parents = new Int32Array(nodes.length);
  const passedOn = new Uint8Array(nodes.length);
  const byParent = new Map<number | string, number[]>();
  for (let index = 0; index < nodes.length; index++) {
    const { span, parent } = nodes[index];
    const operation = operations[index] = describe(span);
    parents[index] = parent >= 0 && passedOn[parent] === 1 ? parents[parent] : parent;
    if (operation === undefined) continue;
    if (isConnection(span, operation)) {
      // A root stays the parent of what is below it.
      if (parent >= 0) passedOn[index] = 1;
      continue;
    }
    if (!CALLS.has(operation.category)) continue;
    // The calls of a parent that was not seen have at least its id in common; roots have nothing.
    const key = parents[index] >= 0 ? parents[index] : orphanParent(trace, index);
    if (key === undefined) continue;
    const calls = byParent.get(key);
    if (calls === undefined) byParent.set(key, [index]);
    else calls.push(index);
  }
  const found: RepeatedCall[] = [];
  for (const calls of byParent.values()) {
    if (calls.length < minCalls) continue;
    for (const indexes of groupByOperation(calls, operations)) {
      if (indexes.length < minCalls) continue;
      const operation = operations[indexes[0]] as Operation;
      found.push({
        operation,
        parentIndex: parents[indexes[0]],
        indexes,
        ...measureCalls(trace, indexes),
      });
    }
  }
  return found;
}

function hasConnectionName(span: Span, operation: Operation): boolean {
  return isConnectionSpan(span.name, operation);
}

function orphanParent(trace: Trace, index: number): string | undefined {
  let at = index;
  while (trace.nodes[at].parent >= 0) at = trace.nodes[at].parent;
  return trace.nodes[at].isOrphan ? trace.nodes[at].span.parentId : undefined;
}

function groupByOperation(
  calls: readonly number[],
  operations: readonly (Operation | undefined)[],
): number[][] {
  const groups = new Map<string, number[]>();
  for (const index of calls) {
    const { category, service, name } = operations[index] as Operation;
    const key = `${category}\0${service}\0${name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}

/** What calls of a trace cost. */
export function measureCalls(
  trace: Trace,
  indexes: readonly number[],
): Pick<RepeatedCall, "totalNano" | "wallNano" | "isParallel"> {
  let totalNano = 0;
  let wallNano = 0;
  let isParallel = false;
  let until = -Infinity;
  // Calls of one parent stand in the order of their starts, those below connections almost.
  const sorted = [...indexes].sort((a, b) => startNano(trace, a) - startNano(trace, b));
  for (const index of sorted) {
    const nano = Number(durationNano(trace.nodes[index].span) ?? 0n);
    if (nano <= 0) continue;
    const start = startNano(trace, index);
    const end = start + nano;
    totalNano += nano;
    if (start < until) isParallel = true;
    if (end > until) {
      wallNano += end - Math.max(start, until);
      until = end;
    }
  }
  return { totalNano, wallNano, isParallel };
}

/** Nanoseconds after the trace's start. */
function startNano(trace: Trace, index: number): number {
  return Number(trace.nodes[index].span.startTimeUnixNano - trace.startTimeUnixNano);
}
