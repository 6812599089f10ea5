import { formatDuration } from "../model/duration.ts";
import { durationNano, type Span } from "../model/span.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { countText, formatCount } from "../views/count_text.ts";
import { errorMessage } from "../views/span_facts.ts";
import type { GroupRow, SpanRow, SpanRows } from "../views/span_rows.ts";
import { timeTicks } from "../views/time_axis.ts";
import { formatNano } from "../views/time_text.ts";
import { TraceTimes } from "../views/trace_times.ts";
import { frameName, oneLine } from "./_frame_name.ts";
import { ROW_HEIGHT, type ServiceColors, SVG_MARGIN, SVG_WIDTH } from "./_svg_style.ts";
import { fitText, px, textWidth, xmlLines, xmlText } from "./_svg_text.ts";

const LABEL_WIDTH = 400;
const BARS_FROM = SVG_MARGIN + LABEL_WIDTH + 8;
const BARS_WIDTH = SVG_WIDTH - SVG_MARGIN - BARS_FROM;
const INDENT = 10;
/** Deeper rows are not indented any further; their depth is written in front. */
const MAX_LEVELS = 16;
const BAR_HEIGHT = 10;
const MIN_BAR_WIDTH = 1;
const MAX_TOOLTIP_LINE = 300;

/** A part of a picture, and how high it is. */
export interface SvgPart {
  readonly svg: string;
  readonly height: number;
}

/**
 * Draws when the spans of a trace ran: a row each, or one for siblings that do the same.
 *
 * @param rowCount How many rows to draw at most.
 * @param top Where to begin, in pixels.
 */
export function drawWaterfall(
  rows: SpanRows,
  rowCount: number,
  top: number,
  colors: ServiceColors,
): SvgPart {
  const { trace } = rows;
  const count = Math.min(rows.count, rowCount);
  const axisHeight = 20;
  const height = axisHeight + count * ROW_HEIGHT;
  const scale = new TimeScale(trace);
  const parts = [drawAxis(trace, scale, top, height), drawGuides(rows, count, top + axisHeight)];
  const critical = segmentsBySpan(trace);
  for (let row = 0; row < count; row++) {
    const y = top + axisHeight + row * ROW_HEIGHT;
    const shown = rows.rowAt(row)!;
    parts.push(
      shown.type === "span"
        ? drawSpan(trace, shown, y, scale, colors, critical.get(shown.index) ?? [])
        : drawGroup(trace, shown, y, scale, colors),
    );
  }
  return { svg: parts.join(""), height };
}

/** Moments of a trace as places in the picture. */
class TimeScale {
  readonly #perNano: number;

  constructor(trace: Trace) {
    this.#perNano = BARS_WIDTH / Math.max(1, Number(trace.durationNano));
  }

  x(nano: number): number {
    return BARS_FROM + Math.min(BARS_WIDTH, Math.max(0, nano * this.#perNano));
  }

  /** Never so narrow that it cannot be seen, and never out of the picture. */
  bar(fromNano: number, toNano: number): { x: number; width: number } {
    const width = Math.max(MIN_BAR_WIDTH, this.x(toNano) - this.x(fromNano));
    return { x: Math.min(this.x(fromNano), BARS_FROM + BARS_WIDTH - width), width };
  }
}

function drawAxis(trace: Trace, scale: TimeScale, top: number, height: number): string {
  const parts: string[] = [];
  let lines = "";
  for (const { nano, text } of timeTicks(0, Number(trace.durationNano), 6)) {
    const x = scale.x(nano);
    lines += `M${px(x)} ${px(top + 16)}V${px(top + height)}`;
    const isAtEnd = x + textWidth(text) > SVG_WIDTH - SVG_MARGIN;
    const place = isAtEnd ? `x="${px(x)}" text-anchor="end"` : `x="${px(x)}"`;
    parts.push(`<text class="d" ${place} y="${px(top + 12)}">${xmlText(text)}</text>\n`);
  }
  return `<path class="g" d="${lines}"/>\n${parts.join("")}`;
}

/** The lines of the tree, all in one path. */
function drawGuides(rows: SpanRows, count: number, top: number): string {
  let lines = "";
  for (let row = 1; row < count; row++) {
    const { level, lines: goesOn } = rows.guidesOf(row, MAX_LEVELS);
    if (level > MAX_LEVELS) continue;
    const y = top + row * ROW_HEIGHT;
    for (let at = 0; at < goesOn.length; at++) {
      const x = SVG_MARGIN + at * INDENT + 3;
      const isOwn = at === goesOn.length - 1;
      if (isOwn) lines += `M${x} ${y + ROW_HEIGHT / 2}h${INDENT - 5}`;
      if (isOwn || goesOn[at]) {
        lines += `M${x} ${y}v${goesOn[at] ? ROW_HEIGHT : ROW_HEIGHT / 2}`;
      }
    }
  }
  return lines === "" ? "" : `<path class="g" d="${lines}"/>\n`;
}

function drawSpan(
  trace: Trace,
  { index, depth }: SpanRow,
  y: number,
  scale: TimeScale,
  colors: ServiceColors,
  critical: readonly { readonly fromNano: number; readonly toNano: number }[],
): string {
  const { span, isOrphan } = trace.nodes[index];
  const times = TraceTimes.of(trace);
  const { starts, ends } = times.intervals;
  const isError = times.errorMarks[index] === 1;
  const service = spanService(span) ?? "";
  const { x, width } = scale.bar(starts[index], ends[index]);
  const barY = y + (ROW_HEIGHT - BAR_HEIGHT) / 2;
  const isOpen = span.endTimeUnixNano === undefined;
  const classes = `${colors.classOf(service)}${isOpen ? " r" : ""}`;
  let bars = `<rect class="${classes}" x="${px(x)}" y="${px(barY)}" width="${px(width)}" ` +
    `height="${BAR_HEIGHT}"/>`;
  if (isError) {
    bars += `<rect class="x" x="${px(x)}" y="${px(barY)}" width="${px(width)}" ` +
      `height="${BAR_HEIGHT}"/>`;
  }
  const path = critical.map(({ fromNano, toNano }) => {
    const from = scale.x(fromNano);
    const length = scale.x(toNano) - from;
    return length < 0.3
      ? ""
      : `M${px(from)} ${px(barY + BAR_HEIGHT)}h${px(length)}v2h${px(-length)}z`;
  }).join("");
  if (path !== "") bars += `<path class="k" d="${path}"/>`;
  const name = `${isError ? "✗ " : ""}${isOrphan ? "(orphan) " : ""}${frameName(span)}`;
  const tooltip = [
    frameName(span),
    ...(service === "" ? [] : [`service ${service}`]),
    `${durationText(span)}, ${formatNano(times.selfNano[index])} of it itself`,
    `begins after ${formatNano(starts[index])}`,
    ...(isError ? [`error: ${errorMessage(span)}`] : []),
  ];
  return drawRow({
    y,
    depth,
    name,
    service,
    isError,
    figure: durationText(span),
    figureAt: x + width,
    barFrom: x,
    bars,
    tooltip,
  });
}

function drawGroup(
  trace: Trace,
  row: GroupRow,
  y: number,
  scale: TimeScale,
  colors: ServiceColors,
): string {
  const className = colors.classOf(row.service);
  const whole = scale.bar(row.fromNano, row.toNano);
  const barY = y + (ROW_HEIGHT - BAR_HEIGHT) / 2;
  const { starts, ends } = TraceTimes.of(trace).intervals;
  let members = "";
  let drawnTo = -Infinity;
  // Members by their starts; those that touch on the screen are one bar.
  let from = -Infinity;
  const draw = (): void => {
    if (drawnTo > from) {
      members += `M${px(from)} ${px(barY)}h${px(drawnTo - from)}v${BAR_HEIGHT}h${
        px(from - drawnTo)
      }z`;
    }
  };
  for (const index of row.indexes) {
    const { x, width } = scale.bar(starts[index], ends[index]);
    if (x > drawnTo + 0.5) {
      draw();
      from = x;
      drawnTo = x + width;
    } else {
      drawnTo = Math.max(drawnTo, x + width);
    }
  }
  draw();
  const p50 = row.p50Nano === undefined ? "" : `, p50 ${formatNano(row.p50Nano)}`;
  const name = `×${formatCount(row.count)} ${oneLine(row.name)}`;
  const errors = row.errorCount === 0 ? [] : [countText(row.errorCount, "error")];
  return drawRow({
    y,
    depth: row.depth,
    name: row.errorCount > 0 ? `✗ ${name}` : name,
    service: row.service,
    isError: row.errorCount > 0,
    figure: `${formatNano(row.totalNano)}${p50}`,
    figureAt: whole.x + whole.width,
    barFrom: whole.x,
    bars: `<rect class="${className} m" x="${px(whole.x)}" y="${px(barY)}" ` +
      `width="${
        px(whole.width)
      }" height="${BAR_HEIGHT}"/><path class="${className}" d="${members}"/>`,
    tooltip: [
      name,
      ...(row.service === "" ? [] : [`service ${row.service}`]),
      `${formatNano(row.totalNano)} together${p50}`,
      ...errors,
    ],
  });
}

interface RowParts {
  readonly y: number;
  readonly depth: number;
  readonly name: string;
  readonly service: string;
  readonly isError: boolean;
  readonly figure: string;
  /** Where the bar ends, behind which the figure stands if there is room. */
  readonly figureAt: number;
  readonly barFrom: number;
  readonly bars: string;
  readonly tooltip: readonly string[];
}

function drawRow(parts: RowParts): string {
  const { y, depth, figure, figureAt, barFrom } = parts;
  const x = SVG_MARGIN + Math.min(depth, MAX_LEVELS) * INDENT;
  const level = depth > MAX_LEVELS ? `…${depth} ` : "";
  const room = SVG_MARGIN + LABEL_WIDTH - x;
  const service = fitText(parts.service, 110);
  const serviceWidth = service === "" ? 0 : textWidth(service) + 8;
  const name = fitText(level + parts.name, room - serviceWidth);
  const baseline = px(y + 13);
  const figureWidth = textWidth(figure);
  const fitsBehind = figureAt + 4 + figureWidth <= SVG_WIDTH - SVG_MARGIN;
  const fitsBefore = barFrom - 4 - figureWidth >= BARS_FROM;
  // Inside of the bar it needs the contrast.
  const figureClass = fitsBehind || fitsBefore ? ' class="d"' : "";
  const figurePlace = fitsBehind
    ? `x="${px(figureAt + 4)}"`
    : `x="${px((fitsBefore ? barFrom : figureAt) - 4)}" text-anchor="end"`;
  const serviceText = service === ""
    ? ""
    : `<text class="d" x="${SVG_MARGIN + LABEL_WIDTH}" y="${baseline}" text-anchor="end">${
      xmlText(service)
    }</text>`;
  return `<g><title>${
    xmlLines(parts.tooltip.map((line) => line.slice(0, MAX_TOOLTIP_LINE)))
  }</title><text${parts.isError ? ' class="e"' : ""} x="${x}" y="${baseline}">${
    xmlText(name)
  }</text>${serviceText}${parts.bars}<text${figureClass} ${figurePlace} y="${baseline}">${
    xmlText(figure)
  }</text></g>\n`;
}

function segmentsBySpan(trace: Trace): Map<number, { fromNano: number; toNano: number }[]> {
  const segments = new Map<number, { fromNano: number; toNano: number }[]>();
  for (const { index, fromNano, toNano } of TraceTimes.of(trace).criticalPath) {
    const known = segments.get(index);
    if (known === undefined) segments.set(index, [{ fromNano, toNano }]);
    else known.push({ fromNano, toNano });
  }
  return segments;
}

function durationText(span: Span): string {
  const duration = durationNano(span);
  return duration === undefined ? span.state : formatDuration(duration);
}
