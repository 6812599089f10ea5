import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { minimap } from "../../../views/minimap.ts";
import { timeTicks } from "../../../views/time_axis.ts";
import type { CanvasTheme } from "./canvas_theme.ts";
import { tickCount, TimeScale } from "./time_scale.ts";
import { panWindow, type TimeWindow, wholeWindow, windowBetween } from "./time_window.ts";
import type { TraceModel } from "./trace_model.ts";
import type { TraceView } from "./trace_view.ts";
import { type Size, useCanvas } from "./use_canvas.ts";

/** All of the trace from afar: dragging over it chooses the time to look at, as in Jaeger. */
export function MinimapView({ view }: { readonly view: TraceView }): JSX.Element {
  /** What is being dragged over. */
  const brush = useSignal<{ readonly from: number; readonly to: number } | undefined>(undefined);
  const columns = useSignal(0);
  const map = useComputed(() =>
    columns.value === 0 ? undefined : minimap(view.model.value.trace, columns.value)
  );
  const { canvas, size } = useCanvas((context, { width, height }, theme) => {
    view.moment.value;
    const model = view.model.value;
    const whole = wholeWindow(model.durationNano);
    const scale = new TimeScale(whole, width);
    context.fillStyle = theme.background;
    context.fillRect(0, 0, width, height);
    drawTicks(context, whole, { width, height }, theme);
    drawBars(context, model, scale, height, theme);
    if (map.value !== undefined) {
      const known = Math.max(1, Number(model.trace.durationNano));
      const step = scale.x(known) / map.value.columns;
      context.fillStyle = theme.error;
      map.value.errorCounts.forEach((count, column) => {
        if (count > 0) context.fillRect(column * step - 0.5, height - 5, 2, 5);
      });
    }
    drawShade(context, view, scale, { width, height }, theme, brush.value);
  });
  useEffect(() =>
    size.subscribe(({ width }) => {
      columns.value = Math.round(width / 2);
    }), []);
  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const element = event.currentTarget as HTMLElement;
    const { width } = size.value;
    const scale = new TimeScale(wholeWindow(view.model.value.durationNano), width);
    const { left } = element.getBoundingClientRect();
    const place = (move: PointerEvent): number => Math.max(0, Math.min(width, move.clientX - left));
    const from = place(event);
    const edge = view.isWhole ? undefined : edgeAt(view.window.value, scale, from);
    const isInside = !view.isWhole && edge === undefined && event.shiftKey;
    const start = view.window.value;
    element.setPointerCapture(event.pointerId);
    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener("pointermove", (move) => {
      const to = place(move);
      const { durationNano } = view.model.value;
      if (isInside) {
        view.setWindow(panWindow(start, scale.nano(to) - scale.nano(from), durationNano));
      } else if (edge !== undefined) {
        view.setWindow(windowBetween(edge, scale.nano(to), durationNano));
      } else brush.value = { from, to };
    }, { signal });
    element.addEventListener("lostpointercapture", () => {
      listeners.abort();
      const chosen = brush.value;
      brush.value = undefined;
      if (chosen === undefined || Math.abs(chosen.to - chosen.from) < 3) return;
      const { durationNano } = view.model.value;
      view.setWindow(
        windowBetween(scale.nano(chosen.from), scale.nano(chosen.to), durationNano),
      );
    }, { signal });
    event.preventDefault();
  }
  return (
    <div class="minimap">
      <div
        class="minimap-canvas"
        onPointerDown={onPointerDown}
        onDblClick={() => view.zoomOut()}
        title="Drag to choose a time; double click for all of it"
      >
        <canvas ref={canvas} role="img" aria-label="All of the trace, from its start to its end" />
      </div>
      {!view.isWhole && view.window.value !== undefined && (
        <button
          type="button"
          class="button reset"
          onClick={() => view.zoomOut()}
        >
          Reset zoom
        </button>
      )}
    </div>
  );
}

/** The moment that stays when an edge of the window is dragged; `undefined` away from both. */
function edgeAt(window: TimeWindow, scale: TimeScale, x: number): number | undefined {
  if (Math.abs(scale.x(window.fromNano) - x) < EDGE_PIXELS) return window.toNano;
  if (Math.abs(scale.x(window.toNano) - x) < EDGE_PIXELS) return window.fromNano;
  return undefined;
}

const EDGE_PIXELS = 5;

function drawTicks(
  context: CanvasRenderingContext2D,
  { fromNano, toNano }: TimeWindow,
  { width, height }: Size,
  theme: CanvasTheme,
): void {
  const scale = new TimeScale({ fromNano, toNano }, width);
  context.font = theme.font;
  context.textBaseline = "top";
  for (const { nano, text } of timeTicks(fromNano, toNano, tickCount(width))) {
    const x = Math.round(scale.x(nano));
    context.fillStyle = theme.grid;
    context.fillRect(x, 0, 1, height);
    const isLast = x + text.length * 6.5 + 6 > width;
    context.textAlign = isLast ? "right" : "left";
    context.fillStyle = theme.dim;
    context.fillText(text, isLast ? x - 3 : x + 3, 1);
  }
}

/** The spans as lines in the order of the tree; of spans that fall on one line the longest is drawn. */
function drawBars(
  context: CanvasRenderingContext2D,
  model: TraceModel,
  scale: TimeScale,
  height: number,
  theme: CanvasTheme,
): void {
  const top = 14;
  const count = model.trace.nodes.length;
  const lineCount = Math.min(count, Math.floor((height - top - 6) * 2));
  const step = (height - top - 6) / lineCount;
  const barHeight = Math.max(1, Math.min(4, step));
  for (let line = 0; line < lineCount; line++) {
    const from = Math.floor(line * count / lineCount);
    const to = Math.floor((line + 1) * count / lineCount);
    let longest = from;
    for (let index = from; index < to; index++) {
      const isLonger = model.ends[index] - model.starts[index] >
        model.ends[longest] - model.starts[longest];
      if (isLonger) longest = index;
    }
    const left = scale.x(model.starts[longest]);
    context.fillStyle = theme.services[model.colorOf(longest)];
    const width = Math.max(1, scale.x(model.ends[longest]) - left);
    context.fillRect(left, top + line * step, width, barHeight);
  }
}

function drawShade(
  context: CanvasRenderingContext2D,
  view: TraceView,
  scale: TimeScale,
  { width, height }: Size,
  theme: CanvasTheme,
  brush: { readonly from: number; readonly to: number } | undefined,
): void {
  const window = view.window.value;
  if (!view.isWhole) {
    const from = scale.x(window.fromNano);
    const to = scale.x(window.toNano);
    context.globalAlpha = 0.6;
    context.fillStyle = theme.background;
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, width - to, height);
    context.globalAlpha = 1;
    context.fillStyle = theme.accent;
    context.fillRect(from - 1, 0, 2, height);
    context.fillRect(to - 1, 0, 2, height);
  }
  if (brush !== undefined) {
    context.globalAlpha = 0.25;
    context.fillStyle = theme.accent;
    context.fillRect(Math.min(brush.from, brush.to), 0, Math.abs(brush.to - brush.from), height);
    context.globalAlpha = 1;
  }
}
