import type { JSX } from "preact";
import { timeTicks } from "../../../views/time_axis.ts";
import { formatNano } from "../../../views/time_text.ts";
import type { CanvasTheme } from "./canvas_theme.ts";
import { tickCount, TimeScale } from "./time_scale.ts";
import type { TraceView } from "./trace_view.ts";
import { type Size, useCanvas } from "./use_canvas.ts";

/** The times above the bars, after the trace's start. */
export function TimeRuler({ view }: { readonly view: TraceView }): JSX.Element {
  const { canvas } = useCanvas((context, { width, height }, theme) => {
    const window = view.window.value;
    const scale = new TimeScale(window, width);
    context.fillStyle = theme.background;
    context.fillRect(0, 0, width, height);
    context.font = theme.font;
    context.textBaseline = "middle";
    for (const { nano, text } of timeTicks(window.fromNano, window.toNano, tickCount(width))) {
      const x = Math.round(scale.x(nano));
      context.fillStyle = theme.grid;
      context.fillRect(x, 0, 1, height);
      context.fillStyle = theme.dim;
      const isLast = x + text.length * 6.5 + 6 > width;
      context.textAlign = isLast ? "right" : "left";
      context.fillText(text, isLast ? x - 4 : x + 4, height / 2);
    }
    const pointer = view.pointerX.value;
    if (pointer !== undefined) {
      drawMoment(context, formatNano(scale.nano(pointer)), pointer, { width, height }, theme);
    }
  });
  return (
    <div class="ruler">
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}

/** The moment that the pointer is at, over the ticks. */
function drawMoment(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  { width, height }: Size,
  theme: CanvasTheme,
): void {
  const room = context.measureText(text).width + 10;
  const left = Math.max(0, Math.min(width - room, x - room / 2));
  context.fillStyle = theme.accent;
  context.fillRect(left, 3, room, height - 6);
  context.fillStyle = theme.background;
  context.textAlign = "center";
  context.fillText(text, left + room / 2, height / 2);
}
