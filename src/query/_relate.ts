import type { SpanNode } from "../model/trace.ts";

/** How a span of the result is related to one on the left, in the words of the operators. */
export type Relation = "descendant" | "child" | "ancestor" | "parent" | "sibling";

/** What the right is to the left, seen from the other side. */
export const OPPOSITES: Readonly<Record<Relation, Relation>> = {
  descendant: "ancestor",
  ancestor: "descendant",
  child: "parent",
  parent: "child",
  sibling: "sibling",
};

/**
 * Marks every node that stands in a relation to a marked one, each in one pass over the nodes.
 *
 * @param nodes In tree order.
 * @param from 1 for each marked node.
 * @param to Gets a 1 for each related node; all zeros before.
 * @param counts As long as the nodes, all zeros before; used for siblings.
 */
export function relate(
  relation: Relation,
  nodes: readonly SpanNode[],
  from: Uint8Array,
  to: Uint8Array,
  counts: Uint8Array,
): void {
  switch (relation) {
    case "descendant":
      for (let index = 0; index < nodes.length; index++) {
        const { parent } = nodes[index];
        if (parent >= 0) to[index] = from[parent] | to[parent];
      }
      return;
    case "child":
      for (let index = 0; index < nodes.length; index++) {
        const { parent } = nodes[index];
        if (parent >= 0) to[index] = from[parent];
      }
      return;
    case "ancestor":
      for (let index = nodes.length - 1; index > 0; index--) {
        const { parent } = nodes[index];
        if (parent >= 0) to[parent] |= from[index] | to[index];
      }
      return;
    case "parent":
      for (let index = nodes.length - 1; index > 0; index--) {
        const { parent } = nodes[index];
        if (parent >= 0) to[parent] |= from[index];
      }
      return;
    case "sibling":
      relateSiblings(nodes, from, to, counts);
  }
}

function relateSiblings(
  nodes: readonly SpanNode[],
  from: Uint8Array,
  to: Uint8Array,
  counts: Uint8Array,
): void {
  // By parent; more than one need not be told apart.
  for (let index = 0; index < nodes.length; index++) {
    const { parent } = nodes[index];
    if (parent >= 0 && counts[parent] < 2) counts[parent] += from[index];
  }
  for (let index = 0; index < nodes.length; index++) {
    const { parent } = nodes[index];
    if (parent >= 0 && counts[parent] > from[index]) to[index] = 1;
  }
  relateOrphans(nodes, from, to);
}

/** Spans whose common parent was not seen are siblings all the same. */
function relateOrphans(nodes: readonly SpanNode[], from: Uint8Array, to: Uint8Array): void {
  const counts = new Map<string, number>();
  forEachOrphan(nodes, (index, parentId) => {
    if (from[index] === 1) counts.set(parentId, (counts.get(parentId) ?? 0) + 1);
  });
  if (counts.size === 0) return;
  forEachOrphan(nodes, (index, parentId) => {
    if ((counts.get(parentId) ?? 0) > from[index]) to[index] = 1;
  });
}

function forEachOrphan(
  nodes: readonly SpanNode[],
  visit: (index: number, parentId: string) => void,
): void {
  for (let index = 0; index < nodes.length; index += nodes[index].subtreeSize) {
    const { isOrphan, span } = nodes[index];
    if (isOrphan) visit(index, span.parentId as string);
  }
}
