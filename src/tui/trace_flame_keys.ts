import type { TerminalInput } from "../terminal/keys.ts";
import { boxAt, moveBox } from "./flame_view.ts";
import {
  flameLook,
  type SceneMemo,
  selectionOf,
  type TraceChange,
  type TraceScene,
} from "./trace_page_state.ts";

const DIRECTIONS: Readonly<Record<string, "up" | "down" | "left" | "right">> = {
  k: "up",
  up: "up",
  j: "down",
  down: "down",
  h: "left",
  left: "left",
  l: "right",
  right: "right",
};

/** What an input does to the flame graph; `undefined` when it has no use for it. */
export function updateFlame(
  scene: TraceScene,
  memo: SceneMemo,
  input: TerminalInput,
): TraceChange | undefined {
  const { trace, state, layout: { tree } } = scene;
  const graph = memo.trace.flame(trace);
  const look = flameLook(scene, memo);
  const select = (box: number): TraceChange => ({
    state: { ...state, selection: selectionOf(trace, graph.indexesOf(box)[0]) },
  });
  if (input.type === "mouse") {
    if (input.action !== "press" || input.row < tree.row) return undefined;
    const place = { column: input.column, row: input.row - tree.row };
    const box = boxAt(graph, look, tree, place);
    if (box === undefined || place.row >= tree.rows - 1) return undefined;
    const selected = select(box).state ?? state;
    return {
      state: input.clickCount < 2 ? selected : { ...selected, ...zoomIn(scene, memo, box) },
    };
  }
  if (input.type !== "key") return undefined;
  if (Object.hasOwn(DIRECTIONS, input.key)) {
    const box = moveBox(graph, look, DIRECTIONS[input.key], tree.columns);
    return box === look.selected ? { state } : select(box);
  }
  switch (input.key) {
    case "g":
    case "home":
      return select(Math.max(0, look.zoom));
    case "enter":
    case "z":
      return { state: { ...state, ...zoomIn(scene, memo, look.selected) } };
    case "backspace":
    case "Z":
      // With nothing to zoom out of, Backspace goes back to the page below.
      if (state.flameZooms.length === 0 && input.key === "backspace") return undefined;
      return { state: { ...state, flameZooms: state.flameZooms.slice(0, -1) } };
    default:
      return undefined;
  }
}

function zoomIn(
  { trace, state }: TraceScene,
  memo: SceneMemo,
  box: number,
): { flameZooms: readonly string[] } {
  const [index] = memo.trace.flame(trace).indexesOf(box);
  const { spanId } = trace.nodes[index].span;
  if (state.flameZooms.at(-1) === spanId) return state;
  return { flameZooms: [...state.flameZooms, spanId] };
}
