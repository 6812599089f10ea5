import { fitLine, type Line, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { alignRight, textWidth, truncateText } from "../terminal/text_width.ts";

/** A figure of the rows of a table. */
export interface TableColumn<Row> {
  readonly title: string;
  /** Escaped. */
  readonly text: (row: Row) => string;
  /** Columns with higher numbers go first where there is little room; 0 for those that stay. */
  readonly dispensability: number;
  readonly style?: (row: Row) => Style | undefined;
  /** Columns that it takes at least, so that it does not move as rows are scrolled. @default 7 */
  readonly minColumns?: number;
}

/** A table: figures first, then what they are of. */
export interface TextTable<Row> {
  readonly columns: readonly TableColumn<Row>[];
  /** What the rows are called. */
  readonly nameTitle: string;
  /** What the figures are of: escaped, as much of it as there is. */
  readonly name: (row: Row) => Line;
  /** The title of the column that the rows are sorted by. */
  readonly sortedBy?: string;
}

/** A column that is shown, and how wide. */
export interface PlacedColumn<Row> {
  readonly column: TableColumn<Row>;
  readonly columns: number;
}

const MIN_NAME_COLUMNS = 30;
const HEADER: Style = { isDim: true };
const SORTED: Style = { isBold: true };

/** Which columns fit beside the names, and how wide they are. */
export function placeColumns<Row>(
  { columns }: TextTable<Row>,
  rows: readonly Row[],
  width: number,
): PlacedColumn<Row>[] {
  let placed = columns.map((column): PlacedColumn<Row> => ({
    column,
    columns: rows.reduce(
      (most, row) => Math.max(most, textWidth(column.text(row))),
      Math.max(column.minColumns ?? 7, textWidth(column.title) + 1),
    ),
  }));
  for (;;) {
    const taken = placed.reduce((sum, { columns }) => sum + columns + 1, 1);
    const least = placed.reduce((most, { column }) => Math.max(most, column.dispensability), 0);
    if (width - taken >= MIN_NAME_COLUMNS || least === 0) break;
    const last = placed.findLastIndex(({ column }) => column.dispensability === least);
    placed = placed.toSpliced(last, 1);
  }
  // On a very narrow screen what the row is called is worth more than its figures.
  while (placed.length > 0 && placed.reduce((sum, each) => sum + each.columns + 1, 9) > width) {
    placed.pop();
  }
  return placed;
}

/** The titles of the columns. */
export function tableHeader<Row>(
  table: TextTable<Row>,
  placed: readonly PlacedColumn<Row>[],
  width: number,
): Line {
  const line: Segment[] = [{ text: " " }];
  for (const { column: { title }, columns } of placed) {
    const isSorted = title === table.sortedBy;
    const text = alignRight(isSorted ? `${title}▾` : title, columns) + " ";
    line.push({ text, style: isSorted ? SORTED : HEADER });
  }
  const isSorted = table.nameTitle === table.sortedBy;
  const text = isSorted ? `${table.nameTitle}▴` : table.nameTitle;
  line.push({ text: ` ${text}`, style: isSorted ? SORTED : HEADER });
  return fitLine(line, width);
}

/** One row. */
export function tableRow<Row>(
  table: TextTable<Row>,
  placed: readonly PlacedColumn<Row>[],
  row: Row,
  { width, isSelected }: { width: number; isSelected: boolean },
): Line {
  const body: Segment[] = placed.map(({ column, columns }) => ({
    text: alignRight(column.text(row), columns) + " ",
    style: column.style?.(row),
  }));
  const taken = placed.reduce((sum, { columns }) => sum + columns + 1, 2);
  body.push({ text: " " }, ...fitName(table.name(row), Math.max(0, width - taken)));
  const shown = isSelected
    ? fitLine(body, Math.max(0, width - 1)).map(({ text }): Segment => ({
      text,
      style: { isInverse: true },
    }))
    : body;
  const gutter: Segment = isSelected ? { text: "▌", style: { color: "cyan" } } : { text: " " };
  return fitLine([gutter, ...shown], width);
}

/** Cuts a long name in its middle: statements begin alike, and differ at their end. */
function fitName(name: Line, room: number): Line {
  const last = name.at(-1);
  if (last === undefined) return name;
  const before = name.slice(0, -1).reduce((sum, { text }) => sum + textWidth(text), 0);
  const left = room - before;
  if (
    left < 16 || last.text.length <= left ||
    textWidth(last.text.slice(0, 512)) !== Math.min(512, last.text.length)
  ) {
    return name;
  }
  const head = Math.ceil((left - 1) * 0.7);
  const tail = last.text.slice(last.text.length - (left - 1 - head));
  const cut = textWidth(tail) === tail.length
    ? last.text.slice(0, head) + "…" + tail
    : truncateText(last.text, left);
  return [...name.slice(0, -1), { text: cut, style: last.style }];
}
