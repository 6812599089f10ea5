import type { OutlineRow } from "./_outline_rows.ts";

/** A row with what has been opened below it. */
export interface OpenRow {
  readonly row: OutlineRow;
  readonly level: number;
  readonly line: string;
  children?: OpenRow[];
  /** All rows below it, of which the children are those that found room. */
  below?: readonly OpenRow[];
}

/** What failed comes first, then what takes long. */
export function compareInterest(a: OpenRow, b: OpenRow): number {
  return Number(b.row.hasError) - Number(a.row.hasError) || b.row.weightNano - a.row.weightNano;
}

/** A heap: the most interesting row comes first. */
export class RowQueue {
  readonly #rows: OpenRow[] = [];

  push(row: OpenRow): void {
    const rows = this.#rows;
    let at = rows.push(row) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (compareInterest(rows[parent], row) <= 0) break;
      rows[at] = rows[parent];
      at = parent;
    }
    rows[at] = row;
  }

  pop(): OpenRow | undefined {
    const rows = this.#rows;
    const top = rows[0];
    const last = rows.pop();
    if (last === undefined || rows.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= rows.length) break;
      if (child + 1 < rows.length && compareInterest(rows[child + 1], rows[child]) < 0) child++;
      if (compareInterest(last, rows[child]) <= 0) break;
      rows[at] = rows[child];
      at = child;
    }
    rows[at] = last;
    return top;
  }
}
