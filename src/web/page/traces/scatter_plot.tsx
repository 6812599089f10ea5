import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatDuration } from "../../../model/duration.ts";
import { countText } from "../../../views/count_text.ts";
import { clockTicks } from "../../../views/time_axis.ts";
import type { ApiPoint, ApiScatter } from "../../api.ts";
import { Text } from "../components/text.tsx";
import { localDateTime, localOffsetMinutes, moment } from "../components/local_time.ts";
import { theme, themeColor } from "../theme.ts";
import type { ScatterRange } from "./range_query.ts";

/** What stands around the points, in pixels. */
const MARGIN = { left: 52, right: 10, top: 8, bottom: 18 };
/** A press that moves no further is a click. */
const DRAG_PIXELS = 4;
const HIT_PIXELS = 8;
/** How many points are many. */
const DENSE_POINTS = 2_500;

/** The size that points are asked for: that of the plot within its margins. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/**
 * When traces started and how long they took, on a canvas. A click selects the nearest, dragging selects
 * a range; the list below has the same for those who cannot see or point.
 */
export function ScatterPlot(
  { data, selectedId, onSize, onSelect, onRange }: {
    data: ApiScatter | undefined;
    selectedId: string | undefined;
    onSize: (size: PlotSize) => void;
    onSelect: (traceId: string) => void;
    onRange: (range: ScatterRange) => void;
  },
): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [hovered, setHovered] = useState<PlacedPoint>();
  const [drag, setDrag] = useState<Drag>();
  const look = theme.value;
  const points = useMemo(() => placePoints(data, size), [data, size]);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      const height = element.clientHeight;
      setSize({ width, height });
      onSize({
        width: Math.max(1, width - MARGIN.left - MARGIN.right),
        height: Math.max(1, height - MARGIN.top - MARGIN.bottom),
      });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current;
    if (element === null || size.width === 0) return;
    const request = requestAnimationFrame(() => {
      drawScatter(element, size, data, { points, selectedId, hovered, drag });
    });
    return () => cancelAnimationFrame(request);
  }, [data, points, selectedId, hovered, drag, size, look]);
  const place = (event: PointerEvent): { x: number; y: number } => {
    const box = event.currentTarget as HTMLCanvasElement;
    const { left, top } = box.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  return (
    <div class="scatter">
      <canvas
        ref={canvas}
        role="img"
        aria-label={describeScatter(data)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const { x, y } = place(event);
          setDrag({ fromX: x, fromY: y, toX: x, toY: y });
        }}
        onPointerMove={(event) => {
          const { x, y } = place(event);
          if (drag !== undefined) setDrag({ ...drag, toX: x, toY: y });
          else setHovered(findPoint(points, x, y));
        }}
        onPointerUp={(event) => {
          const { x, y } = place(event);
          setDrag(undefined);
          if (drag === undefined) return;
          const isClick = Math.abs(x - drag.fromX) < DRAG_PIXELS &&
            Math.abs(y - drag.fromY) < DRAG_PIXELS;
          const point = isClick ? findPoint(points, x, y) : undefined;
          if (point !== undefined) onSelect(point.point.trace_id);
          const range = isClick ? undefined : rangeOf(data, size, { ...drag, toX: x, toY: y });
          if (range !== undefined) onRange(range);
        }}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setHovered(undefined)}
      />
      {hovered !== undefined && drag === undefined && (
        <div
          class="scatter-tip"
          style={{
            left: `${Math.max(0, Math.min(size.width - 330, hovered.x - 160))}px`,
          }}
        >
          <PointText point={hovered.point} />
        </div>
      )}
    </div>
  );
}

interface Drag {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

function describeScatter(data: ApiScatter | undefined): string {
  if (data === undefined || data.start_time === null || data.end_time === null) {
    return "Durations over time: no traces";
  }
  const errors = data.points.reduce((sum, point) => sum + point.errors, 0);
  return `Durations over time: ${countText(data.total, "trace")} from ` +
    `${localDateTime(moment(data.start_time))} to ${localDateTime(moment(data.end_time))}, ` +
    `${formatDuration(BigInt(data.min_duration_ns ?? 0))} to ` +
    `${formatDuration(BigInt(data.max_duration_ns ?? 0))}, ${errors} with errors. ` +
    `The list below has them all.`;
}

/** A point where it is drawn, in pixels from the corner of the canvas. */
interface PlacedPoint {
  readonly point: ApiPoint;
  readonly x: number;
  readonly y: number;
}

function placePoints(data: ApiScatter | undefined, size: PlotSize): readonly PlacedPoint[] {
  if (data === undefined || data.start_time === null || data.end_time === null) return [];
  const start = moment(data.start_time);
  const length = Math.max(1, Number(moment(data.end_time) - start));
  const { low, high } = durationScale(data);
  const width = size.width - MARGIN.left - MARGIN.right;
  const height = size.height - MARGIN.top - MARGIN.bottom;
  return data.points.map((point) => {
    const log = Math.log10(Math.max(1, Number(point.duration_ns)));
    return {
      point,
      x: MARGIN.left + Number(moment(point.start_time) - start) / length * width,
      y: size.height - MARGIN.bottom - (log - low) / Math.max(1e-9, high - low) * height,
    };
  });
}

/** The nearest point, if there is one close enough to be meant. */
function findPoint(
  points: readonly PlacedPoint[],
  x: number,
  y: number,
): PlacedPoint | undefined {
  let nearest: PlacedPoint | undefined;
  let least = HIT_PIXELS ** 2;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance <= least) {
      nearest = point;
      least = distance;
    }
  }
  return nearest;
}

/** What a point stands for, in words. */
function PointText({ point }: { point: ApiPoint }): JSX.Element {
  return (
    <>
      <strong>{formatDuration(BigInt(point.duration_ns))}</strong>{" "}
      <Text value={point.name} fallback="(no name)" />{" "}
      <span class="dim">
        {localDateTime(moment(point.start_time))}
        {point.traces > 1 && `, one of ${countText(point.traces, "trace")}`}
        {point.errors > 0 && `, ${countText(point.errors, "error")}`}
      </span>
    </>
  );
}

function rangeOf(
  data: ApiScatter | undefined,
  size: PlotSize,
  drag: Drag,
): ScatterRange | undefined {
  if (
    data === undefined || data.start_time === null || data.end_time === null ||
    data.min_duration_ns === null || data.max_duration_ns === null
  ) return undefined;
  const width = Math.max(1, size.width - MARGIN.left - MARGIN.right);
  const height = Math.max(1, size.height - MARGIN.top - MARGIN.bottom);
  const share = (value: number): number => Math.min(1, Math.max(0, value));
  const xs = [drag.fromX, drag.toX].map((x) => share((x - MARGIN.left) / width)).sort((a, b) =>
    a - b
  );
  const ys = [drag.fromY, drag.toY]
    .map((y) => share((size.height - MARGIN.bottom - y) / height)).sort((a, b) => a - b);
  const start = moment(data.start_time);
  const length = Number(moment(data.end_time) - start);
  const scale = durationScale(data);
  return {
    startUnixNano: start + BigInt(Math.floor(length * xs[0])),
    endUnixNano: start + BigInt(Math.ceil(length * xs[1])) + 1n,
    ...(ys[0] > 0 && { minDurationNano: 10 ** (scale.low + (scale.high - scale.low) * ys[0]) }),
    ...(ys[1] < 1 && { maxDurationNano: 10 ** (scale.low + (scale.high - scale.low) * ys[1]) }),
  };
}

/** The logarithms of the durations at the edges. */
function durationScale(data: ApiScatter): { low: number; high: number } {
  const low = Math.log10(Math.max(1, Number(data.min_duration_ns ?? 1)));
  const high = Math.log10(Math.max(1, Number(data.max_duration_ns ?? 1)));
  return { low, high };
}

function drawScatter(
  canvas: HTMLCanvasElement,
  size: PlotSize,
  data: ApiScatter | undefined,
  { points, selectedId, hovered, drag }: {
    points: readonly PlacedPoint[];
    selectedId: string | undefined;
    hovered: PlacedPoint | undefined;
    drag: Drag | undefined;
  },
): void {
  const ratio = devicePixelRatio;
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  drawAxes(context, size, data);
  const plain = themeColor("--accent");
  const error = themeColor("--red");
  // Many points are smaller and fainter, so that one sees where they are dense; those that failed lie on top.
  const isDense = points.length > DENSE_POINTS;
  const least = isDense ? 1.4 : 2.4;
  for (const isFailed of [false, true]) {
    context.fillStyle = isFailed ? error : plain;
    for (const { point, x, y } of points) {
      if (point.errors > 0 !== isFailed) continue;
      context.globalAlpha = isFailed
        ? 0.35 + 0.6 * point.errors / point.traces
        : isDense
        ? 0.4
        : 0.65;
      context.beginPath();
      context.arc(x, y, Math.min(5, least + Math.log2(point.traces) * 0.4), 0, Math.PI * 2);
      context.fill();
    }
  }
  context.globalAlpha = 1;
  context.strokeStyle = themeColor("--text");
  context.lineWidth = 1.5;
  for (const placed of points) {
    if (placed !== hovered && placed.point.trace_id !== selectedId) continue;
    context.beginPath();
    context.arc(placed.x, placed.y, 6, 0, Math.PI * 2);
    context.stroke();
  }
  if (drag === undefined) return;
  context.fillStyle = plain;
  context.globalAlpha = 0.18;
  context.fillRect(drag.fromX, drag.fromY, drag.toX - drag.fromX, drag.toY - drag.fromY);
  context.globalAlpha = 1;
}

function drawAxes(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  data: ApiScatter | undefined,
): void {
  const bottom = size.height - MARGIN.bottom;
  const right = size.width - MARGIN.right;
  context.lineWidth = 1;
  context.strokeStyle = themeColor("--line");
  context.fillStyle = themeColor("--dim");
  context.textBaseline = "middle";
  if (data === undefined || data.start_time === null || data.end_time === null) return;
  const { low, high } = durationScale(data);
  context.textAlign = "right";
  const span = Math.max(1e-9, high - low);
  const isFlat = high - low < 1e-9;
  for (const power of isFlat ? [low] : logTicks(low, high)) {
    const y = isFlat ? bottom : bottom - (power - low) / span * (bottom - MARGIN.top);
    line(context, MARGIN.left, y, right, y);
    const text = formatDuration(BigInt(Math.round(10 ** power)));
    context.fillText(text, MARGIN.left - 6, Math.max(MARGIN.top + 4, Math.min(bottom - 2, y)));
  }
  const start = moment(data.start_time);
  const end = moment(data.end_time);
  const length = Math.max(1, Number(end - start));
  const maxTicks = Math.max(1, Math.floor((right - MARGIN.left) / 110));
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const tick of clockTicks(start, end, maxTicks, localOffsetMinutes(start))) {
    const x = MARGIN.left + tick.nano / length * (right - MARGIN.left);
    line(context, x, MARGIN.top, x, bottom);
    const half = context.measureText(tick.text).width / 2;
    context.fillText(tick.text, Math.max(half, Math.min(right - half, x)), bottom + 5);
  }
}

function line(
  context: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  context.beginPath();
  // Between two pixels a line would be two pixels wide and half as dark.
  context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  context.stroke();
}

/** Logarithms of round durations: powers of ten, and what is between them where there are few of those. */
function logTicks(low: number, high: number): readonly number[] {
  const factors = high - low < 1 ? [1, 2, 5] : high - low < 2 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const factor of factors) {
      const tick = power + Math.log10(factor);
      if (tick >= low - 1e-9 && tick <= high + 1e-9) ticks.push(tick);
    }
  }
  return ticks.length > 0 ? ticks : [low, high];
}
