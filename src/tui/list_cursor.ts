import type { TerminalInput } from "../terminal/keys.ts";
import type { PageBinding } from "./page.ts";

/** Which row of a list is selected, and which one stands at the top of the screen. */
export interface ListCursor {
  readonly selected: number;
  readonly top: number;
}

/** How long a list is, and how many of its rows the screen shows. */
export interface ListSize {
  readonly count: number;
  readonly height: number;
}

/** The first row. */
export const LIST_START: ListCursor = { selected: 0, top: 0 };

/** The keys that {@linkcode moveCursor} knows, for the help. */
export const CURSOR_BINDINGS: readonly PageBinding[] = [
  { keys: ["j", "down"], help: "next row" },
  { keys: ["k", "up"], help: "previous row" },
  { keys: ["ctrl+d", "pagedown"], help: "page down" },
  { keys: ["ctrl+u", "pageup"], help: "page up" },
  { keys: ["g", "home"], help: "first row" },
  { keys: ["G", "end"], help: "last row" },
];

/** Rows that a turn of the wheel scrolls by. */
const WHEEL_ROWS = 3;

/** The cursor after an input; `undefined` when the input has nothing to do with it. */
export function moveCursor(
  cursor: ListCursor,
  input: TerminalInput,
  size: ListSize,
): ListCursor | undefined {
  if (input.type === "mouse") {
    if (input.action === "wheel_down") return scrollCursor(cursor, WHEEL_ROWS, size);
    return input.action === "wheel_up" ? scrollCursor(cursor, -WHEEL_ROWS, size) : undefined;
  }
  if (input.type !== "key") return undefined;
  const { selected } = cursor;
  const page = Math.max(1, size.height - 1);
  switch (input.key) {
    case "j":
    case "down":
      return selectRow(cursor, selected + 1, size);
    case "k":
    case "up":
      return selectRow(cursor, selected - 1, size);
    case "ctrl+d":
    case "pagedown":
      return selectRow(cursor, selected + page, size);
    case "ctrl+u":
    case "pageup":
      return selectRow(cursor, selected - page, size);
    case "g":
    case "home":
      return selectRow(cursor, 0, size);
    case "G":
    case "end":
      return selectRow(cursor, size.count - 1, size);
    default:
      return undefined;
  }
}

/** Selects a row, or the nearest one there is, and scrolls no further than it takes to show it. */
export function selectRow(cursor: ListCursor, row: number, size: ListSize): ListCursor {
  const selected = clamp(row, 0, size.count - 1);
  const height = Math.max(1, size.height);
  const least = selected - height + 1;
  const top = clamp(clamp(cursor.top, least, selected), 0, size.count - height);
  return { selected, top };
}

/** Selects a row and shows it in the middle if it is out of sight: where search and errors lead. */
export function jumpToRow(cursor: ListCursor, row: number, size: ListSize): ListCursor {
  const isInSight = row >= cursor.top && row < cursor.top + size.height;
  const top = isInSight ? cursor.top : row - (size.height >> 1);
  return selectRow({ selected: row, top }, row, size);
}

/** Scrolls, and takes the selection along when it would be out of sight. */
function scrollCursor(cursor: ListCursor, rows: number, size: ListSize): ListCursor {
  const height = Math.max(1, size.height);
  const top = clamp(cursor.top + rows, 0, size.count - height);
  return { top, selected: clamp(clamp(cursor.selected, top, top + height - 1), 0, size.count - 1) };
}

/** Within bounds, of which the lower one counts when they cross. */
function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
