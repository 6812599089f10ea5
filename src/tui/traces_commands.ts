import type { PageCommand } from "./page.ts";
import { nodeAt, selectedPosition, spanIdAt } from "./positions.ts";
import { selectedEntry } from "./select_rows.ts";
import { spanAsText } from "./span_as_text.ts";
import { createTracePage } from "./trace_page.ts";
import type { TracesUpdate, TracesView } from "./traces_state.ts";

/** Opens the page of the selected trace, at the selected span. */
export function openTrace(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const spanId = spanIdAt(state, selectedPosition(state));
  const page = createTracePage({ traceId: entry.traceId, spanId });
  return { ...state, command: { type: "open", page } };
}

/** Marks the selected trace; the second one is compared with the first. */
export function markTrace(state: TracesView): TracesUpdate {
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

/** Copies the id of what is selected: of the trace or of a span. */
export function copyId(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const spanId = spanIdAt(state, selectedPosition(state));
  const command: PageCommand = spanId === undefined
    ? { type: "copy", text: entry.traceId, what: "trace id" }
    : { type: "copy", text: spanId, what: "span id" };
  return { ...state, command };
}

/** Copies what the selected span says. */
export function copyAll(state: TracesView): TracesUpdate {
  const node = nodeAt(state, selectedPosition(state));
  if (node === undefined) return state;
  return {
    ...state,
    command: { type: "copy", text: spanAsText(node.trace, node.index), what: "span" },
  };
}

/** Opens what is selected in the browser. */
export function browse(state: TracesView): TracesUpdate {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const spanId = spanIdAt(state, selectedPosition(state));
  const ids = spanId === undefined ? [entry.traceId] : [entry.traceId, spanId];
  const path = `/t/${ids.map(encodeURIComponent).join("/")}`;
  return { ...state, command: { type: "browse", path } };
}
