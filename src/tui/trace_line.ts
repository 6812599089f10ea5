import type { TraceEntry } from "../assemble/trace_list.ts";
import { formatDuration } from "../model/duration.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { fitLine, type Line, lineWidth, restyleLine, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { countText } from "../views/count_text.ts";
import { formatClock } from "../views/time_text.ts";
import {
  ATTENTION,
  describeDuration,
  describeRunning,
  describeSpan,
  DIM,
  kindMark,
  show,
} from "./span_text.ts";
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
  /** Whether the query finds the span in the row. */
  readonly isFound?: boolean;
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

/** What a row is made of, before it is fitted to the screen. */
interface RowParts {
  readonly left: readonly Segment[];
  /** The least important first. */
  readonly right: readonly Segment[];
  bar(columns: number): Segment;
}

/** Draws one row of a trace, exactly as wide as the list: row 0 is the header, see `nodeIndexOfRow`. */
export function traceLine(trace: Trace, row: number, options: TraceLineOptions): Line {
  const index = nodeIndexOfRow(trace, row);
  const { span } = trace.nodes[index];
  return fitRow({
    left: row === 0 ? headerText(trace, options) : rowText(trace, index, options.columns),
    right: row === 0
      ? headerFigures(trace, options)
      : [padDuration(describeDuration(span, options.nowUnixNano))],
    bar: (columns) => ({
      text: waterfallBar(trace, span, { columns, nowUnixNano: options.nowUnixNano }),
      style: barStyle(trace, index),
    }),
  }, options);
}

/** The header of a folded trace, drawn from what the list knows without building its tree. */
export function entryLine(entry: TraceEntry, options: TraceLineOptions): Line {
  const { columns } = options;
  const isRunning = entry.runningCount > 0 && options.nowUnixNano !== undefined;
  const elapsed = (options.nowUnixNano ?? 0n) - entry.startTimeUnixNano;
  const mark = kindMark(entry);
  const service = entry.service === undefined ? [] : [
    { text: "  " },
    { text: `[${show(entry.service, columns)}]`, style: { color: "cyan" } as const },
  ];
  return fitRow({
    left: [
      { text: "▸ " },
      { text: `${formatClock(entry.startTimeUnixNano, options.offsetMinutes)} `, style: DIM },
      { text: `${mark.symbol} `, style: mark.style },
      { text: show(entry.name, columns * 4) || "(no name)", style: { isBold: true } },
      ...service,
    ],
    right: [
      ...countFigures(entry, options),
      padDuration({
        text: isRunning ? describeRunning(elapsed) : formatDuration(entry.durationNano),
        style: { isBold: true },
      }),
    ],
    bar: (columns) => ({ text: (isRunning ? "╍" : "━").repeat(columns), style: mark.style }),
  }, options);
}

function fitRow(parts: RowParts, options: TraceLineOptions): Line {
  const { columns } = options;
  const barColumns = columns < MIN_COLUMNS_WITH_BAR
    ? 0
    : Math.min(MAX_BAR_COLUMNS, Math.max(MIN_BAR_COLUMNS, Math.floor(columns * 0.22)));
  const gutter: Segment = options.isMarked
    ? { text: "»", style: { color: "magenta", isBold: true } }
    : options.isFound
    ? { text: "◆", style: ATTENTION }
    : options.isSelectedTrace
    ? { text: "┃", style: { color: "cyan" } }
    : { text: " " };
  const { left } = parts;
  let { right } = parts;
  const inner = columns - 1 - (barColumns > 0 ? barColumns + 3 : 0);
  const maxRight = Math.floor(inner * (1 - LEFT_SHARE));
  // Too narrow for all figures: the duration, which stands last, is worth most.
  while (right.length > 1 && lineWidth(right) > maxRight) right = right.slice(1);
  if (lineWidth(right) > maxRight) right = [];
  const content = [...fitLine(left, Math.max(0, inner - lineWidth(right) - 1)), { text: " " }];
  const line: Segment[] = [...content, ...right];
  if (barColumns > 0) {
    line.push({ text: "  " }, parts.bar(barColumns), { text: " " });
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
  const figures = countFigures({
    errorCount: trace.errorCount,
    runningCount: trace.runningCount,
    unfinishedCount: trace.unfinishedCount,
    spanCount: trace.nodes.length,
    warningCount: trace.warnings.length,
    isToldByDuration: trace.rootSpan.state !== "ended",
  }, options);
  const duration = headerDuration(trace, options.nowUnixNano);
  // What goes on after the root span has ended is not in its own duration.
  const root = describeDuration(trace.rootSpan, options.nowUnixNano);
  const isTold = root.text === duration.text.trimStart();
  if (!isTold && options.columns >= MIN_COLUMNS_WITH_BAR) {
    figures.unshift({ text: `root ${root.text}  `, style: DIM });
  }
  figures.push({ ...duration, style: { ...duration.style, isBold: true } });
  return figures;
}

interface Counts {
  readonly spanCount: number;
  readonly warningCount?: number;
  readonly errorCount: number;
  readonly runningCount: number;
  readonly unfinishedCount: number;
  /** Whether the duration says already that one is unfinished. */
  readonly isToldByDuration?: boolean;
}

function countFigures(told: Counts, options: TraceLineOptions): Segment[] {
  const figures: Segment[] = [];
  function add(count: number, word: string, style: Style): void {
    if (count > 0) figures.push({ text: `${countText(count, word)}  `, style });
  }
  add(told.warningCount ?? 0, "warning", ATTENTION);
  if (told.spanCount > 1) add(told.spanCount, "span", DIM);
  const isOver = options.nowUnixNano === undefined;
  const unfinishedCount = told.unfinishedCount + (isOver ? told.runningCount : 0);
  if (unfinishedCount > 0 && !(unfinishedCount === 1 && told.isToldByDuration)) {
    figures.push({ text: `${unfinishedCount} unfinished  `, style: ATTENTION });
  }
  add(told.errorCount, "error", { color: "red" });
  return figures;
}

/** How long the trace took; while anything runs, for how long it has been running. */
function headerDuration(trace: Trace, nowUnixNano: bigint | undefined): Segment {
  const { rootSpan, runningCount, startTimeUnixNano } = trace;
  if (rootSpan.state !== "ended") return padDuration(describeDuration(rootSpan, nowUnixNano));
  return padDuration({
    text: runningCount === 0 || nowUnixNano === undefined
      ? formatDuration(trace.durationNano)
      : describeRunning(nowUnixNano - startTimeUnixNano),
  });
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
