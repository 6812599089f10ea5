import type { Span } from "./span.ts";

/** A span at its place in the tree of its trace. */
export interface SpanNode {
  readonly span: Span;
  /** How many ancestors it has in this tree; 0 for a root. */
  readonly depth: number;
  /** The parent's index in {@linkcode Trace.nodes}; -1 for a root. */
  readonly parent: number;
  /** How many nodes its subtree has, itself included; they follow it in {@linkcode Trace.nodes}. */
  readonly subtreeSize: number;
  /** Whether it names a parent that has not been seen; such a span stands as a root. */
  readonly isOrphan: boolean;
}

/** The spans of one trace as a tree (or several), laid flat so that no walk needs recursion. */
export interface Trace {
  readonly traceId: string;
  /** In tree order: a parent before its children, siblings by start, then by span id. */
  readonly nodes: readonly SpanNode[];
  /** The span that stands for the trace: its earliest root, one that is no orphan if there is any. */
  readonly rootSpan: Span;
  /** Index of {@linkcode Trace.rootSpan} in {@linkcode Trace.nodes}. */
  readonly rootIndex: number;
  /** The earliest start, in nanoseconds since the Unix epoch. */
  readonly startTimeUnixNano: bigint;
  /** The latest end; absent while a span runs and when no span has ended. */
  readonly endTimeUnixNano?: bigint;
  /** From the earliest start to the latest moment known of any span. */
  readonly durationNano: bigint;
  readonly errorCount: number;
  readonly runningCount: number;
  readonly unfinishedCount: number;
  /** What had to be put right to get a tree, in sentences for people. */
  readonly warnings: readonly string[];
}
