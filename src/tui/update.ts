import { isErrorSpan } from "../model/span.ts";
import { findSpan, type SpanTest, textTest } from "./find_span.ts";
import { type Action, actionOf } from "./key_bindings.ts";
import type { Message } from "./message.ts";
import {
  comparePositions,
  firstPosition,
  isExpanded,
  listHeight,
  moveRows,
  moveTraces,
  rowCount,
  rowsBetween,
  scrollTo,
  selectedPosition,
  spanIdAt,
  topPosition,
} from "./positions.ts";
import { isOver, type Position, type TuiState } from "./state.ts";

/** The state after a message. Pure: it reads the store, and changes nothing. */
export function update(state: TuiState, message: Message): TuiState {
  switch (message.type) {
    case "key":
      return updateByKey({ ...state, notice: undefined }, message.key);
    case "paste":
      return updateDraft(state, message.text.replace(/[\r\n]+/g, " "));
    case "mouse":
      return state;
    case "resize":
      return keepInSight({ ...state, size: message.size });
    case "tick":
      // What runs in a session that is over runs no longer.
      return isOver(state) ? state : { ...state, nowUnixNano: message.nowUnixNano };
    case "connection":
      return {
        ...state,
        connection: message.connection,
        notice: message.text ?? state.notice,
      };
    case "notice":
      return { ...state, notice: message.text };
    case "skipped":
      return { ...state, skippedSpanCount: state.skippedSpanCount + message.spanCount };
  }
}

function updateByKey(state: TuiState, key: string): TuiState {
  if (key === "ctrl+c") return { ...state, isDone: true };
  if (state.search.draft !== undefined) return editSearch(state, key);
  // Any key leaves the help page, and does nothing else.
  if (state.isHelpOpen) return { ...state, isHelpOpen: false };
  const action = actionOf(key);
  return action === undefined ? state : ACTIONS[action](state);
}

const ACTIONS: Readonly<Record<Action, (state: TuiState) => TuiState>> = {
  next_trace: (state) => selectTrace(state, 1),
  previous_trace: (state) => selectTrace(state, -1),
  next_row: (state) => selectRow(state, 1),
  previous_row: (state) => selectRow(state, -1),
  page_down: (state) => scrollPage(state, 1),
  page_up: (state) => scrollPage(state, -1),
  first: (state) => {
    const first = firstPosition(state);
    return { ...state, isFollowing: false, selected: first, selectedSpanId: undefined, top: first };
  },
  follow: (state) => ({ ...state, isFollowing: true }),
  toggle: (state) => {
    const { sequence } = selectedPosition(state);
    return setExpanded(state, sequence, !isExpanded(state, sequence));
  },
  collapse: (state) => setExpanded(state, selectedPosition(state).sequence, false),
  expand: (state) => setExpanded(state, selectedPosition(state).sequence, true),
  toggle_all: (state) => {
    const header = { ...selectedPosition(state), row: 0 };
    const top = { ...topPosition(state), row: 0 };
    return keepInSight({
      ...state,
      selected: header,
      selectedSpanId: undefined,
      top,
      isCollapsed: !state.isCollapsed,
      exceptions: new Set(),
    });
  },
  next_error: (state) => goToSpan(state, isErrorSpan, 1, "No span with an error"),
  search: (state) => ({ ...state, search: { ...state.search, draft: "" } }),
  next_match: (state) => goToMatch(state, 1),
  previous_match: (state) => goToMatch(state, -1),
  clear_search: clearSearch,
  help: (state) => ({ ...state, isHelpOpen: true }),
  // What these two mean is up to the terminal, see `runTui`.
  redraw: (state) => state,
  suspend: (state) => state,
  quit: (state) => ({ ...state, isDone: true }),
};

/** Selects a row and scrolls as little as needed; the view no longer follows the newest trace. */
function select(state: TuiState, selected: Position, until?: Position): TuiState {
  // The top is computed while the state still follows, so that the screen does not jump.
  return {
    ...state,
    selected,
    selectedSpanId: spanIdAt(state, selected),
    top: scrollTo(state, selected, until),
    isFollowing: false,
  };
}

function selectTrace(state: TuiState, step: 1 | -1): TuiState {
  const before = selectedPosition(state);
  const selected = moveTraces(state, before, step);
  // Below the newest trace there is nothing to go to, so a list that follows keeps following.
  if (step > 0 && comparePositions(selected, before) <= 0) return state;
  return select(state, selected, lastRowOf(state, selected));
}

function selectRow(state: TuiState, step: 1 | -1): TuiState {
  const before = selectedPosition(state);
  const selected = moveRows(state, before, step);
  if (step > 0 && comparePositions(selected, before) === 0) return state;
  return select(state, selected);
}

function scrollPage(state: TuiState, step: 1 | -1): TuiState {
  // One line of the old page stays, for orientation.
  const rows = step * Math.max(1, listHeight(state) - 1);
  const before = selectedPosition(state);
  const selected = moveRows(state, before, rows);
  if (step > 0 && comparePositions(selected, before) === 0) return state;
  const top = moveRows(state, topPosition(state), rows);
  return select(
    { ...state, isFollowing: false, selected, selectedSpanId: undefined, top },
    selected,
  );
}

function setExpanded(state: TuiState, sequence: number, expanded: boolean): TuiState {
  if (isExpanded(state, sequence) === expanded) return state;
  const exceptions = new Set(state.exceptions);
  if (exceptions.has(sequence)) exceptions.delete(sequence);
  else exceptions.add(sequence);
  const header = { sequence, row: 0 };
  const changed = { ...state, selected: header, selectedSpanId: undefined, exceptions };
  return keepInSight({ ...changed, top: topPosition(state) });
}

function keepInSight(state: TuiState): TuiState {
  if (state.isFollowing) return state;
  const selected = selectedPosition(state);
  return { ...state, top: scrollTo(state, selected, lastRowOf(state, selected)) };
}

/** The last row of a trace, or the selected row itself when the trace is higher than the list. */
function lastRowOf(state: TuiState, position: Position): Position {
  const entry = state.store.entryAt(state.store.indexOf(position.sequence));
  const rows = entry === undefined ? 1 : rowCount(state, entry);
  return rows > listHeight(state) ? position : { ...position, row: rows - 1 };
}

function editSearch(state: TuiState, key: string): TuiState {
  const draft = state.search.draft ?? "";
  switch (key) {
    case "escape":
      return clearSearch(state);
    case "enter": {
      const text = draft === "" ? state.search.text : draft;
      return goToMatch({ ...state, search: { text, draft: undefined } }, 1);
    }
    case "backspace":
      return draft === ""
        ? { ...state, search: { ...state.search, draft: undefined } }
        : { ...state, search: { ...state.search, draft: [...draft].slice(0, -1).join("") } };
    case "ctrl+u":
      return { ...state, search: { ...state.search, draft: "" } };
    case "space":
      return updateDraft(state, " ");
  }
  return [...key].length === 1 ? updateDraft(state, key) : state;
}

function clearSearch(state: TuiState): TuiState {
  return { ...state, search: { text: "", draft: undefined } };
}

const MAX_DRAFT_LENGTH = 200;

function updateDraft(state: TuiState, text: string): TuiState {
  const { draft } = state.search;
  if (draft === undefined) return state;
  return {
    ...state,
    search: { ...state.search, draft: (draft + text).slice(0, MAX_DRAFT_LENGTH) },
  };
}

function goToMatch(state: TuiState, step: 1 | -1): TuiState {
  const { text } = state.search;
  if (text === "") return { ...state, notice: "Nothing searched for yet, press /" };
  return goToSpan(state, textTest(text), step, `Not found: ${text}`);
}

function goToSpan(state: TuiState, test: SpanTest, step: 1 | -1, failure: string): TuiState {
  const found = findSpan(state, test, step);
  if (found === undefined) return { ...state, notice: failure };
  // A span in a collapsed trace has no row to go to.
  const open = isExpanded(state, found.sequence) || found.row === 0
    ? state
    : setExpanded({ ...state, top: topPosition(state), isFollowing: false }, found.sequence, true);
  const height = listHeight(open);
  const top = topPosition(open);
  const isInSight = comparePositions(found, top) > 0 &&
    rowsBetween(open, top, found, height) < height;
  // Out of sight it comes to stand with some of what surrounds it.
  return isInSight ? select(open, found) : select(
    {
      ...open,
      isFollowing: false,
      selected: found,
      top: moveRows(open, found, -(height >> 1)),
    },
    found,
  );
}
