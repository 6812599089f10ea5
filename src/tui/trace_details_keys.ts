import type { TerminalInput } from "../terminal/keys.ts";
import type { DetailRow } from "../views/span_details.ts";
import { moveCursor, selectRow } from "./list_cursor.ts";
import { quote } from "./operation_query.ts";
import type { PageContext } from "./page.ts";
import {
  detailsLines,
  type SceneMemo,
  type TraceChange,
  type TracePageState,
  type TraceScene,
} from "./trace_page_state.ts";

/** What an input does in the details; `undefined` when they have no use for it. */
export function updateDetails(
  scene: TraceScene,
  memo: SceneMemo,
  context: PageContext,
  input: TerminalInput,
): TraceChange | undefined {
  const { state, layout: { details } } = scene;
  if (details === undefined) return undefined;
  const lines = detailsLines(scene, memo, context);
  const size = { count: lines.length, height: details.rows };
  const { cursor } = state.details;
  const at = (cursor: TracePageState["details"]["cursor"], isDetailFocused: boolean) => ({
    state: { ...state, isDetailFocused, details: { ...state.details, cursor } },
  });
  if (input.type === "mouse" && input.action === "press") {
    const place = cursor.top + input.row - details.row;
    return at(selectRow(cursor, place, size), true);
  }
  const moved = moveCursor(cursor, input, size);
  if (moved !== undefined) return at(moved, state.isDetailFocused);
  if (input.type !== "key") return undefined;
  const row = lines[cursor.selected]?.row;
  switch (input.key) {
    case "h":
    case "left":
      return { state: { ...state, isDetailFocused: false } };
    case "l":
    case "right":
    case "space":
      return { state };
    case "enter":
      return row?.target === undefined ? { state } : follow(scene, row.target, context);
    case "y":
      if (row === undefined) return { state };
      return { command: { type: "copy", text: row.text, what: row.key } };
    case "f":
      return filterBy(row);
    default:
      return undefined;
  }
}

/** Selects a span of this trace, or opens the trace of another one. */
function follow(
  { state, trace }: TraceScene,
  target: NonNullable<DetailRow["target"]>,
  { traces }: PageContext,
): TraceChange {
  if (target.traceId === trace.traceId) {
    return {
      state: {
        ...state,
        selection: { type: "span", spanId: target.spanId, index: 0 },
        isRevealing: true,
      },
    };
  }
  if (traces.entryOf(target.traceId) === undefined) {
    const text = `Trace ${target.traceId.slice(0, 64)} is not among the traces here`;
    return { command: { type: "notice", text } };
  }
  return { target };
}

function filterBy(row: DetailRow | undefined): TraceChange {
  if (row?.path?.length !== 1) {
    const text = "Only an attribute's value can be looked for in all traces";
    return { command: { type: "notice", text } };
  }
  const text = `.${quote(String(row.path[0]))} = ${quote(row.text)}`;
  return { command: { type: "query", text } };
}
