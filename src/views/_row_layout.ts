import type { Trace } from "../model/trace.ts";
import type { SiblingGroups } from "./_sibling_groups.ts";
import { type Folds, isSpanFolded } from "./folds.ts";

/** Which row stands where. */
export interface RowLayout {
  readonly count: number;
  /** By row: the index of a span, or the place of a group, inverted. */
  readonly items: Int32Array;
  readonly depths: Int32Array;
  /** By row: the row it stands below. */
  readonly parents: Int32Array;
  /** By row: 1 when no sibling stands below. */
  readonly isLast: Uint8Array;
  /** By span: the row that shows it. */
  readonly rowOf: Int32Array;
}

/** Siblings that are being laid out: from one to an end in the trace, or out of a list. */
interface Level {
  readonly parentRow: number;
  readonly depth: number;
  /** The members of a group, or `undefined` for all children. */
  readonly members: Int32Array | undefined;
  /** Where the next one is: in `members`, or in the trace's nodes. */
  at: number;
  readonly end: number;
}

/** Decides which row stands where; linear, without recursion. */
export function layOutRows(
  trace: Trace,
  folds: Folds,
  groups: SiblingGroups | undefined,
): RowLayout {
  const { nodes, rootIndex } = trace;
  const spanCount = nodes.length;
  const capacity = spanCount + (groups?.groups.length ?? 0);
  const items = new Int32Array(capacity);
  const depths = new Int32Array(capacity);
  const parents = new Int32Array(capacity);
  const rowOf = new Int32Array(spanCount);
  const hasGroupRow = new Uint8Array(groups?.groups.length ?? 0);
  const groupOf = groups?.groupOf;
  let count = 0;

  function addRow(item: number, { parentRow, depth }: Level): number {
    items[count] = item;
    depths[count] = depth;
    parents[count] = parentRow;
    return count++;
  }

  const levels: Level[] = [
    // Further roots and orphans that began before the root span stand below it all the same.
    { parentRow: -1, depth: 0, members: Int32Array.of(rootIndex), at: 0, end: 1 },
  ];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.at >= level.end) {
      levels.pop();
      continue;
    }
    let index: number;
    if (level.members !== undefined) {
      index = level.members[level.at++];
    } else {
      index = level.at;
      // What is below the root span stands among its children, and it stands above them already.
      level.at += index === rootIndex ? 1 : nodes[index].subtreeSize;
      if (index === rootIndex) continue;
    }
    const place = level.members === undefined && groupOf !== undefined ? groupOf[index] : -1;
    if (place >= 0) {
      if (hasGroupRow[place] === 1) continue;
      hasGroupRow[place] = 1;
      const { indexes: members, key } = groups!.groups[place];
      const row = addRow(~place, level);
      if (folds.openGroups.has(key)) {
        levels.push({
          parentRow: row,
          depth: level.depth + 1,
          members,
          at: 0,
          end: members.length,
        });
      } else {
        for (const member of members) {
          rowOf.fill(row, member, member + nodes[member].subtreeSize);
        }
      }
      continue;
    }
    const row = addRow(index, level);
    rowOf[index] = row;
    const isRoot = index === rootIndex;
    const from = isRoot ? 0 : index + 1;
    const end = isRoot ? spanCount : index + nodes[index].subtreeSize;
    if (end - from <= (isRoot ? 1 : 0)) continue;
    if (isSpanFolded(folds, nodes[index].span.spanId, level.depth)) {
      rowOf.fill(row, from, end);
    } else {
      levels.push({ parentRow: row, depth: level.depth + 1, members: undefined, at: from, end });
    }
  }
  return {
    count,
    items,
    depths,
    parents,
    isLast: findLast(parents, count),
    rowOf,
  };
}

function findLast(parents: Int32Array, count: number): Uint8Array {
  const isLast = new Uint8Array(count);
  const isSeen = new Uint8Array(count);
  for (let row = count - 1; row > 0; row--) {
    if (isSeen[parents[row]] === 1) continue;
    isSeen[parents[row]] = isLast[row] = 1;
  }
  return isLast;
}
