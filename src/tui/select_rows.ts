import type { TraceEntry } from "../assemble/trace_list.ts";
import {
  comparePositions,
  isExpanded,
  listHeight,
  lowestTop,
  moveRows,
  moveTraces,
  rowCount,
  scrollTo,
  selectedPosition,
  spanIdAt,
  topPosition,
} from "./positions.ts";
import type { Position } from "./position.ts";
import type { TracesView } from "./traces_state.ts";

/** Selects a row and scrolls as little as needed; the view no longer follows the newest trace. */
export function select(state: TracesView, selected: Position, until?: Position): TracesView {
  // The top is computed while the state still follows, so that the screen does not jump.
  return {
    ...state,
    selected,
    selectedSpanId: spanIdAt(state, selected),
    top: scrollTo(state, selected, until),
    isFollowing: false,
  };
}

/** Goes to another trace, as far as there are some. */
export function selectTrace(state: TracesView, step: 1 | -1): TracesView {
  const before = selectedPosition(state);
  const selected = moveTraces(state, before, step);
  // Below the newest trace there is nothing to go to, so a list that follows keeps following.
  if (step > 0 && comparePositions(state, selected, before) <= 0) return state;
  return select(state, selected, lastRowOf(state, selected));
}

/** Goes to another row, as far as there are some. */
export function selectRow(state: TracesView, step: 1 | -1): TracesView {
  const before = selectedPosition(state);
  const selected = moveRows(state, before, step);
  if (step > 0 && comparePositions(state, selected, before) === 0) return state;
  return select(state, selected);
}

/** Goes on by about as many rows as the list shows. */
export function scrollPage(state: TracesView, step: 1 | -1): TracesView {
  // One line of the old page stays, for orientation.
  const rows = step * Math.max(1, listHeight(state) - 1);
  const before = selectedPosition(state);
  const selected = moveRows(state, before, rows);
  if (step > 0 && comparePositions(state, selected, before) === 0) return state;
  const top = moveRows(state, topPosition(state), rows);
  return select(
    { ...state, isFollowing: false, selected, selectedSpanId: undefined, top },
    selected,
  );
}

/** Unfolds a trace, or folds it. */
export function setExpanded(
  state: TracesView,
  entry: TraceEntry | undefined,
  expanded: boolean,
): TracesView {
  if (entry === undefined || isExpanded(state, entry) === expanded) return state;
  const { sequence } = entry;
  const choices = new Map(state.choices).set(sequence, expanded);
  const header = { sequence, row: 0 };
  const changed = { ...state, selected: header, selectedSpanId: undefined, choices };
  return keepInSight({ ...changed, top: topPosition(state) });
}

/** Scrolls to what is selected, unless the list follows its end. */
export function keepInSight(state: TracesView): TracesView {
  if (state.isFollowing) return state;
  const selected = selectedPosition(state);
  return { ...state, top: scrollTo(state, selected, lastRowOf(state, selected)) };
}

/** The last row of a trace, or the selected row itself when the trace is higher than the list. */
function lastRowOf(state: TracesView, position: Position): Position {
  const entry = state.traces.entryAt(state.traces.indexOf(position.sequence));
  const rows = entry === undefined ? 1 : rowCount(state, entry);
  return rows > listHeight(state) ? position : { ...position, row: rows - 1 };
}

/** The trace that keys act on. */
export function selectedEntry(state: TracesView): TraceEntry | undefined {
  return state.traces.entryAt(state.traces.indexOf(selectedPosition(state).sequence));
}

/** Folds the selected trace, or unfolds it. */
export function toggle(state: TracesView): TracesView {
  const entry = selectedEntry(state);
  return entry === undefined ? state : setExpanded(state, entry, !isExpanded(state, entry));
}

/** Scrolls; what is selected stays so for as long as it is in sight. */
export function scrollRows(state: TracesView, rows: number): TracesView {
  const before = topPosition(state);
  const lowest = lowestTop(state);
  const wanted = moveRows(state, before, rows);
  const top = comparePositions(state, wanted, lowest) > 0 ? lowest : wanted;
  if (comparePositions(state, top, before) === 0) return state;
  // The first line shows the header of the trace whose tree is scrolled past it.
  const first = top.row > 0 ? moveRows(state, top, 1) : top;
  const last = moveRows(state, top, listHeight(state) - 1);
  const current = selectedPosition(state);
  const selected = comparePositions(state, current, first) < 0
    ? first
    : comparePositions(state, current, last) > 0
    ? last
    : current;
  return {
    ...state,
    isFollowing: false,
    selected,
    selectedSpanId: spanIdAt(state, selected),
    top,
  };
}
