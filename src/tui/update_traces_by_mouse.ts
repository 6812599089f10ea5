import type { MouseInput } from "../terminal/keys.ts";
import { moveRows, rowsBetween, topPosition } from "./positions.ts";
import { openTrace } from "./traces_commands.ts";
import { scrollRows, select, toggle } from "./select_rows.ts";
import type { TracesUpdate } from "./traces_state.ts";
import type { Position } from "./position.ts";
import type { TracesView } from "./traces_state.ts";

/** Rows that a notch of the wheel scrolls by. */
const WHEEL_ROWS = 3;
/** The gutter and the mark in front of a trace's header. */
const MARK_COLUMNS = 3;

/** The list after the mouse did something; `undefined` when it has no use for it. */
export function updateTracesByMouse(
  state: TracesView,
  input: MouseInput,
): TracesUpdate | undefined {
  switch (input.action) {
    case "wheel_down":
      return scrollRows(state, WHEEL_ROWS);
    case "wheel_up":
      return scrollRows(state, -WHEEL_ROWS);
    case "press": {
      const position = input.button === "left" ? positionAt(state, input.row) : undefined;
      if (position === undefined) return undefined;
      const selected = select(state, position);
      if (input.column < MARK_COLUMNS && position.row === 0) return toggle(selected);
      return input.clickCount === 2 ? openTrace(selected) : selected;
    }
    default:
      return undefined;
  }
}

/** What stands in a line of the screen. */
function positionAt(state: TracesView, line: number): Position | undefined {
  if (state.traces.traceCount === 0) return undefined;
  const top = topPosition(state);
  // The first line shows the header of the trace whose tree is scrolled past it.
  if (line === 0 && top.row > 0) return { ...top, row: 0 };
  const position = moveRows(state, top, line);
  const isThere = rowsBetween(state, top, position, line + 1) === line;
  return isThere ? position : undefined;
}
