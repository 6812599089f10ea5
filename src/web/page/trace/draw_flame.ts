import type { FlameBox, FlameGraph } from "../../../views/flame_graph.ts";
import { shownText } from "../components/text.tsx";
import type { CanvasTheme } from "./canvas_theme.ts";
import type { Size } from "./use_canvas.ts";

/** What a frame of the flame graph shows. */
export interface FlameScene {
  readonly graph: FlameGraph;
  readonly theme: CanvasTheme;
  readonly size: Size;
  readonly boxes: readonly FlameBox[];
  /** How far it is scrolled, in pixels. */
  readonly top: number;
  /** The number of the colour of a box. */
  colorOf(box: number): number;
  /** By box: how many of its spans a search has found; absent without one. */
  readonly found?: Int32Array;
  /** Boxes; -1 for none. */
  readonly selected: number;
  readonly hovered: number;
}

/** Draws the boxes that are on the screen. */
export function drawFlame(context: CanvasRenderingContext2D, scene: FlameScene): void {
  const { graph, theme, size: { width, height }, boxes, top, found } = scene;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.font = theme.font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const { box, row, from, width: share } of boxes) {
    const y = row * FLAME_ROW - top;
    const left = from * width;
    const boxWidth = share * width;
    const isFaded = found !== undefined && found[box] === 0;
    context.globalAlpha = isFaded ? 0.35 : 1;
    context.fillStyle = theme.services[scene.colorOf(box)];
    const drawnWidth = Math.max(1, boxWidth - (boxWidth > 3 ? 1 : 0));
    context.fillRect(left, y, drawnWidth, FLAME_ROW - 1);
    if (graph.errorCounts[box] > 0) {
      context.fillStyle = theme.error;
      context.fillRect(left, y + FLAME_ROW - 3, drawnWidth, 2);
    }
    if (found !== undefined && found[box] > 0) {
      context.strokeStyle = theme.match;
      context.lineWidth = 2;
      context.strokeRect(left + 1, y + 1, Math.max(1, drawnWidth - 2), FLAME_ROW - 3);
    }
    if (box === scene.selected || box === scene.hovered) {
      context.strokeStyle = box === scene.selected ? theme.accent : theme.text;
      context.lineWidth = box === scene.selected ? 2 : 1;
      context.strokeRect(left + 0.5, y + 0.5, Math.max(1, drawnWidth - 1), FLAME_ROW - 2);
    }
    if (boxWidth > 30) drawName(context, scene, box, left, y, boxWidth);
    context.globalAlpha = 1;
  }
}

function drawName(
  context: CanvasRenderingContext2D,
  { graph, theme }: FlameScene,
  box: number,
  left: number,
  y: number,
  width: number,
): void {
  const room = Math.floor((width - 8) / CHARACTER_WIDTH);
  const count = graph.counts[box] > 1 ? ` ×${graph.counts[box].toLocaleString("en")}` : "";
  const name = shownText(graph.nameOf(box), 200);
  const text = name.length + count.length <= room
    ? name + count
    : `${name.slice(0, Math.max(1, room - 1)).toWellFormed()}…`;
  context.fillStyle = theme.onBar;
  context.save();
  context.beginPath();
  context.rect(left, y, width - 2, FLAME_ROW);
  context.clip();
  context.fillText(text, left + 4, y + FLAME_ROW / 2);
  context.restore();
}

/** The height of a row of boxes, in pixels. */
export const FLAME_ROW = 20;
const CHARACTER_WIDTH = 5.8;
