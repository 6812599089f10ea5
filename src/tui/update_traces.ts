import type { TraceEntry } from "../assemble/trace_list.ts";
import { ERROR_HUNT, findSpan, type Hunt } from "./find_span.ts";
import { textTest } from "../views/find_spans.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import type { PageCommand } from "./page.ts";
import { createTracePage } from "./trace_page.ts";
import { type TracesAction, tracesActionOf } from "./traces_bindings.ts";
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
  spanAt,
  spanIdAt,
  topPosition,
} from "./positions.ts";
import { spanAsText } from "./span_as_text.ts";
import type { Position, TracesView } from "./traces_state.ts";

/** A list after an input, with what it asks of the app. */
export type TracesUpdate = TracesView & { readonly command?: PageCommand };

/** The list after an input; `undefined` when it has no use for it. */
export function updateTraces(state: TracesView, input: TerminalInput): TracesUpdate | undefined {
  const { draft } = state.search;
  if (input.type === "paste") {
    return draft === undefined
      ? undefined
      : updateDraft(state, input.text.replace(/[\r\n]+/g, " "));
  }
  if (input.type === "mouse") return undefined;
  if (draft !== undefined) return editSearch(state, input.key);
  const action = tracesActionOf(input.key);
  // With no search to clear, Escape is the app's.
  if (action === undefined || (action === "clear_search" && state.search.text === "")) {
    return undefined;
  }
  return ACTIONS[action](state);
}

const ACTIONS: Readonly<Record<TracesAction, (state: TracesView) => TracesUpdate>> = {
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
  open: openTrace,
  toggle: (state) => {
    const entry = selectedEntry(state);
    return entry === undefined ? state : setExpanded(state, entry, !isExpanded(state, entry));
  },
  collapse: (state) => setExpanded(state, selectedEntry(state), false),
  expand: (state) => setExpanded(state, selectedEntry(state), true),
  toggle_all: (state) => {
    const header = { ...selectedPosition(state), row: 0 };
    const top = { ...topPosition(state), row: 0 };
    return keepInSight({
      ...state,
      selected: header,
      selectedSpanId: undefined,
      top,
      isCollapsed: !state.isCollapsed,
      choices: new Map(),
    });
  },
  next_error: (state) => goToSpan(state, ERROR_HUNT, 1),
  previous_error: (state) => goToSpan(state, ERROR_HUNT, -1),
  search: (state) => ({ ...state, search: { ...state.search, draft: "" } }),
  next_match: (state) => goToMatch(state, 1),
  previous_match: (state) => goToMatch(state, -1),
  clear_search: clearSearch,
  next_sort: (state) => ({ ...state, command: { type: "sort", step: 1 } }),
  previous_sort: (state) => ({ ...state, command: { type: "sort", step: -1 } }),
  mark: markTrace,
  copy_id: (state) => copyId(state),
  copy_all: (state) => copyAll(state),
  browse: (state) => browse(state),
};

/** Selects a row and scrolls as little as needed; the view no longer follows the newest trace. */
function select(state: TracesView, selected: Position, until?: Position): TracesView {
  // The top is computed while the state still follows, so that the screen does not jump.
  return {
    ...state,
    selected,
    selectedSpanId: spanIdAt(state, selected),
    top: scrollTo(state, selected, until),
    isFollowing: false,
  };
}

function selectTrace(state: TracesView, step: 1 | -1): TracesView {
  const before = selectedPosition(state);
  const selected = moveTraces(state, before, step);
  // Below the newest trace there is nothing to go to, so a list that follows keeps following.
  if (step > 0 && comparePositions(state, selected, before) <= 0) return state;
  return select(state, selected, lastRowOf(state, selected));
}

function selectRow(state: TracesView, step: 1 | -1): TracesView {
  const before = selectedPosition(state);
  const selected = moveRows(state, before, step);
  if (step > 0 && comparePositions(state, selected, before) === 0) return state;
  return select(state, selected);
}

function scrollPage(state: TracesView, step: 1 | -1): TracesView {
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

function setExpanded(
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

function keepInSight(state: TracesView): TracesView {
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

function editSearch(state: TracesView, key: string): TracesView {
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

function clearSearch(state: TracesView): TracesView {
  return { ...state, search: { text: "", draft: undefined } };
}

const MAX_DRAFT_LENGTH = 200;

function updateDraft(state: TracesView, text: string): TracesView {
  const { draft } = state.search;
  if (draft === undefined) return state;
  return {
    ...state,
    search: { ...state.search, draft: (draft + text).slice(0, MAX_DRAFT_LENGTH) },
  };
}

function goToMatch(state: TracesView, step: 1 | -1): TracesUpdate {
  const { text } = state.search;
  if (text === "") return withNotice(state, "Nothing searched for yet, press /");
  return goToSpan(state, { test: textTest(text), failure: `Not found: ${text}` }, step);
}

function goToSpan(state: TracesView, hunt: Hunt, step: 1 | -1): TracesUpdate {
  const found = findSpan(state, hunt, step);
  if (found === undefined) return withNotice(state, hunt.failure);
  // A span in a folded trace has no row to go to.
  const entry = state.traces.entryAt(state.traces.indexOf(found.sequence)) as TraceEntry;
  const open = isExpanded(state, entry) || found.row === 0
    ? state
    : setExpanded({ ...state, top: topPosition(state), isFollowing: false }, entry, true);
  const height = listHeight(open);
  const top = topPosition(open);
  const isInSight = comparePositions(open, found, top) > 0 &&
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

function selectedEntry(state: TracesView): TraceEntry | undefined {
  return state.traces.entryAt(state.traces.indexOf(selectedPosition(state).sequence));
}

function withNotice(state: TracesView, text: string): TracesUpdate {
  return { ...state, command: { type: "notice", text } };
}

function openTrace(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const spanId = spanIdAt(state, selectedPosition(state));
  const page = createTracePage({ traceId: entry.traceId, spanId });
  return { ...state, command: { type: "open", page } };
}

function markTrace(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const { traceId } = entry;
  const first = state.markedTraceId;
  if (first === traceId) return { ...state, markedTraceId: undefined };
  if (first === undefined) {
    const text = "Marked: mark another trace to compare them";
    return { ...state, markedTraceId: traceId, command: { type: "notice", text } };
  }
  return {
    ...state,
    markedTraceId: undefined,
    command: { type: "diff", traceIds: [first, traceId] },
  };
}

function copyId(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const spanId = spanIdAt(state, selectedPosition(state));
  const command: PageCommand = spanId === undefined
    ? { type: "copy", text: entry.traceId, what: "trace id" }
    : { type: "copy", text: spanId, what: "span id" };
  return { ...state, command };
}

function copyAll(state: TracesView): TracesUpdate {
  const span = spanAt(state, selectedPosition(state));
  if (span === undefined) return state;
  return {
    ...state,
    command: { type: "copy", text: spanAsText(span), what: "name and attributes" },
  };
}

function browse(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const spanId = spanIdAt(state, selectedPosition(state));
  const ids = spanId === undefined ? [entry.traceId] : [entry.traceId, spanId];
  const path = `/t/${ids.map(encodeURIComponent).join("/")}`;
  return { ...state, command: { type: "browse", path } };
}
