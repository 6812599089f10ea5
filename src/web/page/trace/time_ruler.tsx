import type { JSX } from "preact";
import { timeTicks } from "../../../views/time_axis.ts";
import { tickCount, TimeScale } from "./time_scale.ts";
import type { TraceView } from "./trace_view.ts";
import { useCanvas } from "./use_canvas.ts";

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
  });
  return (
    <div class="ruler">
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}
