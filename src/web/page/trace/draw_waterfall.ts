import { formatDuration } from "../../../model/duration.ts";
import type { GroupRow, TraceRow } from "../../../views/span_rows.ts";
import type { CanvasTheme } from "./canvas_theme.ts";
import { TimeScale } from "./time_scale.ts";
import type { TimeWindow } from "./time_window.ts";
import type { SpanMark, TraceModel } from "./trace_model.ts";

/** What a frame of the waterfall shows. */
export interface WaterfallScene {
  readonly model: TraceModel;
  readonly theme: CanvasTheme;
  readonly window: TimeWindow;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** The rows from `firstRow` on that are on the screen. */
  readonly rows: readonly TraceRow[];
  readonly firstRow: number;
  /** Where the first of them is, in pixels; negative when it is cut off. */
  readonly top: number;
  readonly rowHeight: number;
  /** Numbers of rows; -1 for none. */
  readonly selectedRow: number;
  readonly hoveredRow: number;
  /** Places of the lines of the grid, in nanoseconds after the trace's start. */
  readonly ticks: readonly number[];
  readonly showsPath: boolean;
  /** Whether a search marks this span; the others are drawn paler while one is on. */
  isMatch(index: number): boolean;
  /** The same of any of a group. */
  hasMatch(indexes: Int32Array): boolean;
  readonly isSearching: boolean;
  /** Where a line marks a moment, in pixels; absent for none. */
  readonly cursorX?: number;
}

/** Draws the bars of the rows that are on the screen. What it costs depends on these alone. */
export function drawWaterfall(context: CanvasRenderingContext2D, scene: WaterfallScene): void {
  const { theme, width, height, rows, firstRow, top, rowHeight } = scene;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  const scale = new TimeScale(scene.window, width);
  for (let at = 0; at < rows.length; at++) {
    const y = top + at * rowHeight;
    const row = firstRow + at;
    if (row === scene.selectedRow) context.fillStyle = theme.selected;
    else if (row === scene.hoveredRow) context.fillStyle = theme.hover;
    else continue;
    context.fillRect(0, y, width, rowHeight);
  }
  context.fillStyle = theme.grid;
  for (const tick of scene.ticks) context.fillRect(Math.round(scale.x(tick)), 0, 1, height);
  context.font = theme.font;
  context.textBaseline = "middle";
  for (let at = 0; at < rows.length; at++) {
    const y = top + at * rowHeight;
    const row = rows[at];
    if (row.type === "span") drawSpan(context, scene, scale, row.index, y);
    else drawGroup(context, scene, scale, row, y);
  }
  if (scene.cursorX !== undefined) {
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.5;
    context.fillRect(Math.round(scene.cursorX), 0, 1, height);
    context.globalAlpha = 1;
  }
}

function drawSpan(
  context: CanvasRenderingContext2D,
  scene: WaterfallScene,
  scale: TimeScale,
  index: number,
  rowTop: number,
): void {
  const { model, theme, rowHeight, width } = scene;
  const left = scale.x(model.starts[index]);
  const right = scale.x(model.ends[index]);
  const mark = model.markOf(index);
  const isDimmed = scene.isSearching && !scene.isMatch(index);
  const label = labelOf(model, index, mark);
  if (right < 0 || left > width) {
    drawPointer(context, scene, right < 0, rowTop);
    return;
  }
  const y = rowTop + BAR_INSET;
  const barHeight = rowHeight - 2 * BAR_INSET;
  // Bars that are cut off at the edge end there: canvases get slow with lengths of millions of pixels.
  const from = Math.max(left, -4);
  const to = Math.max(Math.min(right, width + 4), from + MIN_BAR_WIDTH);
  context.globalAlpha = isDimmed ? 0.3 : 1;
  context.fillStyle = theme.services[model.colorOf(index)];
  roundBar(context, from, y, to - from, barHeight);
  if (mark === "running" || mark === "unfinished") {
    hatch(context, theme, from, y, to - from, barHeight, mark);
  }
  if (scene.showsPath) drawPath(context, scene, scale, index, y + barHeight);
  drawEvents(context, scene, scale, index, y, barHeight);
  if (mark === "error") drawErrorMark(context, theme, from, y, barHeight);
  drawLabel(context, scene, label, from, to, rowTop, mark);
  context.globalAlpha = 1;
}

/** Siblings as one bar: those that are on one pixel are drawn once. */
function drawGroup(
  context: CanvasRenderingContext2D,
  scene: WaterfallScene,
  scale: TimeScale,
  { indexes, fromNano, toNano, totalNano, errorCount }: GroupRow,
  rowTop: number,
): void {
  const { model, theme, rowHeight, width } = scene;
  const left = scale.x(fromNano);
  const right = scale.x(toNano);
  if (right < 0 || left > width) {
    drawPointer(context, scene, right < 0, rowTop);
    return;
  }
  const y = rowTop + BAR_INSET;
  const barHeight = rowHeight - 2 * BAR_INSET;
  context.fillStyle = theme.services[model.colorOf(indexes[0])];
  // One after the other the whole time: thin, so that the members stand out.
  context.globalAlpha = 0.25;
  context.fillRect(
    Math.max(left, 0),
    y + barHeight / 2 - 1,
    Math.min(right, width) - Math.max(left, 0),
    2,
  );
  context.globalAlpha = scene.isSearching && !scene.hasMatch(indexes) ? 0.3 : 0.85;
  let from = NaN;
  let to = NaN;
  for (let at = 0; at < indexes.length; at++) {
    const start = scale.x(model.starts[indexes[at]]);
    // They stand in the order of their starts.
    if (start > width) break;
    const end = Math.max(scale.x(model.ends[indexes[at]]), start + 1);
    if (end < 0) continue;
    if (start <= to + MERGE_PIXELS) {
      if (end > to) to = Math.min(end, width + 4);
      continue;
    }
    if (!Number.isNaN(from)) context.fillRect(from, y, to - from, barHeight);
    from = Math.max(start, -4);
    to = Math.min(end, width + 4);
  }
  if (!Number.isNaN(from)) context.fillRect(from, y, to - from, barHeight);
  context.globalAlpha = 1;
  const text = formatDuration(BigInt(Math.round(totalNano)));
  drawLabel(
    context,
    scene,
    `Σ ${text}`,
    Math.max(left, 0),
    Math.min(right, width),
    rowTop,
    errorCount > 0 ? "error" : undefined,
    true,
  );
}

function labelOf(model: TraceModel, index: number, mark: SpanMark | undefined): string {
  const { span } = model.trace.nodes[index];
  if (mark === "skewed") return "ends before its start";
  const nano = span.endTimeUnixNano === undefined
    ? BigInt(Math.round(model.ends[index] - model.starts[index]))
    : span.endTimeUnixNano - span.startTimeUnixNano;
  const text = formatDuration(nano);
  if (mark === "running") return `${text} running`;
  return mark === "unfinished" ? `${text} unfinished` : text;
}

/** The label stands right of the bar, left of it where there is no room, else inside. */
function drawLabel(
  context: CanvasRenderingContext2D,
  { theme, width, rowHeight }: WaterfallScene,
  text: string,
  from: number,
  to: number,
  rowTop: number,
  mark: SpanMark | undefined,
  /** Whether what it stands on is no even colour. */
  isOnPattern = mark === "running" || mark === "unfinished",
): void {
  const y = rowTop + rowHeight / 2 + 0.5;
  const room = text.length * CHARACTER_WIDTH + 10;
  context.fillStyle = mark === "error" ? theme.error : mark === undefined ? theme.dim : theme.text;
  if (to + room < width) {
    context.textAlign = "left";
    context.fillText(text, to + 5, y);
  } else if (from > room) {
    context.textAlign = "right";
    context.fillText(text, from - 5, y);
  } else {
    const right = Math.min(width, to) - 6;
    context.textAlign = "right";
    if (isOnPattern) {
      context.fillStyle = theme.background;
      context.fillRect(right - room + 6, rowTop + BAR_INSET - 1, room - 2, rowHeight - 8);
      context.fillStyle = theme.text;
    } else context.fillStyle = theme.onBar;
    context.fillText(text, right, y);
  }
}

/** A small arrow at the side on which a bar lies that is not on the screen. */
function drawPointer(
  context: CanvasRenderingContext2D,
  { theme, width, rowHeight }: WaterfallScene,
  isLeft: boolean,
  rowTop: number,
): void {
  context.fillStyle = theme.dim;
  context.textAlign = isLeft ? "left" : "right";
  context.fillText(isLeft ? "‹" : "›", isLeft ? 4 : width - 4, rowTop + rowHeight / 2);
}

/** The critical path, as in Jaeger: a dark line within the bar. */
function drawPath(
  context: CanvasRenderingContext2D,
  { model, theme, width }: WaterfallScene,
  scale: TimeScale,
  index: number,
  bottom: number,
): void {
  const stretches = model.knownPath?.get(index);
  if (stretches === undefined) return;
  context.fillStyle = theme.path;
  let drawnTo = -Infinity;
  for (const { fromNano, toNano } of stretches) {
    const left = scale.x(fromNano);
    const right = scale.x(toNano);
    if (right < 0 || right < drawnTo) continue;
    if (left > width) break;
    const from = Math.max(left, 0);
    const to = Math.max(Math.min(right, width), from + 1);
    context.fillRect(from, bottom - PATH_HEIGHT, to - from, PATH_HEIGHT);
    drawnTo = to;
  }
}

function drawEvents(
  context: CanvasRenderingContext2D,
  { model, theme, width }: WaterfallScene,
  scale: TimeScale,
  index: number,
  y: number,
  barHeight: number,
): void {
  const { events } = model.trace.nodes[index].span;
  // In a bar that is hardly to be seen they would hide it.
  if (events === undefined || scale.x(model.ends[index]) - scale.x(model.starts[index]) < 5) return;
  const { startTimeUnixNano } = model.trace;
  let drawn = -Infinity;
  for (const event of events) {
    const x = Math.round(scale.x(Number(event.timeUnixNano - startTimeUnixNano)));
    if (x === drawn || x < 0 || x > width) continue;
    drawn = x;
    context.fillStyle = event.name === "exception" ? theme.error : theme.text;
    context.fillRect(x, y - 1, 1.5, barHeight + 2);
  }
}

function drawErrorMark(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  from: number,
  y: number,
  barHeight: number,
): void {
  // In front of the bar where there is room.
  const x = Math.max(from - ERROR_RADIUS - 2, ERROR_RADIUS + 1);
  context.fillStyle = theme.error;
  context.beginPath();
  context.arc(x, y + barHeight / 2, ERROR_RADIUS, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = theme.background;
  context.fillRect(x - 0.75, y + barHeight / 2 - 2.75, 1.5, 3.25);
  context.fillRect(x - 0.75, y + barHeight / 2 + 1.25, 1.5, 1.5);
}

/** Stripes, for what has no end: those of a span that still runs are drawn stronger. */
function hatch(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  x: number,
  y: number,
  width: number,
  height: number,
  mark: "running" | "unfinished",
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = theme.background;
  context.globalAlpha = mark === "running" ? 0.45 : 0.7;
  context.lineWidth = 2;
  context.beginPath();
  for (let at = x - height; at < x + width; at += 7) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
  context.fillStyle = mark === "running" ? theme.running : theme.warning;
  context.fillRect(x + width - 2, y - 1, 2, height + 2);
}

function roundBar(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  if (width < 4) {
    context.fillRect(x, y, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, width, height, 2);
  context.fill();
}

const BAR_INSET = 5;
const MIN_BAR_WIDTH = 1.5;
const ERROR_RADIUS = 5;
const PATH_HEIGHT = 2.5;
/** Gaps that nobody sees. */
const MERGE_PIXELS = 0.5;
/** About how wide a character of a label is: measuring each would cost more than drawing it. */
const CHARACTER_WIDTH = 6.2;
