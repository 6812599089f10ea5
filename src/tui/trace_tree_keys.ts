import type { TerminalInput } from "../terminal/keys.ts";
import { foldSpan, foldToDepth, openGroup } from "../views/folds.ts";
import type { TraceRow } from "../views/span_rows.ts";
import { type ListCursor, moveCursor, selectRow } from "./list_cursor.ts";
import {
  selectionAt,
  type TraceChange,
  type TracePageState,
  type TraceScene,
} from "./trace_page_state.ts";
import { latestNano, rangeOf } from "./trace_row_line.ts";

/** What an input does to the tree; `undefined` when the tree has no use for it. */
export function updateTree(scene: TraceScene, input: TerminalInput): TraceChange | undefined {
  const { rows, layout, state } = scene;
  const size = { count: rows.count, height: layout.tree.rows };
  if (input.type === "mouse" && input.action === "press") return press(scene, input);
  const cursor = moveCursor(state.cursor, input, size);
  if (cursor !== undefined) return { state: select(scene, cursor) };
  const row = rows.rowAt(state.cursor.selected);
  if (input.type !== "key" || row === undefined) return undefined;
  const place = state.cursor.selected;
  const goTo = (to: number): TraceChange => ({
    state: select(scene, selectRow(state.cursor, to, size)),
  });
  switch (input.key) {
    case "l":
    case "right":
      if (isClosed(row)) return setOpen(scene, row, true);
      return rows.parentOf(place + 1) === place ? goTo(place + 1) : { state };
    case "h":
    case "left":
      if (isOpen(row)) return setOpen(scene, row, false);
      return goTo(Math.max(0, rows.parentOf(place)));
    case "space":
      return isClosed(row) || isOpen(row) ? setOpen(scene, row, isClosed(row)) : { state };
    case "enter":
      if (row.type === "group") return setOpen(scene, row, isClosed(row));
      return { state: { ...state, hasDetails: true, isDetailFocused: true } };
    case "{":
    case "}":
      return foldLevel(scene, input.key === "}" ? 1 : -1);
    case "C": {
      const isFolded = state.folds.maxDepth === 1;
      return { state: { ...state, folds: foldToDepth(state.folds, isFolded ? undefined : 1) } };
    }
    case "a": {
      const folds = { ...state.folds, isGrouping: !state.folds.isGrouping };
      return { state: { ...state, folds, selection: spanSelection(scene) } };
    }
    case "c": {
      if (scene.trace.runningCount > 0) {
        const text = "The critical path is known once the trace has ended";
        return { command: { type: "notice", text } };
      }
      return {
        state: { ...state, isCritical: !state.isCritical, selection: spanSelection(scene) },
      };
    }
    case "z":
      return zoomTo(scene, row);
    case "Z":
      return { state: { ...state, zooms: state.zooms.slice(0, -1) } };
    case "y":
      if (row.type !== "group") return undefined;
      return { command: { type: "copy", text: row.name, what: "operation" } };
    default:
      return undefined;
  }
}

function press(
  scene: TraceScene,
  { row, clickCount, button }: { row: number; clickCount: number; button: string },
): TraceChange | undefined {
  const { rows, layout, state } = scene;
  const place = state.cursor.top + row - layout.tree.row;
  if (button !== "left" || row < layout.tree.row || place >= rows.count) return undefined;
  const size = { count: rows.count, height: layout.tree.rows };
  const selected = select(scene, selectRow(state.cursor, place, size));
  const clicked = rows.rowAt(place);
  if (clickCount < 2 || clicked === undefined || !(isClosed(clicked) || isOpen(clicked))) {
    return { state: { ...selected, isDetailFocused: false } };
  }
  return setOpen({ ...scene, state: selected }, clicked, isClosed(clicked));
}

function select({ rows, state }: TraceScene, cursor: ListCursor): TracePageState {
  return { ...state, cursor, selection: selectionAt(rows, cursor.selected) };
}

/** The selected span, or the first one of a group: groups come and go. */
function spanSelection({ trace, index }: TraceScene): TracePageState["selection"] {
  return { type: "span", spanId: trace.nodes[index].span.spanId, index };
}

function isClosed(row: TraceRow): boolean {
  return row.type === "group" ? !row.isOpen : row.isFolded;
}

function isOpen(row: TraceRow): boolean {
  return row.type === "group" ? row.isOpen : row.hasChildren && !row.isFolded;
}

function setOpen({ trace, state }: TraceScene, row: TraceRow, isOpen: boolean): TraceChange {
  const folds = row.type === "group"
    ? openGroup(state.folds, row.key, isOpen)
    : foldSpan(state.folds, trace.nodes[row.index].span.spanId, !isOpen);
  return { state: { ...state, folds } };
}

/** Shows one level more, or less, of the whole tree. */
function foldLevel({ trace, state }: TraceScene, step: 1 | -1): TraceChange {
  const { maxDepth } = state.folds;
  // Members of a group stand one level deeper than they do in the tree.
  const deepest = trace.nodes.reduce((most, { depth }) => Math.max(most, depth), 0) + 1;
  if (maxDepth === undefined && step > 0) return { state };
  const depth = Math.max(1, Math.min(maxDepth ?? deepest, deepest) + step);
  const folds = foldToDepth(state.folds, depth >= deepest ? undefined : depth);
  return { state: { ...state, folds } };
}

/** Shows what is going on while a row's spans run, with a little on both sides. */
function zoomTo({ trace, state }: TraceScene, row: TraceRow): TraceChange {
  const range = row.type === "group"
    ? row
    : rangeOf(trace, row.index, latestNano(trace, undefined));
  const { fromNano, toNano } = range;
  if (toNano <= fromNano) {
    return { command: { type: "notice", text: "It takes no time: nothing to zoom to" } };
  }
  const margin = (toNano - fromNano) * 0.02;
  const zoom = { fromNano: Math.max(0, fromNano - margin), toNano: toNano + margin };
  return { state: { ...state, zooms: [...state.zooms, zoom] } };
}
