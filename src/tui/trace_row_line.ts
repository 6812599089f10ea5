import { formatDuration } from "../model/duration.ts";
import { durationNano, isErrorSpan, type Span } from "../model/span.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { fitLine, type Line, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { alignRight } from "../terminal/text_width.ts";
import { countText, formatCount } from "../views/count_text.ts";
import type { GroupRow, RowGuides, SpanRow } from "../views/span_rows.ts";
import { formatNano } from "../views/time_text.ts";
import { spanBar, type TimeRange } from "./span_bar.ts";
import { ATTENTION, describeSpan, DIM, kindMark, show } from "./span_text.ts";
import type { PathIndex } from "./trace_memo.ts";
import type { VisibleRows } from "./visible_rows.ts";

/** How to draw the rows of a tree. */
export interface RowLineOptions {
  readonly columns: number;
  /** 0 for no bars. */
  readonly barColumns: number;
  /** What the bars show of the trace. */
  readonly window: TimeRange;
  /** `undefined` when nothing runs any more, whatever the spans say. */
  readonly nowUnixNano: bigint | undefined;
  readonly path: PathIndex;
  readonly isSelected: boolean;
  /** Whether keys go to the tree. */
  readonly isFocused: boolean;
  /** Whether the row holds what was searched for. */
  readonly isFound: boolean;
}

const ERROR: Style = { color: "red" };
const CRITICAL: Style = { isBold: true };
/** Room for `unfinished` would be too much on most screens. */
const DURATION_COLUMNS = 8;

/** Draws one row: the tree's lines, what the span does, its time, its bar. Exactly `columns` wide. */
export function rowLine(rows: VisibleRows, place: number, options: RowLineOptions): Line {
  const { columns, barColumns, isSelected } = options;
  const row = rows.rowAt(place);
  if (row === undefined) return fitLine([], columns);
  const { trace } = rows;
  const isOnPath = row.type === "span"
    ? options.path.isOnPath[row.index] === 1
    : row.indexes.some((index) => options.path.isOnPath[index] === 1);
  const gutter: Segment = isSelected
    ? { text: options.isFocused ? "▌" : "│", style: { color: "cyan" } }
    : options.isFound
    ? { text: "◆", style: ATTENTION }
    : { text: " " };
  const maxLevels = Math.max(1, Math.floor((columns - barColumns) / 8));
  const left: Segment[] = [
    { text: guideText(rows.guidesOf(place, maxLevels), row.depth, maxLevels), style: DIM },
    { text: foldMark(row), style: row.type === "group" ? undefined : DIM },
    ...(row.type === "group" ? groupText(row) : spanText(trace, row, columns)),
  ];
  const figure: Segment = row.type === "group"
    ? { text: row.p50Nano === undefined ? "" : formatNano(row.totalNano) }
    : spanTime(trace.nodes[row.index].span, options.nowUnixNano);
  const hasTime = columns >= 30;
  const right: Segment[] = hasTime
    ? [{ text: alignRight(figure.text, DURATION_COLUMNS), style: figure.style }]
    : [];
  if (barColumns > 0) {
    const bar = row.type === "group"
      ? groupBar(trace, row, options)
      : nodeBar(trace, row.index, options);
    // The path shows without colours, too: by a mark where its bar is too short to be heavy.
    right.push({ text: isOnPath ? "┃" : " ", style: CRITICAL }, bar);
  }
  const taken = (hasTime ? DURATION_COLUMNS : 0) + (barColumns > 0 ? barColumns + 1 : 0);
  const body = [...fitLine(left, Math.max(0, columns - 1 - taken)), ...right];
  // Without its own colours, which would be backgrounds of all sorts.
  const shown = isSelected && options.isFocused
    ? body.map(({ text }): Segment => ({ text, style: { isInverse: true } }))
    : body;
  return fitLine([gutter, ...shown], columns);
}

/** When a span ran, in nanoseconds after its trace's start; to `latestNano` when it has no end. */
export function rangeOf(trace: Trace, index: number, latestNano: number): TimeRange {
  const { span } = trace.nodes[index];
  const fromNano = Number(span.startTimeUnixNano - trace.startTimeUnixNano);
  const toNano = span.endTimeUnixNano === undefined
    ? Math.max(fromNano, latestNano)
    : Number(span.endTimeUnixNano - trace.startTimeUnixNano);
  return { fromNano, toNano };
}

/** The latest moment of a trace, in nanoseconds after its start: now while something runs. */
export function latestNano(trace: Trace, nowUnixNano: bigint | undefined): number {
  const known = Number(trace.durationNano);
  if (trace.runningCount === 0 || nowUnixNano === undefined) return known;
  return Math.max(known, Number(nowUnixNano - trace.startTimeUnixNano));
}

function guideText(guides: RowGuides | undefined, depth: number, maxLevels: number): string {
  if (depth === 0) return "";
  // Where rows are left out, lines would tie together what does not belong together.
  if (guides === undefined) {
    return depth > maxLevels ? `…${depth} ` : "  ".repeat(depth);
  }
  const { level, lines, isLoose } = guides;
  let text = level > lines.length ? `…${level} ` : "";
  for (let at = 0; at < lines.length - 1; at++) text += lines[at] ? "│ " : "  ";
  return text + (lines.at(-1) ? "├" : "└") + (isLoose ? "╌" : "─");
}

function foldMark(row: SpanRow | GroupRow): string {
  if (row.type === "group") return row.isOpen ? "▾ " : "▸ ";
  if (!row.hasChildren) return row.depth === 0 ? "• " : "╴ ";
  return row.isFolded ? "▸ " : "▾ ";
}

function spanText(trace: Trace, row: SpanRow, columns: number): Segment[] {
  const { span, parent, isOrphan } = trace.nodes[row.index];
  const above = parent >= 0
    ? trace.nodes[parent].span
    : row.depth === 0
    ? undefined
    : trace.rootSpan;
  const segments = describeSpan(span, {
    knownService: above && spanService(above),
    isOrphan,
    maxLength: columns * 4,
    nameStyle: row.depth === 0 ? { isBold: true } : undefined,
    figures: row.isFolded ? [{ text: `+${formatCount(row.hiddenCount)}`, style: DIM }] : [],
  });
  return segments;
}

function groupText(row: GroupRow): Segment[] {
  const segments: Segment[] = [
    { text: `×${formatCount(row.count)} `, style: { isBold: true } },
    { text: row.name === "" ? "(no name)" : show(row.name, 1000) },
  ];
  if (row.p50Nano !== undefined) {
    segments.splice(1, 0, { text: `p50 ${formatNano(row.p50Nano)}  `, style: { color: "cyan" } });
  }
  if (row.errorCount > 0) {
    segments.splice(1, 0, { text: `✗ ${countText(row.errorCount, "error")}  `, style: ERROR });
  }
  if (row.runningCount > 0) {
    segments.splice(1, 0, { text: `${formatCount(row.runningCount)} running  `, style: ATTENTION });
  }
  return segments;
}

function spanTime(span: Span, nowUnixNano: bigint | undefined): Segment {
  const duration = durationNano(span);
  if (duration !== undefined) return { text: formatDuration(duration) };
  if (span.state === "unfinished" || nowUnixNano === undefined) {
    return { text: "no end", style: ATTENTION };
  }
  const elapsed = nowUnixNano - span.startTimeUnixNano;
  return { text: `${formatDuration(elapsed > 0n ? elapsed : 0n)}…`, style: ATTENTION };
}

function nodeBar(trace: Trace, index: number, options: RowLineOptions): Segment {
  const { span } = trace.nodes[index];
  const isOver = span.state === "unfinished" || options.nowUnixNano === undefined;
  const text = spanBar(rangeOf(trace, index, latestNano(trace, options.nowUnixNano)), {
    columns: options.barColumns,
    window: options.window,
    kind: span.endTimeUnixNano !== undefined ? "ended" : isOver ? "unfinished" : "running",
    critical: options.path.segmentsOf(index),
  });
  const style = isErrorSpan(span)
    ? ERROR
    : span.state !== "ended"
    ? ATTENTION
    : kindMark(span).style;
  return { text, style };
}

function groupBar(trace: Trace, row: GroupRow, options: RowLineOptions): Segment {
  const text = spanBar(row, {
    columns: options.barColumns,
    window: options.window,
    kind: "group",
  });
  const style = row.errorCount > 0 ? ERROR : kindMark(trace.nodes[row.indexes[0]].span).style;
  return { text, style };
}
