import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { TABLE_KEYS } from "../key_bindings.ts";
import { useKeys } from "../keyboard.ts";
import { useVirtualRows } from "./virtual_rows.ts";

/** In pixels, as in data_table.css. */
export const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 28;

/** A column of a {@linkcode DataTable}. */
export interface Column<Row> {
  /** For the style sheet. */
  readonly name: string;
  readonly title: ComponentChildren;
  /** What a screen reader says for the head. @default the title */
  readonly label?: string;
  /** Says more when one points at the head. */
  readonly hint?: string;
  /** How wide, as one track of a CSS grid. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** Below this width of the table, in pixels, it is left out. */
  readonly minTableWidth?: number;
  /** What to sort by; absent where there is no sorting. The most comes first at first, or the least. */
  readonly sortKey?: string;
  readonly sortsDown?: boolean;
  readonly cell: (row: Row, index: number) => ComponentChildren;
}

/** What a {@linkcode DataTable} shows. */
export interface DataTableProps<Row> {
  /** What the table is, for screen readers and the help. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rowCount: number;
  /** A row; `undefined` while it is on its way. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly rowKey: (row: Row) => string;
  readonly rowClass?: (row: Row) => string;
  /** The row that keys act on; -1 for none. */
  readonly selected: number;
  readonly onSelect: (index: number) => void;
  readonly onOpen?: (index: number) => void;
  /** The key of the column and, with `-` in front, that the most comes first. */
  readonly sort?: string;
  readonly onSort?: (sort: string) => void;
  /** Told which rows can be seen, so that they can be fetched. */
  readonly onRange?: (first: number, end: number, isAtTop: boolean) => void;
  /** A row to scroll to; another object scrolls again. */
  readonly reveal?: { readonly index: number };
  /** Shown instead of rows where there are none. */
  readonly empty?: ComponentChildren;
}

/**
 * A table of any length: only the rows that can be seen are in the document, and assistive technology
 * is told of how many they are. Walked through with the keys of `TABLE_KEYS`.
 */
export function DataTable<Row>(props: DataTableProps<Row>): JSX.Element {
  const { rowCount, selected, sort = "" } = props;
  const rows = useVirtualRows(rowCount, ROW_HEIGHT, HEAD_HEIGHT);
  const columns = props.columns.filter(({ minTableWidth = 0 }) => rows.width >= minTableWidth);
  const id = useRef(`table-${++tableCount}`).current;
  const { first, end, isAtTop } = rows;
  useEffect(() => props.onRange?.(first, end, isAtTop), [first, end, isAtTop]);
  useEffect(() => {
    if (props.reveal !== undefined) rows.reveal(props.reveal.index);
  }, [props.reveal]);
  function select(index: number): void {
    const row = Math.max(0, Math.min(rowCount - 1, index));
    if (rowCount === 0) return;
    props.onSelect(row);
    rows.reveal(row);
  }
  function step(by: number): void {
    select(selected < 0 ? first + (isAtTop ? 0 : 8) : selected + by);
  }
  useKeys(props.label, TABLE_KEYS, {
    next: () => step(1),
    previous: () => step(-1),
    page_down: () => step(rows.fitting - 1),
    page_up: () => step(1 - rows.fitting),
    first: () => select(0),
    last: () => select(rowCount - 1),
    open: () => {
      if (selected < 0 || props.onOpen === undefined) return false;
      props.onOpen(selected);
    },
  });
  const drawn: JSX.Element[] = [];
  for (let index = first; index < end; index++) {
    const row = props.rowAt(index);
    drawn.push(
      <div
        key={row === undefined ? `place ${index}` : props.rowKey(row)}
        id={`${id}-${index}`}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={index === selected}
        class={`table-row ${row === undefined ? "is-loading" : props.rowClass?.(row) ?? ""}`}
        style={{ transform: `translateY(${rows.top(index)}px)` }}
        onClick={(event) => {
          props.onSelect(index);
          // A link in the row, and text that is being marked, have their own meaning.
          const isLink = (event.target as Element).closest("a, button") !== null;
          if (!isLink && getSelection()?.isCollapsed !== false) props.onOpen?.(index);
        }}
      >
        {columns.map((column) => (
          <div key={column.name} role="gridcell" class={cellClass(column)}>
            {row === undefined ? null : column.cell(row, index)}
          </div>
        ))}
      </div>,
    );
  }
  const template = columns.map(({ width }) => width).join(" ");
  return (
    <div class="table-frame">
      <div
        ref={rows.scroller}
        class="table"
        role="grid"
        aria-label={props.label}
        aria-rowcount={rowCount + 1}
        aria-activedescendant={selected >= first && selected < end
          ? `${id}-${selected}`
          : undefined}
        tabIndex={0}
        style={{ "--columns": template }}
      >
        <div role="rowgroup" class="table-head">
          <div role="row" aria-rowindex={1} class="table-row">
            {columns.map((column) => (
              <Head key={column.name} column={column} sort={sort} onSort={props.onSort} />
            ))}
          </div>
        </div>
        {rowCount > 0 && (
          <div role="rowgroup" class="table-body" style={{ height: `${rows.height}px` }}>
            {drawn}
          </div>
        )}
      </div>
      {rowCount === 0 && props.empty !== undefined && <div class="table-empty">{props.empty}</div>}
    </div>
  );
}

let tableCount = 0;

function Head<Row>(
  { column, sort, onSort }: {
    column: Column<Row>;
    sort: string;
    onSort: ((sort: string) => void) | undefined;
  },
): JSX.Element {
  const { sortKey, sortsDown = false } = column;
  const isUp = sort === sortKey;
  const isDown = sort === `-${sortKey}`;
  if (sortKey === undefined || onSort === undefined) {
    return (
      <div
        role="columnheader"
        aria-label={column.label}
        class={cellClass(column)}
        title={column.hint}
      >
        {column.title}
      </div>
    );
  }
  const next = isUp || !isDown && sortsDown ? `-${sortKey}` : sortKey;
  return (
    <div
      role="columnheader"
      aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}
      class={cellClass(column)}
    >
      <button type="button" class="head-button" title={column.hint} onClick={() => onSort(next)}>
        {column.title}
        <span aria-hidden="true" class="head-arrow">{isUp ? "▲" : isDown ? "▼" : ""}</span>
      </button>
    </div>
  );
}

function cellClass({ name, isNumber }: { name: string; isNumber?: boolean }): string {
  return `cell cell-${name}${isNumber ? " is-number" : ""}`;
}
