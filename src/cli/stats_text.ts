import type { Operation } from "../analysis/operation.ts";
import type { RepeatedCallStats } from "../analysis/repeated_call_table.ts";
import type { StatsSummary } from "../analysis/stats_collector.ts";
import type { StatsRow } from "../analysis/stats_row.ts";
import { formatDuration } from "../model/duration.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { type Line, paintLine } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { textWidth, truncateText } from "../terminal/text_width.ts";
import { STATS_COLUMNS, STATS_TITLES, type StatsColumn } from "../tui/stats_columns.ts";
import { formatCount } from "./describe_reasons.ts";
import type { StatsTable } from "../analysis/stats_tables.ts";

/** How to print tables. */
export interface StatsTextOptions {
  readonly isColored: boolean;
  /** Columns that lines are cut to. @default nothing is cut */
  readonly columns?: number;
  /** Rows of each table; what is left out is told. @default all */
  readonly limit?: number;
  /** Only the columns that go-trace has. */
  readonly isGoTrace: boolean;
}

const GOTRACE_TITLES: Partial<Record<StatsTable, string>> = {
  endpoint: "Endpoint",
  sql: "SQL",
  function: "Function",
};

const HEADER: Style = { isDim: true };
const TITLE: Style = { isBold: true };
const ERROR: Style = { color: "red" };
/** Names get at least so many columns, at the cost of the figures that matter least. */
const MIN_NAME_COLUMNS = 32;

/** One line that says what there was at all. */
export function summaryText(summary: StatsSummary): string {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = summary;
  const parts = [formatCount(summary.spanCount, "span"), formatCount(summary.traceCount, "trace")];
  if (summary.runningCount > 0) parts.push(`${number(summary.runningCount)} running`);
  if (summary.unfinishedCount > 0) parts.push(`${number(summary.unfinishedCount)} unfinished`);
  if (summary.clockSkewCount > 0) {
    parts.push(`${number(summary.clockSkewCount)} that end before they start`);
  }
  const time = start === undefined || end === undefined ? "" : ` in ${formatDuration(end - start)}`;
  return parts.join(", ") + time + "\n";
}

/** A table of figures. */
export function tableText(
  table: StatsTable,
  rows: readonly StatsRow[],
  options: StatsTextOptions,
): string {
  const shown = rows.slice(0, options.limit);
  const hasServices = table !== "service" &&
    rows.some(({ service }) => service !== rows[0].service);
  const offered = options.isGoTrace
    ? STATS_COLUMNS.filter(({ isGoTrace }) => isGoTrace)
    : STATS_COLUMNS;
  const cells = new Map(offered.map((column) => [column, shown.map(column.text)]));
  const columns = chooseColumns(offered, cells, options.columns);
  const widths = columns.map((column) => columnWidth(column, cells.get(column) ?? []));
  const lines: Line[] = [titleLine(table, rows.length, options)];
  lines.push([{
    text: columns.map(({ title }, index) => title.padStart(widths[index])).join("  ") + "  NAME",
    style: HEADER,
  }]);
  const used = widths.reduce((sum, width) => sum + width + 2, 0);
  for (let row = 0; row < shown.length; row++) {
    const line = columns.map((column, index) => {
      const text = (cells.get(column) as string[])[row].padStart(widths[index]) + "  ";
      const isError = column.title === "ERRORS" && shown[row].errorCount > 0;
      return isError ? { text, style: ERROR } : { text };
    });
    const name = nameText(shown[row], hasServices);
    lines.push([...line, { text: fitName(name, options.columns, used) }]);
  }
  return paint(lines, options) + moreText(rows.length - shown.length);
}

/** The table of repeated calls. */
export function repeatedCallsText(
  all: readonly RepeatedCallStats[],
  options: StatsTextOptions,
): string {
  const shown = all.slice(0, options.limit);
  const counts = shown.map(callCountText);
  const totals = shown.map(({ totalNano }) => nano(totalNano));
  const [countWidth, totalWidth] = [counts, totals].map((texts) =>
    Math.max(5, ...texts.map(textWidth))
  );
  const lines: Line[] = [titleLine("nplusone", all.length, options)];
  const header = "CALLS".padStart(countWidth) + "  " + "TOTAL".padStart(totalWidth) + "  NAME";
  lines.push([{ text: header, style: HEADER }]);
  const indent = countWidth + totalWidth + 4;
  const hasServices = all.some(({ operation }) => operation.service !== all[0].operation.service);
  for (let row = 0; row < shown.length; row++) {
    const calls = shown[row];
    const figures = counts[row].padStart(countWidth) + "  " + totals[row].padStart(totalWidth);
    const name = nameText(calls.operation, hasServices);
    lines.push([{ text: `${figures}  ` }, { text: fitName(name, options.columns, indent) }]);
    for (const detail of callDetails(calls)) {
      const text = " ".repeat(indent) + fitName(escapeText(detail), options.columns, indent);
      lines.push([{ text, style: HEADER }]);
    }
  }
  return paint(lines, options) + moreText(all.length - shown.length);
}

function callCountText({ callCount, parentCount }: RepeatedCallStats): string {
  return parentCount === 1
    ? number(callCount)
    : `${number(parentCount)}×${number(Math.round(callCount / parentCount))}`;
}

function callDetails(calls: RepeatedCallStats): string[] {
  const { parent, parentCount, maxCallCount, isParallel, totalNano, wallNano, samples } = calls;
  const below = parent === undefined ? "below a span that was not seen" : `in ${parent.name}`;
  const often = parentCount === 1 ? "" : `, at most ${number(maxCallCount)} at a time`;
  const how = isParallel
    ? `, in parallel: ${nano(wallNano)} instead of ${nano(totalNano)}`
    : ", one after the other";
  const details = [below + often + how];
  if (calls.caller !== undefined) details.push(`at ${calls.caller}`);
  if (samples.length > 0) details.push(`values ${samples.join(" | ")}`);
  details.push(`trace ${calls.traceId}`);
  return details;
}

function titleLine(table: StatsTable, count: number, options: StatsTextOptions): Line {
  const title = options.isGoTrace
    ? GOTRACE_TITLES[table] ?? STATS_TITLES[table]
    : STATS_TITLES[table];
  return [{ text: title, style: TITLE }, { text: ` (${number(count)})`, style: HEADER }];
}

function moreText(count: number): string {
  return count > 0 ? `… ${number(count)} more; --all or --limit N\n` : "";
}

function paint(lines: readonly Line[], { isColored }: StatsTextOptions): string {
  return lines.map((line) => paintLine(line, isColored).trimEnd() + "\n").join("");
}

function chooseColumns(
  offered: readonly StatsColumn[],
  cells: ReadonlyMap<StatsColumn, readonly string[]>,
  room: number | undefined,
): readonly StatsColumn[] {
  const chosen = [...offered];
  if (room === undefined) return chosen;
  for (;;) {
    const used = chosen.reduce(
      (sum, column) => sum + columnWidth(column, cells.get(column) ?? []) + 2,
      0,
    );
    const least = Math.max(...chosen.map(({ dispensability }) => dispensability));
    if (room - used >= MIN_NAME_COLUMNS || least === 0) return chosen;
    chosen.splice(chosen.findIndex(({ dispensability }) => dispensability === least), 1);
  }
}

function columnWidth({ title }: StatsColumn, texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, textWidth(text)), title.length);
}

function nameText(row: Operation | StatsRow, hasServices: boolean): string {
  const { name, service } = row;
  const nothing = "table" in row && row.table === "service" ? "(unknown)" : "(no name)";
  const shown = name === "" ? nothing : escapeText(name);
  return hasServices && service !== "" ? `[${escapeText(service)}] ${shown}` : shown;
}

/** Cuts a name in the middle: statements begin alike, and differ at their end. */
function fitName(name: string, columns: number | undefined, used: number): string {
  if (columns === undefined) return name;
  const room = Math.max(8, columns - used);
  if (textWidth(name) <= room) return name;
  if (textWidth(name) !== name.length) return truncateText(name, room);
  const head = Math.ceil((room - 1) * 0.7);
  return name.slice(0, head) + "…" + name.slice(name.length - (room - 1 - head));
}

function nano(value: number): string {
  return formatDuration(BigInt(Math.round(value)));
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
