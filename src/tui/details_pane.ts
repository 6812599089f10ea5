import type { Trace } from "../model/trace.ts";
import { fitLine, type Line, lineWidth, type Segment, type Size } from "../terminal/frame.ts";
import { escapeText } from "../terminal/escape_text.ts";
import type { Style } from "../terminal/style.ts";
import { fitText, textWidth } from "../terminal/text_width.ts";
import { formatCount } from "../views/count_text.ts";
import {
  type DetailRow,
  type DetailSection,
  SECTION_TITLES,
  spanDetails,
} from "../views/span_details.ts";
import { LIST_START, type ListCursor } from "./list_cursor.ts";
import { DIM } from "./span_text.ts";
import { wrapText } from "./wrap_text.ts";

/** A line of the details. */
export interface DetailLine {
  readonly line: Line;
  /** The row that it tells of; `undefined` for the title of a section and for what keeps sections apart. */
  readonly row: DetailRow | undefined;
}

/** What the details pane remembers: the line that keys act on. */
export interface DetailsState {
  /** The span that the cursor is about; of another one it begins at the top. */
  readonly spanId: string;
  readonly cursor: ListCursor;
}

/** Before a span was looked at. */
export const DETAILS_START: DetailsState = { spanId: "", cursor: LIST_START };

const TITLE: Style = { isBold: true, isUnderlined: true };
const ERROR: Style = { color: "red" };
/** Lines that one value may take; the rest of it can be copied. */
export const MAX_VALUE_LINES = 100;
const MAX_KEY_COLUMNS = 24;

/** What the details pane has laid out last: frames follow one another with the same span. */
export class DetailsMemo {
  #trace: Trace | undefined;
  #key = "";
  #lines: readonly DetailLine[] = [];

  /** All lines of a span's details at a width. */
  lines(
    trace: Trace,
    index: number,
    columns: number,
    options: { nowUnixNano: bigint | undefined; offsetMinutes: number },
  ): readonly DetailLine[] {
    const isRunning = trace.nodes[index].span.state === "running";
    const now = isRunning ? options.nowUnixNano : options.nowUnixNano !== undefined;
    const key = `${index} ${columns} ${now} ${options.offsetMinutes}`;
    if (this.#trace === trace && this.#key === key) return this.#lines;
    this.#trace = trace;
    this.#key = key;
    return this.#lines = spanDetails(trace, index, options)
      .flatMap((section, at) => sectionLines(section, at > 0, columns));
  }
}

/** Draws the part of the details that the cursor is at. */
export function detailsFrame(
  lines: readonly DetailLine[],
  { top, selected }: ListCursor,
  { columns, rows }: Size,
  isFocused: boolean,
): Line[] {
  const shown: Line[] = [];
  const row = lines[selected]?.row;
  for (let at = top; shown.length < rows; at++) {
    const detail = lines[at];
    if (detail === undefined) {
      shown.push(fitLine([], columns));
      continue;
    }
    const isAt = isFocused && at === selected;
    const gutter: Segment = isAt
      ? { text: "▌", style: { color: "cyan" } }
      : isFocused && row !== undefined && detail.row === row
      ? { text: "│", style: { color: "cyan" } }
      : { text: " " };
    const line = isAt
      ? detail.line.map(({ text }) => ({ text, style: { isInverse: true } }))
      : detail.line;
    shown.push(fitLine([gutter, ...fitLine(line, Math.max(0, columns - 1))], columns));
  }
  return shown;
}

function sectionLines(
  { name, count, rows }: DetailSection,
  hasGap: boolean,
  columns: number,
): DetailLine[] {
  const lines: DetailLine[] = hasGap ? [{ line: [], row: undefined }] : [];
  const figure = name === "span" || name === "scope" ? "" : ` ${formatCount(count)}`;
  lines.push({
    line: [{ text: SECTION_TITLES[name], style: TITLE }, { text: figure, style: DIM }],
    row: undefined,
  });
  const room = Math.max(1, columns - 1);
  const keyRoom = Math.min(MAX_KEY_COLUMNS, Math.floor(room * 0.5));
  const keyColumns = rows.reduce((most, row) => {
    const width = row.depth * 2 + textWidth(escapeText(row.key.slice(0, keyRoom + 1)));
    return width <= keyRoom ? Math.max(most, width) : most;
  }, 0);
  for (const row of rows) {
    for (const line of rowLines(row, keyColumns, room)) lines.push({ line, row });
  }
  return lines;
}

/** A key and its value beside it, or below it when the key is long. */
function rowLines(row: DetailRow, keyColumns: number, room: number): Line[] {
  const indent = " ".repeat(Math.min(row.depth * 2, Math.floor(room / 3)));
  const [key, ...moreKey] = wrapText(row.key, Math.max(1, room - indent.length), 3).lines;
  const keyStyle: Style = row.isError ? ERROR : { color: "blue" };
  const isBeside = moreKey.length === 0 && textWidth(indent + key) <= keyColumns;
  const valueIndent = isBeside ? keyColumns + 2 : indent.length + 2;
  const { lines: texts, restLength } = wrapText(
    row.text,
    Math.max(1, room - valueIndent),
    MAX_VALUE_LINES,
  );
  const valueStyle: Style | undefined = row.isError
    ? ERROR
    : row.target !== undefined
    ? { color: "cyan", isUnderlined: true }
    : undefined;
  const lines: Segment[][] = isBeside
    ? [[{ text: fitText(indent + key, keyColumns) + "  ", style: keyStyle }]]
    : [key, ...moreKey].map((part) => [{ text: indent + part, style: keyStyle }]);
  texts.forEach((text, at) => {
    const value: Segment = { text, style: valueStyle };
    if (at === 0 && isBeside) lines[0].push(value);
    else lines.push([{ text: " ".repeat(valueIndent) }, value]);
  });
  if (restLength > 0) {
    const text = `… ${formatCount(restLength)} more characters; y copies all`;
    lines.push([{ text: " ".repeat(valueIndent) }, { text, style: DIM }]);
  }
  return lines.filter((line) => lineWidth(line) > 0);
}
