import type { Size } from "../terminal/frame.ts";

/** A part of the screen, from the page's own corner. */
export interface Pane {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Where the parts of the trace page stand. */
export interface TraceLayout {
  /** How many lines of figures stand at the top. */
  readonly headerRows: number;
  /** The tree with its bars, or what takes their place. */
  readonly tree: Pane;
  /** Columns of the tree that bars take; 0 where there is no room. */
  readonly barColumns: number;
  /** `undefined` while there are none. */
  readonly details: Pane | undefined;
}

/** From here on details stand beside the tree. */
const MIN_COLUMNS_BESIDE = 120;
/** From here on they have room below it. */
const MIN_ROWS_BELOW = 16;
const MIN_COLUMNS_WITH_BARS = 60;
const MIN_DETAIL_COLUMNS = 40;
const MAX_DETAIL_COLUMNS = 90;

/** Divides the screen: details beside the tree where it is wide, below it where it is high, else instead of it. */
export function layOutTrace(
  { columns, rows }: Size,
  { hasDetails, isDetailFocused }: { hasDetails: boolean; isDetailFocused: boolean },
): TraceLayout {
  const headerRows = rows >= 8 ? 2 : rows >= 4 ? 1 : 0;
  const body: Pane = { row: headerRows, column: 0, rows: rows - headerRows, columns };
  if (!hasDetails) return layout(headerRows, body, undefined);
  if (columns >= MIN_COLUMNS_BESIDE) {
    const width = Math.round(columns * 0.36);
    const taken = Math.max(MIN_DETAIL_COLUMNS, Math.min(MAX_DETAIL_COLUMNS, width));
    const tree = { ...body, columns: columns - taken - 1 };
    return layout(headerRows, tree, { ...body, column: tree.columns + 1, columns: taken });
  }
  if (rows >= MIN_ROWS_BELOW) {
    const taken = Math.round(body.rows * (isDetailFocused ? 0.55 : 0.36));
    const tree = { ...body, rows: body.rows - taken - 1 };
    return layout(headerRows, tree, { ...body, row: body.row + tree.rows + 1, rows: taken });
  }
  return isDetailFocused
    ? layout(headerRows, { ...body, rows: 0 }, body)
    : layout(headerRows, body, undefined);
}

function layout(headerRows: number, tree: Pane, details: Pane | undefined): TraceLayout {
  const { columns } = tree;
  const barColumns = columns < MIN_COLUMNS_WITH_BARS ? 0 : Math.floor(columns * 0.4);
  return { headerRows, tree, barColumns, details };
}
