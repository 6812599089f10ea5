import type { TraceEntry } from "../assemble/trace_list.ts";
import { textTest } from "../views/find_spans.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import { ERROR_HUNT, huntSpan, openHunt } from "./find_span.ts";
import type { Hunt, OpenHunt } from "./hunt.ts";
import {
  comparePositions,
  firstPosition,
  isExpanded,
  listHeight,
  moveRows,
  rowsBetween,
  selectedPosition,
  topPosition,
} from "./positions.ts";
import {
  keepInSight,
  scrollPage,
  select,
  selectedEntry,
  selectRow,
  selectTrace,
  setExpanded,
  toggle,
} from "./select_rows.ts";
import { type TracesAction, tracesActionOf } from "./traces_bindings.ts";
import { browse, copyAll, copyId, markTrace, openTrace } from "./traces_commands.ts";
import type { Position } from "./position.ts";
import type { TracesUpdate, TracesView } from "./traces_state.ts";
import { updateTracesByMouse } from "./update_traces_by_mouse.ts";

/** The list after an input; `undefined` when it has no use for it. */
export function updateTraces(view: TracesView, input: TerminalInput): TracesUpdate | undefined {
  // Whatever the user does ends a hunt.
  const state = { ...view, hunt: undefined, huntNotice: undefined };
  const { draft } = state.search;
  if (input.type === "paste") {
    return draft === undefined
      ? undefined
      : updateDraft(state, input.text.replace(/[\r\n]+/g, " "));
  }
  if (input.type === "mouse") return updateTracesByMouse(state, input);
  if (draft !== undefined) return editSearch(state, input.key);
  const action = tracesActionOf(input.key);
  // With no search to clear, Escape is the app's.
  if (action === undefined || (action === "clear_search" && state.search.text === "")) {
    // A hunt is all that Escape ends.
    return view.hunt !== undefined && input.key === "escape" ? state : undefined;
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
  toggle,
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
  copy_id: copyId,
  copy_all: copyAll,
  browse,
};

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

/** How long a key may take before the hunt goes on between frames. */
const FIRST_SLICE_MS = 8;

function goToSpan(state: TracesView, hunt: Hunt, step: 1 | -1): TracesUpdate {
  const open = openHunt(state, hunt, step);
  const next = continueHunt(state, open, performance.now() + FIRST_SLICE_MS);
  const { huntNotice } = next;
  return huntNotice === undefined
    ? next
    : { ...next, huntNotice: undefined, command: { type: "notice", text: huntNotice } };
}

/** Goes on with a hunt until a moment of `performance.now()`, and to what it has found. */
export function continueHunt(state: TracesView, open: OpenHunt, untilMs: number): TracesView {
  const result = huntSpan(state, open, untilMs);
  switch (result.type) {
    case "open":
      return { ...state, hunt: result.open };
    case "none":
      return { ...state, hunt: undefined, huntNotice: open.hunt.failure };
    case "found":
      return goToRow({ ...state, hunt: undefined }, result.position);
  }
}

function goToRow(state: TracesView, found: Position): TracesView {
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

function withNotice(state: TracesView, text: string): TracesUpdate {
  return { ...state, command: { type: "notice", text } };
}
