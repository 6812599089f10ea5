import type { TerminalInput } from "../terminal/keys.ts";
import { operationOf } from "../analysis/operation.ts";
import { moveCursor, selectRow } from "./list_cursor.ts";
import {
  type SceneMemo,
  selectionOf,
  type TraceChange,
  type TraceScene,
} from "./trace_page_state.ts";

/** What an input does to a table of a trace; `undefined` when it has no use for it. */
export function updateTraceTable(
  scene: TraceScene,
  memo: SceneMemo,
  input: TerminalInput,
): TraceChange | undefined {
  const { state, trace, layout: { tree } } = scene;
  const isRepeats = state.view === "repeats";
  const rows = isRepeats ? memo.trace.repeats(trace) : memo.trace.pathOperations(trace);
  const size = { count: rows.length, height: tree.rows - 1 };
  if (input.type === "mouse" && input.action === "press") {
    const place = state.tableCursor.top + input.row - tree.row - 1;
    if (input.row <= tree.row || place >= rows.length) return undefined;
    const tableCursor = selectRow(state.tableCursor, place, size);
    return { state: { ...state, tableCursor } };
  }
  const tableCursor = moveCursor(state.tableCursor, input, size);
  if (tableCursor !== undefined) return { state: { ...state, tableCursor } };
  if (input.type !== "key" || input.key !== "enter") return undefined;
  const place = state.tableCursor.selected;
  const index = isRepeats
    ? memo.trace.repeats(trace)[place]?.indexes[0]
    : firstOnPath(scene, memo, place);
  if (index === undefined) return { state };
  return {
    state: {
      ...state,
      view: "tree",
      selection: selectionOf(trace, index),
      isRevealing: !isRepeats,
    },
  };
}

/** The first span on the critical path that carries out an operation. */
function firstOnPath({ trace }: TraceScene, memo: SceneMemo, place: number): number | undefined {
  const wanted = memo.trace.pathOperations(trace)[place]?.operation;
  if (wanted === undefined) return undefined;
  const { isOnPath } = memo.trace.path(trace);
  for (let index = 0; index < trace.nodes.length; index++) {
    if (isOnPath[index] === 0) continue;
    const { category, service, name } = operationOf(trace.nodes[index].span);
    if (category === wanted.category && service === wanted.service && name === wanted.name) {
      return index;
    }
  }
  return undefined;
}
