import type { ServiceNode } from "../analysis/service_graph.ts";
import type { Line, Size } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { textWidth, truncateText } from "../terminal/text_width.ts";
import { formatCount } from "../views/count_text.ts";
import type { ServiceMap, ServiceMapEdge } from "../views/service_map.ts";
import { formatNano } from "../views/time_text.ts";
import { CharCanvas, LEFT, RIGHT } from "./char_canvas.ts";
import { DIM, show } from "./span_text.ts";

/** Where the boxes of a service map stand. */
export interface ServiceMapLayout {
  readonly boxColumns: number;
  readonly gapColumns: number;
  /** By node: the row of its upper edge. */
  readonly tops: readonly number[];
  /** By node: how many rows it takes. */
  readonly heights: readonly number[];
  /** By node: the calls it makes, most calls first. */
  readonly calls: readonly (readonly ServiceMapEdge[])[];
  readonly rowCount: number;
}

const MIN_BOX_COLUMNS = 24;
const MAX_BOX_COLUMNS = 48;
const MIN_GAP_COLUMNS = 6;
/** From here on a time says what it is. */
const MIN_INNER_WITH_WORD = 34;
const ERROR: Style = { color: "red" };

/** Lays boxes out; `undefined` when the layers have no room side by side. */
export function layOutServices(map: ServiceMap, columns: number): ServiceMapLayout | undefined {
  const { layerCount, nodes } = map;
  if (layerCount === 0) return undefined;
  const gaps = (layerCount - 1) * MIN_GAP_COLUMNS;
  const boxColumns = Math.min(MAX_BOX_COLUMNS, Math.floor((columns - gaps) / layerCount));
  if (boxColumns < MIN_BOX_COLUMNS) return undefined;
  const room = columns - boxColumns * layerCount;
  const gapColumns = layerCount === 1 ? 0 : Math.min(20, Math.floor(room / (layerCount - 1)));
  const calls: ServiceMapEdge[][] = nodes.map(() => []);
  for (const edge of map.edges) calls[edge.from].push(edge);
  for (const each of calls) each.sort((a, b) => b.edge.callCount - a.edge.callCount);
  const heights = nodes.map((node, at) => 2 + (node.callCount > 0 ? 1 : 0) + calls[at].length);
  const tops: number[] = [];
  const ends: number[] = [];
  nodes.forEach(({ layer }, at) => {
    tops[at] = ends[layer] ?? 0;
    ends[layer] = tops[at] + heights[at] + 1;
  });
  return {
    boxColumns,
    gapColumns,
    tops,
    heights,
    calls,
    rowCount: Math.max(0, ...ends) - 1,
  };
}

/** Draws services as boxes, callers left of what they call, with a line for each call to the next layer. */
export function serviceMapFrame(
  map: ServiceMap,
  layout: ServiceMapLayout,
  selected: number,
  { columns, rows }: Size,
): Line[] {
  const canvas = new CharCanvas(columns, rows);
  const top = mapTop(layout, selected, rows);
  drawLines(canvas, map, layout, { top, selected });
  map.nodes.forEach((_, at) => {
    const row = layout.tops[at] - top;
    if (row + layout.heights[at] < 0 || row >= rows) return;
    drawBox(canvas, map, layout, { at, row, isSelected: at === selected });
  });
  return canvas.lines();
}

/** The box at a place of the screen. */
export function serviceAt(
  map: ServiceMap,
  layout: ServiceMapLayout,
  selected: number,
  place: { column: number; row: number; rows: number },
): number | undefined {
  const row = place.row + mapTop(layout, selected, place.rows);
  const found = map.nodes.findIndex(({ layer }, at) => {
    const left = boxLeft(layout, layer);
    return place.column >= left && place.column < left + layout.boxColumns &&
      row >= layout.tops[at] && row < layout.tops[at] + layout.heights[at];
  });
  return found < 0 ? undefined : found;
}

/** What a node is called, with a mark for what it is. */
export function serviceName({ type, name }: ServiceNode): string {
  const shown = name === "" ? "(unknown)" : show(name, 200);
  return type === "service" ? shown : `${NODE_MARKS[type]} ${shown}`;
}

/** `80  ✗ 2.5%  p95 12ms` */
export function callFigures(
  { edge }: ServiceMapEdge,
): { calls: string; errors: string; time: string } {
  const { callCount, errorCount, durations } = edge;
  return {
    calls: formatCount(callCount),
    errors: errorCount > 0 ? `✗ ${errorShare(errorCount, callCount)}` : "",
    time: durations.count > 0 ? formatNano(durations.percentileNano(0.95)) : "",
  };
}

/** The share of calls that failed. */
export function errorShare(errorCount: number, callCount: number): string {
  const share = callCount === 0 ? 0 : errorCount / callCount * 100;
  return `${share > 0 && share < 0.1 ? "<0.1" : Number(share.toFixed(share < 10 ? 1 : 0))}%`;
}

const NODE_MARKS = { service: "", database: "≡", queue: "⇒", external: "↗" } as const;

/** The first row that is drawn, so that the selected box is in sight. */
function mapTop(layout: ServiceMapLayout, selected: number, rows: number): number {
  const middle = (layout.tops[selected] ?? 0) + ((layout.heights[selected] ?? 0) >> 1);
  return Math.max(0, Math.min(middle - (rows >> 1), layout.rowCount - rows));
}

function boxLeft({ boxColumns, gapColumns }: ServiceMapLayout, layer: number): number {
  return layer * (boxColumns + gapColumns);
}

/** Lines from each call's row to the box it leads to, as far as that stands in the next layer. */
function drawLines(
  canvas: CharCanvas,
  map: ServiceMap,
  layout: ServiceMapLayout,
  { top, selected }: { top: number; selected: number },
): void {
  const channels = new Map<number, number>();
  const used = new Map<number, number>();
  const drawn = map.edges.filter(({ from, to }) =>
    map.nodes[to].layer === map.nodes[from].layer + 1
  );
  // Those of the selected box are drawn first, so that their colour stays where lines join.
  drawn.sort((a, b) => Number(isOf(b, selected)) - Number(isOf(a, selected)));
  for (const edge of drawn) {
    const { from, to } = edge;
    const { layer } = map.nodes[from];
    const start = boxLeft(layout, layer) + layout.boxColumns;
    const end = boxLeft(layout, layer + 1) - 1;
    let channel = channels.get(to);
    if (channel === undefined) {
      const count = used.get(layer) ?? 0;
      used.set(layer, count + 1);
      channel = start + 1 + count % Math.max(1, layout.gapColumns - 3);
      channels.set(to, channel);
    }
    const row = callRow(map, layout, edge) - top;
    const target = layout.tops[to] - top;
    const style: Style = isOf(edge, selected)
      ? { color: "cyan", isBold: true }
      : edge.edge.errorCount > 0
      ? ERROR
      : DIM;
    canvas.join(start, row, LEFT | RIGHT, style);
    canvas.line({ column: start, row }, { column: channel, row }, style);
    canvas.line({ column: channel, row }, { column: channel, row: target }, style);
    canvas.line({ column: channel, row: target }, { column: end, row: target }, style);
    canvas.write(end, target, "▶", style);
  }
}

function isOf({ from, to }: ServiceMapEdge, selected: number): boolean {
  return from === selected || to === selected;
}

/** The row of a call in its caller's box. */
function callRow(map: ServiceMap, layout: ServiceMapLayout, edge: ServiceMapEdge): number {
  const place = layout.calls[edge.from].indexOf(edge);
  return layout.tops[edge.from] + 1 + (map.nodes[edge.from].callCount > 0 ? 1 : 0) + place;
}

const THIN = { corners: ["┌", "┐", "└", "┘"], across: "─", down: "│" } as const;
const THICK = { corners: ["┏", "┓", "┗", "┛"], across: "━", down: "┃" } as const;

function drawBox(
  canvas: CharCanvas,
  map: ServiceMap,
  layout: ServiceMapLayout,
  { at, row, isSelected }: { at: number; row: number; isSelected: boolean },
): void {
  const { node, layer, callCount, errorCount } = map.nodes[at];
  const left = boxLeft(layout, layer);
  const inner = layout.boxColumns - 2;
  // The edge tells the selected box without colours, too.
  const { corners, across, down } = isSelected ? THICK : THIN;
  const style: Style = isSelected ? { color: "cyan", isBold: true } : {};
  const title = truncateText(` ${serviceName(node)} `, inner - 1);
  const rest = across.repeat(Math.max(0, inner - 1 - textWidth(title)));
  canvas.write(left, row, corners[0] + across, style);
  canvas.write(left + 2, row, title, { isBold: true, isInverse: isSelected });
  canvas.write(left + 2 + textWidth(title), row, rest + corners[1], style);
  let line = row + 1;
  const write = (text: string, textStyle?: Style): void => {
    canvas.write(left, line, down + " ".repeat(inner) + down, style);
    canvas.write(left + 1, line, truncateText(text, inner), textStyle);
    line++;
  };
  if (callCount > 0) {
    const errors = errorCount > 0 ? `  ✗ ${errorShare(errorCount, callCount)}` : "";
    const word = callCount === 1 ? "call" : "calls";
    write(` ${formatCount(callCount)} ${word}${errors}`, errorCount > 0 ? ERROR : DIM);
  }
  for (const edge of layout.calls[at]) {
    const { calls, errors, time } = callFigures(edge);
    const p95 = time !== "" && inner >= MIN_INNER_WITH_WORD ? `p95 ${time}` : time;
    const figures = [calls, errors, p95].filter((each) => each !== "").join(" ");
    // An arrow back, where no line leads.
    const isFar = map.nodes[edge.to].layer !== layer + 1;
    const arrow = edge.isBack ? "↺" : isFar ? "⇢" : "→";
    const room = Math.max(4, inner - 5 - textWidth(figures));
    const name = truncateText(serviceName(map.nodes[edge.to].node), room);
    const pad = " ".repeat(Math.max(0, inner - 5 - textWidth(name) - textWidth(figures)));
    write(` ${arrow} ${name}${pad} ${figures}`, edge.edge.errorCount > 0 ? ERROR : undefined);
  }
  canvas.write(left, line, corners[2] + across.repeat(inner) + corners[3], style);
}
