import { selfTimesNano } from "../analysis/self_time.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import {
  childIndices,
  findErrorsBelow,
  makeRows,
  type OutlineRow,
  type RowOptions,
} from "./_outline_rows.ts";
import { compareInterest, type OpenRow, RowQueue } from "./_row_queue.ts";
import { lineBytes, shownText } from "./answer.ts";
import { countText, describeSpan, formatNano } from "./describe_trace.ts";
import { createIdShortener } from "./short_ids.ts";

/** How to draw. */
export interface OutlineOptions extends RowOptions {
  /** Most levels to show. */
  readonly maxDepth: number;
}

/** What of a tree is shown. */
export interface OutlineDrawing {
  readonly lines: readonly string[];
  /** Of rows at the first level. */
  readonly nextOffset: number;
  readonly siblingCount: number;
  readonly shortCount: number;
  /** Whether something is below a line that is not shown. */
  readonly isOpenable: boolean;
}

/**
 * Chooses what to show of a tree: what failed or takes long is opened first, until the room is used up.
 */
export class Outline {
  readonly #trace: Trace;
  readonly #nowUnixNano: bigint | undefined;
  readonly #options: OutlineOptions;
  readonly #selfTimes: Float64Array;
  readonly #errorsBelow: Uint8Array;
  readonly #shortId: (id: string) => string;
  #shortCount = 0;

  constructor(
    trace: Trace,
    nowUnixNano: bigint | undefined,
    options: OutlineOptions,
  ) {
    this.#trace = trace;
    this.#nowUnixNano = nowUnixNano;
    this.#options = options;
    this.#selfTimes = selfTimesNano(trace);
    this.#errorsBelow = findErrorsBelow(trace);
    this.#shortId = createIdShortener(trace.nodes.map(({ span }) => span.spanId), SPAN_ID_LENGTH);
  }

  /**
   * @param focus The span at the top, which is shown whatever it is; -1 for the roots.
   * @param offset Rows to skip at the first level.
   */
  draw(focus: number, offset: number, maxBytes: number): OutlineDrawing {
    let freeBytes = maxBytes;
    const head = focus < 0 ? undefined : this.#open(this.#rowOf(focus), 0);
    if (head !== undefined) freeBytes -= lineBytes(head.line) + MARK_BYTES;
    const level = head === undefined ? 0 : 1;
    const all = level < this.#options.maxDepth ? this.#rowsBelow(focus) : [];
    const first: OpenRow[] = [];
    // Not all of the room for what stands beside each other, or nothing would be left for what is below.
    const firstBytes = all.length - offset > 1 ? freeBytes * FIRST_LEVEL_SHARE : freeBytes;
    let usedBytes = 0;
    for (const row of all.slice(offset)) {
      const opened = this.#open(row, level);
      const bytes = lineBytes(opened.line) + MARK_BYTES;
      if (usedBytes + bytes > (first.length === 0 ? freeBytes : firstBytes)) break;
      usedBytes += bytes;
      first.push(opened);
    }
    freeBytes -= usedBytes;
    this.#openBelow(first, freeBytes);
    const lines: string[] = [];
    if (head !== undefined) lines.push(head.line);
    const isOpenable = this.#write(first, lines);
    return {
      lines,
      nextOffset: Math.min(offset + first.length, all.length),
      siblingCount: all.length,
      shortCount: this.#shortCount,
      isOpenable,
    };
  }

  /** Opens row after row, the most interesting first. */
  #openBelow(first: readonly OpenRow[], maxBytes: number): void {
    let freeBytes = maxBytes;
    const queue = new RowQueue();
    for (const row of first) queue.push(row);
    const opened: OpenRow[] = [];
    let failures = 0;
    for (
      let next = queue.pop();
      next !== undefined && failures < MAX_FAILURES;
      next = queue.pop()
    ) {
      if (next.level + 1 >= this.#options.maxDepth) continue;
      const rows = this.#rowsBelow(next.row.index).map((row) => this.#open(row, next.level + 1));
      if (rows.length === 0) continue;
      // No span takes more than a third of what is left, so that there is some for the others, too.
      const share = rows.length === 1 ? freeBytes : Math.max(freeBytes / 3, MIN_SHARE_BYTES);
      const chosen = chooseRows(rows, Math.min(share, freeBytes));
      if (chosen.rows.length === 0) {
        failures++;
        continue;
      }
      next.below = rows;
      next.children = chosen.rows;
      freeBytes -= chosen.bytes + (chosen.rows.length < rows.length ? HIDDEN_LINE_BYTES : 0);
      opened.push(next);
      for (const row of chosen.rows) queue.push(row);
    }
    // What is left over goes to those that had to leave out something.
    for (const row of opened.sort(compareInterest)) {
      const { below = [], children = [] } = row;
      if (children.length === below.length) continue;
      const chosen = chooseRows(below, freeBytes, children);
      row.children = chosen.rows;
      freeBytes -= chosen.bytes;
    }
  }

  #rowsBelow(parent: number): readonly OutlineRow[] {
    const siblings = childIndices(this.#trace, parent);
    const made = makeRows(this.#trace, siblings, this.#errorsBelow, this.#options);
    this.#shortCount += made.shortCount;
    return made.rows;
  }

  #rowOf(index: number): OutlineRow {
    const { nodes } = this.#trace;
    const hasError = this.#errorsBelow[index] === 1;
    return { index, weightNano: 0, hasError, spanCount: nodes[index].subtreeSize };
  }

  #open(row: OutlineRow, level: number): OpenRow {
    return { row, level, line: indent(level) + this.#describe(row) };
  }

  #describe({ index, group }: OutlineRow): string {
    const { nodes, startTimeUnixNano } = this.#trace;
    const { span, parent, isOrphan } = nodes[index];
    const id = this.#shortId(span.spanId);
    if (group === undefined) {
      return describeSpan(span, {
        id,
        selfNano: this.#selfTimes[index],
        traceStartUnixNano: startTimeUnixNano,
        nowUnixNano: this.#nowUnixNano,
        knownService: parent < 0 ? undefined : spanService(nodes[parent].span),
        isOrphan,
      });
    }
    const { count, label, errorCount, runningCount, firstError, durations } = group;
    const service = spanService(span);
    return [
      `×${count} ${label === "" ? "(no name)" : shownText(label, MAX_LABEL_LENGTH)} `,
      ...(durations.count === 0 ? [] : [
        `p50 ${formatNano(durations.percentileNano(0.5))}, max ${formatNano(durations.maxNano)},`,
        `total ${formatNano(durations.totalNano)}`,
      ]),
      ...(runningCount > 0 ? [`${runningCount} without an end`] : []),
      ...(service === undefined || parent >= 0 && service === spanService(nodes[parent].span)
        ? []
        : [`[${shownText(service, MAX_LABEL_LENGTH)}]`]),
      ...(durations.count === 0 ? [`one #${id}`] : [`slowest #${id}`]),
      ...(errorCount > 0
        ? [
          `✗ ${countText(errorCount, "error")}, first #${
            this.#shortId(nodes[firstError].span.spanId)
          }`,
        ]
        : []),
    ].join(" ");
  }

  /** Writes rows in tree order; true when something below a line is not shown. */
  #write(first: readonly OpenRow[], lines: string[]): boolean {
    let isOpenable = false;
    const todo: (OpenRow | string)[] = [...first].reverse();
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (typeof next === "string") {
        lines.push(next);
        continue;
      }
      const { row, children, below: rowsBelow = [], level } = next;
      const below = row.spanCount - (row.group?.count ?? 1);
      if (children === undefined) {
        if (below > 0) isOpenable = true;
        lines.push(next.line + (below > 0 ? ` ▸ ${below} below` : ""));
        continue;
      }
      // Of a group, what is below its slowest is shown.
      const ofGroup = row.group === undefined ? "" : " (slowest opened)";
      lines.push(next.line + ofGroup);
      const hiddenRows = rowsBelow.length - children.length;
      if (hiddenRows > 0) {
        isOpenable = true;
        const id = this.#shortId(this.#trace.nodes[row.index].span.spanId);
        todo.push(`${indent(level + 1)}▸ ${countText(hiddenRows, "more line")} below #${id}`);
      }
      for (const child of children.toReversed()) todo.push(child);
    }
    return isOpenable;
  }
}

/** As many of a span's rows as fit besides those that are kept, the most interesting; in their order. */
function chooseRows(
  rows: readonly OpenRow[],
  maxBytes: number,
  kept: readonly OpenRow[] = [],
): { rows: OpenRow[]; bytes: number } {
  let bytes = 0;
  const chosen = new Set<OpenRow>(kept);
  for (const row of [...rows].sort(compareInterest)) {
    if (chosen.has(row)) continue;
    const needed = lineBytes(row.line) + MARK_BYTES;
    if (bytes + needed > maxBytes) break;
    bytes += needed;
    chosen.add(row);
  }
  return { rows: rows.filter((row) => chosen.has(row)), bytes };
}

function indent(level: number): string {
  return level <= MAX_LEVELS ? "  ".repeat(level) : `${"  ".repeat(MAX_LEVELS)}…${level} `;
}

/** Deeper levels are told by a number, or a chain of calls would be all blanks. */
const MAX_LEVELS = 16;
const SPAN_ID_LENGTH = 8;
const MAX_LABEL_LENGTH = 160;
const FIRST_LEVEL_SHARE = 0.6;
/** Room for what may come behind a line: ` ▸ 99999 below`. */
const MARK_BYTES = 24;
const HIDDEN_LINE_BYTES = 140;
const MIN_SHARE_BYTES = 1500;
/** How many rows may find no room before the others are not tried any more. */
const MAX_FAILURES = 8;
