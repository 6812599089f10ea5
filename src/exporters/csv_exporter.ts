import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import type { Exporter } from "./exporter.ts";
import { countRowLosses, SPAN_COLUMNS, type SpanColumn } from "./_span_row.ts";

/**
 * Writes comma-separated values: a line of names, then a row a span. Text that spreadsheets would run as a
 * formula (it begins with `=`, `+`, `-`, `@`, a tab or a line end) gets an apostrophe in front, counted as
 * `formula`; numbers are no formulas and stay.
 *
 * Specification: RFC 4180.
 */
export class CsvExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};

  begin(): string {
    return SPAN_COLUMNS.map(({ name }) => name).join(",") + "\r\n";
  }

  span(span: Span): string {
    countRowLosses(span, this);
    let row = "";
    let hasFormula = false;
    for (let index = 0; index < SPAN_COLUMNS.length; index++) {
      const column = SPAN_COLUMNS[index];
      let cell = formatCell(column, span);
      if (column.type === "text" && FORMULA.test(cell)) {
        cell = `'${cell}`;
        hasFormula = true;
      }
      row += (index === 0 ? "" : ",") + quoteCell(cell);
    }
    if (hasFormula) countReason(this.changed, "formula");
    return row + "\r\n";
  }

  end(): string {
    return "";
  }
}

/** Full-width signs are formulas to some spreadsheets, too. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const SPECIAL = /[",\r\n]/;

function formatCell(column: SpanColumn, span: Span): string {
  const value = column.value(span);
  if (value === undefined) return "";
  if (column.type !== "time") return String(value);
  try {
    return formatTimestamp(value as bigint);
  } catch {
    // Outside of the years 0000 to 9999; the nanoseconds beside it have every moment.
    return "";
  }
}

function quoteCell(cell: string): string {
  return SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
