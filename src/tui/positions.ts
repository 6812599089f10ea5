import type { TraceEntry } from "../assemble/trace_list.ts";
import type { Trace } from "../model/trace.ts";
import type { Position } from "./position.ts";
import type { TracesView } from "./traces_state.ts";
import { nodeIndexOfRow, rowOfNodeIndex } from "./trace_rows.ts";

/** A row that exists: its trace's place in the store, and the row within the trace. */
interface Place {
  readonly index: number;
  readonly row: number;
}

/** Larger trees are not unfolded unless the user asks, so that a list of them is there at once. */
export const MAX_UNFOLDED_SPANS = 10_000;

/** Lines of the screen that show traces. */
export function listHeight(state: TracesView): number {
  return Math.max(1, state.size.rows);
}

/** Whether a trace shows its tree. */
export function isExpanded(state: TracesView, entry: TraceEntry): boolean {
  return state.choices.get(entry.sequence) ??
    (!state.isCollapsed && entry.spanCount <= MAX_UNFOLDED_SPANS);
}

/** How many rows a trace takes. */
export function rowCount(state: TracesView, entry: TraceEntry): number {
  return isExpanded(state, entry) ? entry.spanCount : 1;
}

/** The first row of all. */
export function firstPosition(state: TracesView): Position {
  return { sequence: state.traces.entryAt(0)?.sequence ?? 0, row: 0 };
}

/** The last row of all. */
export function lastPosition(state: TracesView): Position {
  const entry = state.traces.entryAt(state.traces.traceCount - 1);
  return { sequence: entry?.sequence ?? 0, row: entry ? rowCount(state, entry) - 1 : 0 };
}

/** The header of the newest trace. */
export function newestHeader(state: TracesView): Position {
  return { ...lastPosition(state), row: 0 };
}

/** The nearest position that exists, should the trace be gone or shorter by now. */
export function validPosition(state: TracesView, position: Position): Position {
  return toPosition(state, toPlace(state, position));
}

/** The row so many rows further down, or up when negative, as far as there are rows. */
export function moveRows(state: TracesView, position: Position, delta: number): Position {
  let { index, row } = toPlace(state, position);
  row += delta;
  while (row < 0 && index > 0) {
    const entry = state.traces.entryAt(--index) as TraceEntry;
    row += rowCount(state, entry);
  }
  for (let entry = state.traces.entryAt(index); entry !== undefined;) {
    const rows = rowCount(state, entry);
    const next: TraceEntry | undefined = row < rows ? undefined : state.traces.entryAt(index + 1);
    if (next === undefined) {
      row = Math.min(row, rows - 1);
      break;
    }
    row -= rows;
    index++;
    entry = next;
  }
  return toPosition(state, { index, row: Math.max(0, row) });
}

/** The header of the next trace, or of the one before when `step` is -1. */
export function moveTraces(state: TracesView, position: Position, step: 1 | -1): Position {
  const { index, row } = toPlace(state, position);
  // From within a trace the way up leads to its own header first.
  const target = step < 0 && row > 0 ? index : index + step;
  const entry = state.traces.entryAt(Math.max(0, target));
  return entry === undefined
    ? validPosition(state, position)
    : { sequence: entry.sequence, row: 0 };
}

/** How many rows `to` lies below `from`; counting stops at `limit`. */
export function rowsBetween(
  state: TracesView,
  from: Position,
  to: Position,
  limit: number,
): number {
  let rows = -from.row;
  const last = state.traces.indexOf(to.sequence);
  for (let index = state.traces.indexOf(from.sequence);; index++) {
    const entry = state.traces.entryAt(index);
    if (entry === undefined || rows >= limit) return Math.min(rows, limit);
    if (index >= last) return Math.min(rows + to.row, limit);
    rows += rowCount(state, entry);
  }
}

/** Below zero when `a` stands above `b`. */
export function comparePositions({ traces }: TracesView, a: Position, b: Position): number {
  const isSameTrace = a.sequence === b.sequence;
  return isSameTrace ? a.row - b.row : traces.indexOf(a.sequence) - traces.indexOf(b.sequence);
}

/** The lowest row that may stand at the top: the screen is full, if there are enough rows for that. */
export function lowestTop(state: TracesView): Position {
  return moveRows(state, lastPosition(state), 1 - listHeight(state));
}

/** The row at the top of the screen. */
export function topPosition(state: TracesView): Position {
  const height = listHeight(state);
  const lowest = lowestTop(state);
  if (state.isFollowing) return lowest;
  const top = validPosition(state, state.top);
  if (comparePositions(state, top, lowest) > 0) return lowest;
  // Spans that arrive above the selected row do not push it out of sight.
  const selected = selectedPosition(state);
  return rowsBetween(state, top, selected, height) < height
    ? top
    : moveRows(state, selected, 1 - height);
}

/** The selected row. */
export function selectedPosition(state: TracesView): Position {
  if (state.isFollowing) return newestHeader(state);
  const position = validPosition(state, state.selected);
  if (position.row === 0 || state.selectedSpanId === undefined) return position;
  // The tree may have grown above the span since it was selected.
  const trace = traceOf(state, position.sequence);
  if (trace === undefined || spanIdOfRow(trace, position.row) === state.selectedSpanId) {
    return position;
  }
  const index = trace.nodes.findIndex(({ span }) => span.spanId === state.selectedSpanId);
  return index < 0 ? position : { ...position, row: rowOfNodeIndex(trace, index) };
}

/** The id of the span in a row; `undefined` for a header, which stays where it is. */
export function spanIdAt(state: TracesView, position: Position): string | undefined {
  const trace = position.row === 0 ? undefined : traceOf(state, position.sequence);
  return trace && spanIdOfRow(trace, position.row);
}

/**
 * The row to put at the top so that the selected row is in sight, moving as little as possible.
 *
 * @param until A row below the selected one that should be in sight too, if both fit.
 */
export function scrollTo(state: TracesView, selected: Position, until = selected): Position {
  const height = listHeight(state);
  let top = topPosition(state);
  if (rowsBetween(state, top, until, height) >= height) top = moveRows(state, until, 1 - height);
  if (comparePositions(state, selected, top) < 0) top = selected;
  // The top line shows the trace's header when the top row is inside a trace, see the frame.
  return top.row > 0 && comparePositions(state, selected, top) === 0
    ? moveRows(state, top, -1)
    : top;
}

/** The trace in a row, and the index of the row's span in it. */
export function nodeAt(
  state: TracesView,
  position: Position,
): { trace: Trace; index: number } | undefined {
  const trace = traceOf(state, position.sequence);
  return trace && { trace, index: nodeIndexOfRow(trace, position.row) };
}

function traceOf({ traces }: TracesView, sequence: number): Trace | undefined {
  const entry = traces.entryAt(traces.indexOf(sequence));
  return entry && traces.trace(entry.traceId);
}

function spanIdOfRow(trace: Trace, row: number): string | undefined {
  return trace.nodes[nodeIndexOfRow(trace, row)]?.span.spanId;
}

function toPlace(state: TracesView, position: Position): Place {
  const { traces } = state;
  // Nothing was selected yet: that is the first one, however the list is sorted.
  const index = position.sequence === 0 ? 0 : traces.indexOf(position.sequence);
  const entry = traces.entryAt(index);
  if (entry === undefined) {
    const last = traces.entryAt(traces.traceCount - 1);
    return { index: Math.max(0, traces.traceCount - 1), row: last ? rowCount(state, last) - 1 : 0 };
  }
  // The trace is gone: the next one is the nearest that is there.
  if (entry.sequence !== position.sequence) return { index, row: 0 };
  return { index, row: Math.min(position.row, rowCount(state, entry) - 1) };
}

function toPosition(state: TracesView, place: Place): Position {
  return { sequence: state.traces.entryAt(place.index)?.sequence ?? 0, row: place.row };
}
