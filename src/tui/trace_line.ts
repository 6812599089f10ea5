import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { fitLine, type Line, lineWidth, restyleLine, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { describeDuration, describeRunning, describeSpan, DIM, kindMark } from "./span_text.ts";
import { countText } from "../views/count_text.ts";
import { formatClock } from "../views/time_text.ts";
import { nodeIndexOfRow, treeGuides } from "./trace_rows.ts";
import { waterfallBar } from "./waterfall.ts";

/** How to draw the rows of a trace. */
export interface TraceLineOptions {
  readonly columns: number;
  /** `undefined` when nothing runs any more, whatever the spans say. */
  readonly nowUnixNano: bigint | undefined;
  readonly offsetMinutes: number;
  readonly isExpanded: boolean;
  /** Whether this is the row that keys act on. */
  readonly isSelectedRow: boolean;
  /** Whether the row belongs to the trace that keys act on. */
  readonly isSelectedTrace: boolean;
  /** Whether the trace is marked for a comparison. */
  readonly isMarked: boolean;
}

/** Below this width there is no room for bars. */
const MIN_COLUMNS_WITH_BAR = 100;
const MIN_BAR_COLUMNS = 20;
const MAX_BAR_COLUMNS = 60;
const MIN_DURATION_COLUMNS = 7;
/** The name keeps at least this share of the columns, whatever stands on the right. */
const LEFT_SHARE = 0.5;
/** What stands before a tree row, so that its guides begin under the header's mark. */
const ROW_INDENT = "  ";

/** Draws one row of a trace, exactly as wide as the list: row 0 is the header, see `nodeIndexOfRow`. */
export function traceLine(trace: Trace, row: number, options: TraceLineOptions): Line {
  const { columns } = options;
  const index = nodeIndexOfRow(trace, row);
  const { span } = trace.nodes[index];
  const barColumns = columns < MIN_COLUMNS_WITH_BAR
    ? 0
    : Math.min(MAX_BAR_COLUMNS, Math.max(MIN_BAR_COLUMNS, Math.floor(columns * 0.22)));
  const gutter: Segment = options.isMarked
    ? { text: "◆", style: { color: "magenta", isBold: true } }
    : options.isSelectedTrace
    ? { text: "┃", style: { color: "cyan" } }
    : { text: " " };
  const left = row === 0 ? headerText(trace, options) : rowText(trace, index, columns);
  let right = row === 0
    ? headerFigures(trace, options)
    : [padDuration(describeDuration(span, options.nowUnixNano))];
  const inner = columns - 1 - (barColumns > 0 ? barColumns + 3 : 0);
  const maxRight = Math.floor(inner * (1 - LEFT_SHARE));
  // Too narrow for all figures: the duration, which stands last, is worth most.
  while (right.length > 1 && lineWidth(right) > maxRight) right = right.slice(1);
  if (lineWidth(right) > maxRight) right = [];
  const content = [...fitLine(left, Math.max(0, inner - lineWidth(right) - 1)), { text: " " }];
  const line: Segment[] = [...content, ...right];
  if (barColumns > 0) {
    const bar = waterfallBar(trace, span, {
      columns: barColumns,
      nowUnixNano: options.nowUnixNano,
    });
    line.push({ text: "  " }, { text: bar, style: barStyle(trace, index) }, { text: " " });
  }
  // Without its own colours, which would be backgrounds of all sorts.
  const body = options.isSelectedRow
    ? line.map(({ text }) => ({ text, style: { isInverse: true } }))
    : line;
  return fitLine([gutter, ...body], columns);
}

function headerText(trace: Trace, options: TraceLineOptions): Segment[] {
  const hasTree = trace.nodes.length > 1;
  const fold = !hasTree ? "•" : options.isExpanded ? "▾" : "▸";
  return [
    { text: `${fold} ` },
    { text: `${formatClock(trace.startTimeUnixNano, options.offsetMinutes)} `, style: DIM },
    ...describeSpan(trace.rootSpan, {
      nameStyle: { isBold: true },
      isOrphan: trace.nodes[trace.rootIndex].isOrphan,
      maxLength: options.columns * 4,
    }),
  ];
}

function rowText(trace: Trace, index: number, columns: number): Segment[] {
  const { span, parent, isOrphan } = trace.nodes[index];
  const above = parent < 0 ? trace.rootSpan : trace.nodes[parent].span;
  // Half of the names' columns at most go into the tree's lines.
  const maxLevels = Math.max(2, Math.floor(columns / 10));
  return [
    { text: ROW_INDENT + treeGuides(trace, index, maxLevels), style: DIM },
    ...describeSpan(span, {
      knownService: spanService(above),
      isOrphan,
      maxLength: columns * 4,
    }),
  ];
}

/** What is worth knowing of the whole trace, the least important first. */
function headerFigures(trace: Trace, options: TraceLineOptions): Segment[] {
  const figures: Segment[] = [];
  function add(count: number, word: string, style: Style): void {
    if (count > 0) figures.push({ text: `${countText(count, word)}  `, style });
  }
  add(trace.warnings.length, "warning", { color: "yellow" });
  if (trace.nodes.length > 1) add(trace.nodes.length, "span", DIM);
  const isOver = options.nowUnixNano === undefined;
  const unfinishedCount = trace.unfinishedCount + (isOver ? trace.runningCount : 0);
  const isToldByDuration = unfinishedCount === 1 && trace.rootSpan.state !== "ended";
  if (unfinishedCount > 0 && !isToldByDuration) {
    figures.push({ text: `${unfinishedCount} unfinished  `, style: { color: "yellow" } });
  }
  add(trace.errorCount, "error", { color: "red" });
  const duration = headerDuration(trace, options.nowUnixNano);
  figures.push({ ...duration, style: { ...duration.style, isBold: true } });
  return figures;
}

/** The root span's duration; while anything runs, for how long the trace has been running. */
function headerDuration(trace: Trace, nowUnixNano: bigint | undefined): Segment {
  const { rootSpan, runningCount, startTimeUnixNano } = trace;
  return padDuration(
    runningCount === 0 || nowUnixNano === undefined || rootSpan.state === "running"
      ? describeDuration(rootSpan, nowUnixNano)
      : { text: describeRunning(nowUnixNano - startTimeUnixNano) },
  );
}

function padDuration(segment: Segment): Segment {
  return { ...segment, text: segment.text.padStart(MIN_DURATION_COLUMNS) };
}

function barStyle(trace: Trace, index: number): Style {
  const { span } = trace.nodes[index];
  if (span.state !== "ended") return { color: "yellow" };
  return kindMark(span).style;
}

/** The header of a trace whose tree has been scrolled past it: it stays at the top of the list. */
export function pinnedLine(trace: Trace, options: TraceLineOptions): Line {
  return restyleLine(traceLine(trace, 0, options), { isUnderlined: true });
}
