import { fitLine, type Line, type Segment, type Size } from "../terminal/frame.ts";
import type { Color, Style } from "../terminal/style.ts";
import { fitText } from "../terminal/text_width.ts";
import { countText, formatCount } from "../views/count_text.ts";
import type { FlameBox, FlameGraph } from "../views/flame_graph.ts";
import { formatNano } from "../views/time_text.ts";
import { DIM, show } from "./span_text.ts";

/** What of a flame graph is looked at, by boxes. */
export interface FlameLook {
  readonly selected: number;
  /** The box that takes the whole width; -1 for all. */
  readonly zoom: number;
}

/** Services have colours in the order in which their boxes stand. */
const COLORS: readonly Color[] = ["cyan", "green", "blue", "magenta"];
const ERROR: Style = { color: "red", isInverse: true };
const SELECTED: Style = { isInverse: true, isBold: true };

/**
 * Draws a flame graph in characters: the root at the top, what it did below it, each box as wide as its
 * share of the time; in the last line the figures of the selected box.
 */
export function flameFrame(graph: FlameGraph, look: FlameLook, { columns, rows }: Size): Line[] {
  if (rows < 1) return [];
  const height = Math.max(0, rows - 1);
  const fromRow = topRow(graph, look.selected, height);
  const boxes = shownBoxes(graph, look, { columns, fromRow, toRow: fromRow + height });
  const lines: Segment[][] = Array.from({ length: height }, () => []);
  const ends = new Int32Array(height);
  const colors = serviceColors(graph, boxes);
  for (const { box, row, from, width } of boxes) {
    const at = row - fromRow;
    const start = Math.max(ends[at], Math.round(from * columns));
    const end = Math.min(columns, Math.max(start + 1, Math.round((from + width) * columns)));
    if (start >= columns) continue;
    if (start > ends[at]) lines[at].push({ text: " ".repeat(start - ends[at]) });
    ends[at] = end;
    const isSelected = box === look.selected;
    const text = (isSelected ? "▌" : "│") + boxText(graph, box, end - start - 1);
    const style = isSelected
      ? SELECTED
      : graph.errorCounts[box] > 0
      ? ERROR
      : { isInverse: true, color: colors.get(graph.serviceOf(box)) };
    lines[at].push({ text, style });
  }
  return [
    ...lines.map((line) => fitLine(line, columns)),
    fitLine(boxFigures(graph, look.selected), columns),
  ];
}

/** Where a key leads from the selected box; the box itself when there is nothing that way. */
export function moveBox(
  graph: FlameGraph,
  look: FlameLook,
  direction: "up" | "down" | "left" | "right",
  columns: number,
): number {
  const { selected } = look;
  if (direction === "up") return Math.max(0, graph.parents[selected] ?? 0);
  const depth = graph.depths[selected];
  if (direction === "down") {
    // The widest child comes first; one that is too narrow to be seen is still the way down.
    const child = selected + 1;
    return graph.subtreeSizes[selected] > 1 ? child : selected;
  }
  const siblings = shownBoxes(graph, look, { columns, fromRow: depth, toRow: depth + 1 });
  const place = siblings.findIndex(({ box }) => box === selected);
  const next = siblings[place + (direction === "left" ? -1 : 1)];
  return place < 0 || next === undefined ? selected : next.box;
}

/** The box at a place of the screen; `undefined` where there is none. */
export function boxAt(
  graph: FlameGraph,
  look: FlameLook,
  { columns, rows }: Size,
  place: { column: number; row: number },
): number | undefined {
  const row = topRow(graph, look.selected, rows - 1) + place.row;
  const boxes = shownBoxes(graph, look, { columns, fromRow: row, toRow: row + 1 });
  return boxes.findLast(({ from }) => Math.round(from * columns) <= place.column)?.box;
}

function shownBoxes(
  graph: FlameGraph,
  { zoom }: FlameLook,
  { columns, fromRow, toRow }: { columns: number; fromRow: number; toRow: number },
): FlameBox[] {
  return graph.boxes({ zoom, minWidth: 0.5 / Math.max(1, columns), fromRow, toRow });
}

/** The first row that is drawn, so that the selected box and its parents are in sight. */
function topRow(graph: FlameGraph, selected: number, height: number): number {
  const depth = graph.depths[selected] ?? 0;
  // Some room below: what the box did is worth as much as what led to it.
  const wanted = depth - Math.max(0, height - 1 - Math.floor(height / 4));
  return Math.max(0, Math.min(wanted, graph.rowCount - height));
}

function serviceColors(graph: FlameGraph, boxes: readonly FlameBox[]): Map<string, Color> {
  const colors = new Map<string, Color>();
  for (const { box } of boxes) {
    const service = graph.serviceOf(box);
    if (!colors.has(service)) colors.set(service, COLORS[colors.size % COLORS.length]);
  }
  return colors;
}

function boxText(graph: FlameGraph, box: number, columns: number): string {
  if (columns <= 0) return "";
  const count = graph.counts[box] > 1 ? ` ×${formatCount(graph.counts[box])}` : "";
  const name = graph.nameOf(box);
  const shown = name === "" ? "(no name)" : show(name, columns * 4);
  return fitText(`${shown}${count} ${formatNano(graph.totalNano[box])}`, columns);
}

function boxFigures(graph: FlameGraph, box: number): Segment[] {
  if (box < 0 || box >= graph.boxCount) return [];
  const name = graph.nameOf(box);
  const service = graph.serviceOf(box);
  const share = graph.width > 0 ? graph.widths[box] / graph.width : 1;
  const segments: Segment[] = [
    { text: ` ${countText(graph.counts[box], "span")}`, style: { isBold: true } },
    { text: `  total ${formatNano(graph.totalNano[box])} (${Math.round(share * 100)}%)` },
    { text: `  self ${formatNano(graph.selfNano[box])}` },
  ];
  if (graph.errorCounts[box] > 0) {
    const text = `  ✗ ${countText(graph.errorCounts[box], "error")}`;
    segments.push({ text, style: { color: "red" } });
  }
  if (service !== "") {
    segments.push({ text: `  [${show(service, 200)}]`, style: { color: "cyan" } });
  }
  segments.push({ text: `  ${name === "" ? "(no name)" : show(name, 2000)}`, style: DIM });
  return segments;
}
