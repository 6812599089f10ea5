import type { Line } from "../terminal/frame.ts";
import type { ListCursor } from "./list_cursor.ts";
import {
  placeColumns,
  type TableColumn,
  tableHeader,
  tableRow,
  type TextTable,
} from "./text_table.ts";

/** A span of a row, to look at. */
export interface SheetSample {
  readonly traceId: string;
  readonly spanId?: string;
}

/** What a sheet's rows can be asked. */
export interface SheetOptions<Row> extends TextTable<Row> {
  readonly rows: readonly Row[];
  /** A query that finds what the row counts. */
  readonly query: (row: Row) => string;
  /** What else there is to say of a row, a text a line; not escaped. */
  readonly notes: (row: Row) => readonly string[];
  /** One of the spans that a row counts. @default none is known */
  readonly sample?: (row: Row) => SheetSample;
}

/** The rows of one table at one moment, whatever they are. */
export class StatsSheet<Row = never> {
  readonly #options: SheetOptions<Row>;

  constructor(options: SheetOptions<Row>) {
    this.#options = options;
  }

  get count(): number {
    return this.#options.rows.length;
  }

  /** The header and the rows that are in sight. */
  lines(cursor: ListCursor, { columns, rows }: { columns: number; rows: number }): Line[] {
    const shown = this.#options.rows.slice(cursor.top, cursor.top + rows - 1);
    const placed = placeColumns(this.#options, shown, columns);
    const lines = [tableHeader(this.#options, placed, columns)];
    shown.forEach((row, at) => {
      const isSelected = cursor.top + at === cursor.selected;
      lines.push(tableRow(this.#options, placed, row, { width: columns, isSelected }));
    });
    return lines;
  }

  /** The title of the column at a place of the header; that of the names beyond the figures. */
  titleAt(cursor: ListCursor, size: { columns: number; rows: number }, column: number): string {
    const shown = this.#options.rows.slice(cursor.top, cursor.top + size.rows - 1);
    let end = 1;
    for (const placed of placeColumns(this.#options, shown, size.columns)) {
      end += placed.columns + 1;
      if (column < end) return placed.column.title;
    }
    return this.#options.nameTitle;
  }

  query(row: number): string | undefined {
    return this.#ask(row, this.#options.query);
  }

  notes(row: number): readonly string[] {
    return this.#ask(row, this.#options.notes) ?? [];
  }

  sample(row: number): SheetSample | undefined {
    const { sample } = this.#options;
    return sample && this.#ask(row, sample);
  }

  #ask<Answer>(place: number, question: (row: Row) => Answer): Answer | undefined {
    const row = this.#options.rows[place];
    return row === undefined ? undefined : question(row);
  }
}

/** A sheet whose rows nobody but itself looks at. */
export type AnySheet = Pick<
  StatsSheet,
  "count" | "lines" | "titleAt" | "query" | "notes" | "sample"
>;

/** A column of counts or times. */
export function column<Row>(
  title: string,
  text: (row: Row) => string,
  dispensability = 0,
): TableColumn<Row> {
  return { title, text, dispensability };
}
