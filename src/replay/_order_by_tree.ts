import type { Span } from "../model/span.ts";
import { spanHash } from "./_span_hash.ts";

/**
 * Puts what happened at one moment in the order of the tree that its spans form: starts with parents before
 * their children, ends with children first. Otherwise the order stays.
 */
export function orderByTree<T extends { readonly span: Span }>(
  tied: readonly T[],
  isEnd: boolean,
): T[] {
  const byKey = new Map<number, T>();
  for (const each of tied) byKey.set(spanHash(each.span.traceId, each.span.spanId), each);
  const depths = new Map<T, number>();
  for (const each of tied) {
    const path: T[] = [];
    let at: T | undefined = each;
    // A depth of -1 marks spans on the path: a ring ends there.
    while (at !== undefined && !depths.has(at)) {
      path.push(at);
      depths.set(at, -1);
      const { traceId, parentId }: Span = at.span;
      at = parentId === undefined ? undefined : byKey.get(spanHash(traceId, parentId));
    }
    let depth = at === undefined ? 0 : depths.get(at)! + 1;
    while (path.length > 0) depths.set(path.pop()!, depth++);
  }
  const sign = isEnd ? -1 : 1;
  return [...tied].sort((a, b) => sign * (depths.get(a)! - depths.get(b)!));
}
