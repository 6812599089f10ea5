import type { Span } from "../model/span.ts";

/** What decides which span stands for a trace. */
export type Standing = Pick<Span, "spanId" | "parentId" | "startTimeUnixNano">;

/** Whether a span names no other one as its parent. */
export function isRootSpan({ spanId, parentId }: Standing): boolean {
  return parentId === undefined || parentId === spanId;
}

/**
 * Whether a span stands for its trace rather than another, as the one that `buildTrace` makes its root would: the
 * earliest root, without one the earliest of all. Without a tree it is not known which spans only form a ring.
 */
export function standsBefore(span: Standing, other: Standing): boolean {
  const isRoot = isRootSpan(span);
  if (isRoot !== isRootSpan(other)) return isRoot;
  if (span.startTimeUnixNano !== other.startTimeUnixNano) {
    return span.startTimeUnixNano < other.startTimeUnixNano;
  }
  return span.spanId < other.spanId;
}
