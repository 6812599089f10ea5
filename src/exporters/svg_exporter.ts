import { countReason } from "../model/counters.ts";
import { formatDuration } from "../model/duration.ts";
import type { Span } from "../model/span.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { countText } from "../views/count_text.ts";
import { FlameGraph } from "../views/flame_graph.ts";
import { SpanRows } from "../views/span_rows.ts";
import { formatDateTime } from "../views/time_text.ts";
import type { Exporter, SvgChart } from "./exporter.ts";
import { countShownSpan } from "./_count_shown_span.ts";
import { frameName } from "./_frame_name.ts";
import { drawFlameGraph } from "./_svg_flame_graph.ts";
import { ServiceColors, SVG_MARGIN, SVG_STYLE, SVG_WIDTH } from "./_svg_style.ts";
import { fitText, px, textWidth, xmlText } from "./_svg_text.ts";
import { drawWaterfall } from "./_svg_waterfall.ts";
import { type SelectedTrace, TraceSelection } from "./_trace_selection.ts";

/** How much an {@linkcode SvgExporter} draws. */
export interface SvgExporterOptions {
  /** Most rows of waterfalls in the picture; siblings that do the same are one row. @default 1,000 */
  readonly maxSpans?: number;
  /** Which chart of a trace to draw. @default both, one below the other */
  readonly chart?: SvgChart;
}

/**
 * Draws traces as a picture: of each its waterfall and its flame graph, one below the other. It has no script
 * and refers to nothing outside; its colours follow the reader's preference, and what does not fit is in
 * tooltips.
 */
export class SvgExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #selection: TraceSelection;
  readonly #chart: SvgChart | undefined;

  constructor(options: SvgExporterOptions = {}) {
    const { maxSpans = SVG_MAX_SPANS, chart } = options;
    const { dropped, changed } = this;
    this.#chart = chart;
    this.#selection = new TraceSelection({
      maxSpans,
      dropped,
      changed,
      // One row may stand for so many.
      maxPendingSpans: MAX_PENDING_SPANS,
      // A flame graph is as large whatever the number of spans.
      sizeOf: (trace) => chart === "flame" ? 1 : new SpanRows(trace).count,
    });
  }

  begin(): string {
    return "";
  }

  span(span: Span): string {
    this.#selection.add(span);
    return "";
  }

  end(): string {
    const { traces } = this.#selection.finish();
    const colors = new ServiceColors();
    const parts: string[] = [];
    let top = SVG_MARGIN;
    for (const selected of traces) {
      const { svg, height } = this.#drawTrace(selected, top, colors);
      parts.push(svg);
      top += height + 20;
    }
    const leftOut = this.dropped.max_spans ?? 0;
    const note = traces.length === 0
      ? "No spans"
      : leftOut > 0
      ? `${countText(leftOut, "span")} left out`
      : "";
    if (note !== "") {
      parts.push(`<text class="d" x="${SVG_MARGIN}" y="${px(top + 12)}">${note}</text>\n`);
      top += 24;
    }
    const title = traces.length === 1
      ? `Trace ${traces[0].trace.traceId.slice(0, MAX_ID)}: ${frameName(traces[0].trace.rootSpan)}`
      : countText(traces.length, "trace");
    const hasWaterfall = traces.length > 0 && this.#chart !== "flame";
    const legend = drawLegend(colors, hasWaterfall, top);
    const height = px(top + legend.height + SVG_MARGIN);
    return `<?xml version="1.0" encoding="UTF-8"?>\n` +
      `<svg xmlns="http://www.w3.org/2000/svg" width="${SVG_WIDTH}" height="${height}" ` +
      `viewBox="0 0 ${SVG_WIDTH} ${height}" role="img">\n` +
      `<title>${xmlText(title.slice(0, MAX_TITLE))}</title>\n${SVG_STYLE}\n` +
      `<rect class="b" width="100%" height="100%"/>\n${parts.join("")}${legend.svg}</svg>\n`;
  }

  #drawTrace(
    { trace, shownCount }: SelectedTrace,
    from: number,
    colors: ServiceColors,
  ): { svg: string; height: number } {
    const parts = [drawHeader(trace, from)];
    let top = from + 44;
    if (this.#chart !== "flame") {
      const rows = new SpanRows(trace);
      const { svg, height } = drawWaterfall(rows, shownCount, top, colors);
      parts.push(svg);
      top += height + 12;
      this.#countLeftOut(rows, shownCount);
    }
    if (this.#chart !== "waterfall") {
      const { svg, height } = drawFlameGraph(new FlameGraph(trace), top, colors);
      parts.push(svg);
      top += height + 12;
    }
    for (const { span } of trace.nodes) countShownSpan(span, this);
    return { svg: parts.join(""), height: top - from };
  }

  #countLeftOut(rows: SpanRows, shownCount: number): void {
    for (let row = shownCount; row < rows.count; row++) {
      const shown = rows.rowAt(row)!;
      const count = shown.type === "group" ? shown.hiddenCount : 1 + shown.hiddenCount;
      countReason(this.dropped, "max_spans", count);
    }
  }
}

/** More rows than one wants to look at in a picture. */
export const SVG_MAX_SPANS = 1000;

const MAX_PENDING_SPANS = 200_000;
const MAX_ID = 64;
const MAX_TITLE = 300;

function drawHeader(trace: Trace, top: number): string {
  const { rootSpan, errorCount, nodes } = trace;
  const service = spanService(rootSpan);
  const name = frameName(rootSpan);
  const figures = [
    formatDuration(trace.durationNano),
    countText(nodes.length, "span"),
    ...(errorCount > 0 ? [countText(errorCount, "error")] : []),
    ...(trace.runningCount > 0 ? [`${trace.runningCount} running`] : []),
    ...(trace.unfinishedCount > 0 ? [`${trace.unfinishedCount} unfinished`] : []),
    `began ${formatDateTime(trace.startTimeUnixNano, 0)} UTC`,
    `trace ${trace.traceId.slice(0, MAX_ID)}`,
  ];
  const heading = fitText(
    service === undefined ? name : `${name}  [${service}]`,
    (SVG_WIDTH - 2 * SVG_MARGIN) * 0.75,
  );
  return `<text class="h" x="${SVG_MARGIN}" y="${px(top + 14)}">${xmlText(heading)}</text>\n` +
    `<text class="d" x="${SVG_MARGIN}" y="${px(top + 32)}">${
      xmlText(figures.join(" · "))
    }</text>\n`;
}

/** Which colour is which service, as many as fit into a few lines. */
function drawLegend(
  colors: ServiceColors,
  hasWaterfall: boolean,
  top: number,
): { svg: string; height: number } {
  const parts: string[] = [];
  let x = SVG_MARGIN;
  let y = top;
  if (hasWaterfall) {
    parts.push(
      `<path class="k" d="M${x} ${px(y + 5)}h12v2h-12z"/>` +
        `<text class="d" x="${x + 17}" y="${px(y + 10)}">what the root waited for</text>\n`,
    );
    x += 17 + textWidth("what the root waited for") + 12;
  }
  for (const [service, className] of colors.all) {
    if (service === "") continue;
    const label = fitText(service, 200);
    const width = 18 + textWidth(label) + 12;
    if (x + width > SVG_WIDTH - SVG_MARGIN) {
      x = SVG_MARGIN;
      y += 18;
    }
    if (y - top >= MAX_LEGEND_HEIGHT) {
      parts.push(`<text class="d" x="${x}" y="${px(y + 10)}">…</text>\n`);
      y += 18;
      break;
    }
    parts.push(
      `<rect class="${className}" x="${px(x)}" y="${px(y)}" width="12" height="12"/>` +
        `<text class="d" x="${px(x + 17)}" y="${px(y + 10)}">${xmlText(label)}</text>\n`,
    );
    x += width;
  }
  return { svg: parts.join(""), height: parts.length === 0 ? 0 : y - top + 18 };
}

const MAX_LEGEND_HEIGHT = 18 * 6;
