import type { SpanRows, TraceRow } from "../../../views/span_rows.ts";

/** The rows of a trace that are left when only some spans are of interest: theirs and those above them. */
export class ShownRows {
  readonly rows: SpanRows;
  /** The numbers of the rows in {@linkcode ShownRows.rows}; absent when all are shown. */
  readonly #shown: Int32Array | undefined;

  /**
   * @param kept Indexes of the spans of interest; absent for all.
   */
  constructor(rows: SpanRows, kept?: Iterable<number>) {
    this.rows = rows;
    this.#shown = kept === undefined ? undefined : findShown(rows, kept);
  }

  /** How many rows are shown. */
  get count(): number {
    return this.#shown?.length ?? this.rows.count;
  }

  /** A row by its place on the screen; `undefined` beyond the last one. */
  at(place: number): TraceRow | undefined {
    return this.rows.rowAt(this.rowAt(place));
  }

  /** The number of a row among all. */
  rowAt(place: number): number {
    return this.#shown === undefined ? place : this.#shown[place] ?? -1;
  }

  /** The place of a row that is shown, or of the next one above it that is; -1 when there is none. */
  placeOf(row: number): number {
    if (this.#shown === undefined) return row < this.rows.count ? row : this.rows.count - 1;
    let low = 0;
    let high = this.#shown.length;
    while (low < high) {
      const middle = low + high >> 1;
      if (this.#shown[middle] <= row) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function findShown(rows: SpanRows, kept: Iterable<number>): Int32Array {
  const isShown = new Uint8Array(rows.count);
  for (const index of kept) {
    for (let row = rows.rowOf(index); row >= 0 && isShown[row] === 0; row = rows.parentOf(row)) {
      isShown[row] = 1;
    }
  }
  const shown: number[] = [];
  for (let row = 0; row < isShown.length; row++) if (isShown[row] === 1) shown.push(row);
  return Int32Array.from(shown);
}
