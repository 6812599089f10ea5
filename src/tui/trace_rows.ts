import type { SpanNode, Trace } from "../model/trace.ts";

/**
 * A trace is shown as its header, row 0, which stands for the root span, and one row for each other
 * span in tree order. Further roots and orphans are drawn as if they were children of the root span.
 *
 * @returns The index in `trace.nodes` of the span in a row.
 */
export function nodeIndexOfRow(trace: Trace, row: number): number {
  if (row === 0) return trace.rootIndex;
  return row <= trace.rootIndex ? row - 1 : row;
}

/** The row of a span, given its index in `trace.nodes`. */
export function rowOfNodeIndex(trace: Trace, index: number): number {
  if (index === trace.rootIndex) return 0;
  return index < trace.rootIndex ? index + 1 : index;
}

/**
 * Draws the lines that tie a span to its parent, such as `│  └─ `.
 *
 * @param maxLevels From which depth on the depth is written as a number and only the nearest levels
 * are drawn, so that a tree of any depth stays narrow.
 * @returns Empty for the root span.
 */
export function treeGuides(trace: Trace, index: number, maxLevels: number): string {
  if (index === trace.rootIndex) return "";
  const { nodes } = trace;
  const level = shownLevel(trace, index);
  const drawn = level <= maxLevels ? level : Math.max(1, maxLevels - 2);
  let guides = connector(nodes[index], isLastRow(trace, index));
  let ancestor = nodes[index].parent;
  for (let count = 1; count < drawn; count++) {
    guides = (isLastRow(trace, ancestor) ? "   " : "│  ") + guides;
    ancestor = nodes[ancestor].parent;
  }
  return level <= maxLevels ? guides : `…${level} ${guides}`;
}

function connector(node: SpanNode, isLast: boolean): string {
  // Dashed where the line stands for no relation: a further root, or an orphan.
  const dash = node.parent < 0 ? "╌" : "─";
  return `${isLast ? "└" : "├"}${dash} `;
}

function shownLevel(trace: Trace, index: number): number {
  const { nodes, rootIndex } = trace;
  const isUnderRoot = index > rootIndex && index < rootIndex + nodes[rootIndex].subtreeSize;
  return isUnderRoot ? nodes[index].depth : nodes[index].depth + 1;
}

/** Whether no sibling is drawn below this span. */
function isLastRow(trace: Trace, index: number): boolean {
  const { nodes, rootIndex } = trace;
  const { parent, subtreeSize } = nodes[index];
  const end = index + subtreeSize;
  if (parent >= 0 && parent !== rootIndex) return end === parent + nodes[parent].subtreeSize;
  // The root span has no row among these, so one that stands last and alone does not count.
  return end === nodes.length || (end === rootIndex && rootIndex === nodes.length - 1);
}
