import type { Trace } from "../model/trace.ts";
import type { Folds } from "../views/folds.ts";
import { type RowGuides, SpanRows, type TraceRow } from "../views/span_rows.ts";

/** The rows of a trace that the trace page shows: all that folds leave, or those of some spans alone. */
export class VisibleRows {
  readonly trace: Trace;
  readonly folds: Folds;
  /** How many rows there are. */
  readonly count: number;
  readonly #rows: SpanRows;
  /** The rows that stay, by their places among all. */
  readonly #kept: Int32Array | undefined;

  /** @param isKept By the index of a span, 1 for those that are to be seen. @default all are */
  constructor(trace: Trace, folds: Folds, isKept?: Uint8Array) {
    this.trace = trace;
    this.folds = folds;
    this.#rows = new SpanRows(trace, folds);
    this.#kept = isKept && keepRows(this.#rows, isKept);
    this.count = this.#kept?.length ?? this.#rows.count;
  }

  /** A row; `undefined` beyond the last one. */
  rowAt(row: number): TraceRow | undefined {
    if (this.#kept === undefined) return this.#rows.rowAt(row);
    return row >= 0 && row < this.count ? this.#rows.rowAt(this.#kept[row]) : undefined;
  }

  /** The row that shows a span or what it is hidden in, or the next one above that; at least 0. */
  rowOf(index: number): number {
    return this.#placeOf(this.#rows.rowOf(index));
  }

  /** The row that a row stands below, or the next one above that; -1 for the first row. */
  parentOf(row: number): number {
    if (this.#kept === undefined) return this.#rows.parentOf(row);
    return row <= 0 ? -1 : Math.min(row - 1, this.#placeOf(this.#rows.parentOf(this.#kept[row])));
  }

  /** The lines before a row; `undefined` where rows are left out and lines would lead astray. */
  guidesOf(row: number, maxLevels: number): RowGuides | undefined {
    return this.#kept === undefined ? this.#rows.guidesOf(row, maxLevels) : undefined;
  }

  #placeOf(row: number): number {
    if (this.#kept === undefined) return Math.max(0, row);
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#kept[middle] <= row) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** The rows of some spans and those above them. */
function keepRows(rows: SpanRows, isKept: Uint8Array): Int32Array {
  const isSeen = new Uint8Array(rows.count);
  isSeen[0] = 1;
  for (let index = 0; index < isKept.length; index++) {
    if (isKept[index] === 0) continue;
    for (let row = rows.rowOf(index); row >= 0 && isSeen[row] === 0; row = rows.parentOf(row)) {
      isSeen[row] = 1;
    }
  }
  const kept: number[] = [];
  for (let row = 0; row < rows.count; row++) if (isSeen[row] === 1) kept.push(row);
  return Int32Array.from(kept);
}
