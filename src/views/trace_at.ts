import { createAttributes } from "../model/attributes.ts";
import { changeSpan } from "../model/change_span.ts";
import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanNode, Trace } from "../model/trace.ts";

/**
 * A trace as it was at a moment: spans that began later are absent, those that end later are running. What a
 * running span will say of its outcome (status, error, later events) is not known yet; its other attributes
 * are there, because nothing tells when they were set. A span whose parent begins later, by another clock, is
 * an orphan until then.
 *
 * @param unixNano Nanoseconds since the Unix epoch.
 * @returns `undefined` when nothing had begun; the trace itself when all had ended.
 */
export function traceAt(trace: Trace, unixNano: bigint): Trace | undefined {
  const { nodes } = trace;
  if (unixNano >= trace.startTimeUnixNano + trace.durationNano) return trace;
  const count = nodes.length;
  /** By node: the root of the tree that it is in now, or -1 for absent ones. */
  const rootOf = new Int32Array(count);
  const sizes = new Int32Array(count);
  const roots: number[] = [];
  for (let index = 0; index < count; index++) {
    const { span, parent } = nodes[index];
    if (span.startTimeUnixNano > unixNano) {
      rootOf[index] = -1;
      continue;
    }
    const above = parent < 0 ? -1 : rootOf[parent];
    rootOf[index] = above < 0 ? index : above;
    if (above < 0) roots.push(index);
  }
  if (roots.length === 0) return undefined;
  roots.sort((a, b) => compareStarts(nodes[a].span, nodes[b].span));
  for (let index = count - 1; index >= 0; index--) {
    if (rootOf[index] < 0) continue;
    sizes[index]++;
    if (rootOf[index] !== index) sizes[nodes[index].parent] += sizes[index];
  }
  // Where the next span of a tree goes: trees stand one after the other, each in the order that it had.
  const nextPlace = new Int32Array(count);
  let place = 0;
  for (const root of roots) {
    nextPlace[root] = place;
    place += sizes[root];
  }
  const places = new Int32Array(count);
  const kept = new Array<SpanNode>(place);
  for (let index = 0; index < count; index++) {
    const root = rootOf[index];
    if (root < 0) continue;
    const { span, parent, isOrphan } = nodes[index];
    const at = places[index] = nextPlace[root]++;
    const isRoot = root === index;
    kept[at] = {
      span: spanAt(span, unixNano),
      depth: isRoot ? 0 : kept[places[parent]].depth + 1,
      parent: isRoot ? -1 : places[parent],
      subtreeSize: sizes[index],
      isOrphan: isRoot && (isOrphan || parent >= 0),
    };
  }
  return new PastTrace(trace, kept);
}

/** A span as it was at a moment at which it had begun, see {@linkcode traceAt}. */
export function spanAt(span: Span, unixNano: bigint): Span {
  const end = span.endTimeUnixNano;
  if (end !== undefined ? end <= unixNano : span.state === "running") return span;
  return changeSpan(span, {
    state: "running",
    endTimeUnixNano: undefined,
    endOffsetMinutes: undefined,
    status: undefined,
    error: undefined,
    attributes: isErrorSpan(span) ? withoutOutcome(span) : span.attributes,
    events: span.events?.filter((event) => event.timeUnixNano <= unixNano),
  });
}

function withoutOutcome({ attributes }: Span): Span["attributes"] {
  return createAttributes(Object.entries(attributes).filter(([key]) => !OUTCOMES.has(key)));
}

/** What programs that have no status for it say when a span has failed, see `isErrorSpan`. */
const OUTCOMES: ReadonlySet<string> = new Set(["error", "status"]);

function compareStarts(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : 1;
}

class PastTrace implements Trace {
  readonly traceId: string;
  readonly nodes: readonly SpanNode[];
  readonly rootIndex: number;
  readonly warnings: readonly string[];
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint | undefined;
  readonly durationNano: bigint;
  readonly runningCount: number;
  readonly unfinishedCount = 0;
  #errorCount: number | undefined;

  constructor(trace: Trace, nodes: readonly SpanNode[]) {
    this.traceId = trace.traceId;
    this.nodes = nodes;
    this.warnings = trace.warnings;
    let rootIndex = 0;
    while (rootIndex < nodes.length && nodes[rootIndex].isOrphan) {
      rootIndex += nodes[rootIndex].subtreeSize;
    }
    this.rootIndex = rootIndex < nodes.length ? rootIndex : 0;
    let start = nodes[0].span.startTimeUnixNano;
    let latest = start;
    let runningCount = 0;
    for (const { span } of nodes) {
      const { startTimeUnixNano, endTimeUnixNano } = span;
      if (startTimeUnixNano < start) start = startTimeUnixNano;
      if (startTimeUnixNano > latest) latest = startTimeUnixNano;
      if (endTimeUnixNano === undefined) runningCount++;
      else if (endTimeUnixNano > latest) latest = endTimeUnixNano;
    }
    this.startTimeUnixNano = start;
    this.runningCount = runningCount;
    this.endTimeUnixNano = runningCount > 0 ? undefined : latest;
    this.durationNano = latest - start;
  }

  get rootSpan(): Span {
    return this.nodes[this.rootIndex].span;
  }

  get errorCount(): number {
    return this.#errorCount ??= this.nodes.reduce(
      (count, { span }) => isErrorSpan(span) ? count + 1 : count,
      0,
    );
  }
}
