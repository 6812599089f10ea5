import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type FlameBox, FlameGraph } from "../../../views/flame_graph.ts";
import { formatNano } from "../../../views/time_text.ts";
import { countText } from "../../../views/count_text.ts";
import { percentText } from "../components/figures.ts";
import { Text } from "../components/text.tsx";
import { useKeys } from "../keyboard.ts";
import { drawFlame, FLAME_ROW } from "./draw_flame.ts";
import { FLAME_KEYS } from "./trace_keys.ts";
import type { TraceView } from "./trace_view.ts";
import { useCanvas } from "./use_canvas.ts";
import { wheelPixels } from "./wheel_pixels.ts";

/** The spans merged by their path: what the time goes to. */
export function FlameView({ view }: { readonly view: TraceView }): JSX.Element {
  const graph = useComputed(() => new FlameGraph(view.model.value.trace));
  const zoom = useSignal(-1);
  const selected = useSignal(boxOfSelected(view, graph.value));
  const hovered = useSignal(-1);
  const top = useSignal(0);
  const found = useComputed(() => {
    const { text, indexes } = view.matches.value;
    return text === "" ? undefined : graph.value.countIn(indexes);
  });
  const drawn = useRef<readonly FlameBox[]>([]);
  const { canvas, size } = useCanvas((context, { width, height }, theme) => {
    const model = view.model.value;
    drawn.current = graph.value.boxes({
      zoom: zoom.value,
      // What is narrower than that would not be seen.
      minWidth: 0.4 / width,
      fromRow: Math.floor(top.value / FLAME_ROW),
      toRow: Math.ceil((top.value + height) / FLAME_ROW),
    });
    drawFlame(context, {
      graph: graph.value,
      theme,
      size: { width, height },
      boxes: drawn.current,
      top: top.value,
      colorOf: (box) => model.colorOf(graph.value.indexesOf(box)[0]),
      found: found.value,
      selected: selected.value,
      hovered: hovered.value,
    });
  });
  // Another version of the trace has other boxes.
  const drawnGraph = useRef(graph.value);
  useSignalEffect(() => {
    if (graph.value === drawnGraph.current) return;
    drawnGraph.current = graph.value;
    zoom.value = -1;
    selected.value = boxOfSelected(view, graph.value);
  });
  function scrollTo(y: number): void {
    const most = graph.value.rowCount * FLAME_ROW - size.value.height;
    top.value = Math.max(0, Math.min(y, most));
  }
  function choose(box: number): void {
    if (box < 0 || box >= graph.value.boxCount) return;
    selected.value = box;
    const y = graph.value.depths[box] * FLAME_ROW;
    if (y < top.value) scrollTo(y);
    else if (y + FLAME_ROW > top.value + size.value.height) {
      scrollTo(y + FLAME_ROW - size.value.height);
    }
  }
  function isInZoom(box: number): boolean {
    const { value } = zoom;
    return value < 0 || box >= value && box < value + graph.value.subtreeSizes[value];
  }
  function step(by: 1 | -1): void {
    const next = siblingOf(graph.value, selected.value, by);
    if (next !== undefined && isInZoom(next)) choose(next);
  }
  useKeys("Flame graph", FLAME_KEYS, {
    down: () => {
      const box = selected.value;
      if (graph.value.subtreeSizes[box] > 1) choose(box + 1);
    },
    up: () => choose(graph.value.parents[selected.value]),
    right: () => step(1),
    left: () => step(-1),
    zoom: () => {
      zoom.value = zoom.value === selected.value ? -1 : selected.value;
    },
    zoom_out: () => {
      if (zoom.value < 0) return false;
      zoom.value = -1;
    },
    waterfall: () => openInWaterfall(view, graph.value, selected.value),
  });
  useEffect(() => {
    const element = canvas.current!;
    const listeners = new AbortController();
    const { signal } = listeners;
    function boxAt({ offsetX, offsetY }: MouseEvent): number {
      const row = Math.floor((offsetY + top.value) / FLAME_ROW);
      const share = offsetX / size.value.width;
      const box = drawn.current.findLast((each) =>
        each.row === row && share >= each.from && share <= each.from + each.width
      );
      return box?.box ?? -1;
    }
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      scrollTo(top.value + wheelPixels(event.deltaY, event));
    }, { passive: false, signal });
    element.addEventListener("pointermove", (event) => hovered.value = boxAt(event), { signal });
    element.addEventListener("pointerleave", () => hovered.value = -1, { signal });
    element.addEventListener("click", (event) => {
      const box = boxAt(event);
      if (box < 0) return;
      choose(box);
      zoom.value = zoom.value === box || box === 0 ? -1 : box;
    }, { signal });
    return () => listeners.abort();
  }, []);
  const box = hovered.value >= 0 ? hovered.value : selected.value;
  return (
    <div class="flame">
      <FlameFacts view={view} graph={graph.value} box={box} isZoomed={zoom.value >= 0} />
      <div
        class="flame-canvas"
        role="application"
        tabIndex={0}
        aria-label="Flame graph: arrow keys move, Enter zooms"
        aria-describedby="flame-facts"
      >
        <canvas ref={canvas} aria-hidden="true" />
      </div>
    </div>
  );
}

function boxOfSelected(view: TraceView, graph: FlameGraph): number {
  return graph.boxOf[view.selectedIndex.peek()] ?? 0;
}

/** What there is to say of a box. */
function FlameFacts({ view, graph, box, isZoomed }: {
  readonly view: TraceView;
  readonly graph: FlameGraph;
  readonly box: number;
  readonly isZoomed: boolean;
}): JSX.Element {
  const service = graph.serviceOf(box);
  const color = view.model.value.colorOf(graph.indexesOf(box)[0]);
  return (
    <div
      class="flame-facts"
      id="flame-facts"
      aria-live="polite"
      style={{ "--service": `var(--service-${color})` }}
    >
      <span class="service-mark" />
      {service !== "" && <Text class="trace-service" value={service} />}
      <Text class="flame-name" value={graph.nameOf(box)} fallback="(no name)" />
      <span>{countText(graph.counts[box], "span")}</span>
      <span>
        total <b>{formatNano(graph.totalNano[box])}</b>
      </span>
      <span>
        self <b>{formatNano(graph.selfNano[box])}</b>
      </span>
      <span class="dim">
        {percentText(graph.width === 0 ? 0 : graph.widths[box] / graph.width)} of all
      </span>
      {graph.errorCounts[box] > 0 && (
        <span class="badge is-error">{countText(graph.errorCounts[box], "error")}</span>
      )}
      <span class="flame-hint dim">
        {isZoomed
          ? "Esc shows all · w shows the spans"
          : "click or Enter zooms · w shows the spans"}
      </span>
    </div>
  );
}

/** The box beside one, below the same parent. */
function siblingOf(graph: FlameGraph, box: number, by: 1 | -1): number | undefined {
  const parent = graph.parents[box];
  if (by === 1) {
    const next = box + graph.subtreeSizes[box];
    return next < graph.boxCount && graph.parents[next] === parent ? next : undefined;
  }
  // Siblings before it end right before it: up from there to the one below the same parent.
  let at = box - 1;
  while (at >= 0 && at !== parent && graph.parents[at] !== parent) at = graph.parents[at];
  return at >= 0 && at !== parent ? at : undefined;
}

function openInWaterfall(view: TraceView, graph: FlameGraph, box: number): void {
  const [first] = graph.indexesOf(box);
  view.tab.value = "waterfall";
  if (first !== undefined) view.selectSpan(first);
}
