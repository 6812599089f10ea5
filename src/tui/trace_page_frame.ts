import type { SpanNode, Trace } from "../model/trace.ts";
import { spanService } from "../model/span_service.ts";
import { fitLine, type Frame, type Line, lineWidth, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { formatDuration } from "../model/duration.ts";
import { countText, formatCount } from "../views/count_text.ts";
import { timeTicks } from "../views/time_axis.ts";
import { formatDateTime, formatNano } from "../views/time_text.ts";
import { detailsFrame } from "./details_pane.ts";
import { fillLines } from "./fill_lines.ts";
import { flameFrame } from "./flame_view.ts";
import { highlight } from "./highlight.ts";
import type { PageContext } from "./page.ts";
import type { TimeRange } from "./span_bar.ts";
import {
  ATTENTION,
  describeDuration,
  describeRunning,
  describeSpan,
  DIM,
  show,
} from "./span_text.ts";
import { placeColumns, tableHeader, tableRow, type TextTable } from "./text_table.ts";
import {
  detailsLines,
  flameLook,
  foundSpans,
  type SceneMemo,
  type TraceScene,
} from "./trace_page_state.ts";
import { rowLine } from "./trace_row_line.ts";
import { PATH_TABLE, repeatsTable } from "./trace_tables.ts";
import type { VisibleRows } from "./visible_rows.ts";

const BOLD: Style = { isBold: true };
const EDGE: Style = { isDim: true };
const FOCUSED_EDGE: Style = { color: "cyan" };

/** Draws the trace page. */
export function traceFrame(scene: TraceScene, memo: SceneMemo, context: PageContext): Frame {
  const { layout, state } = scene;
  const { size } = context;
  const header = [figuresLine(scene, context), axisLine(scene, context)];
  const main = mainLines(scene, memo, context);
  const lines: Line[] = header.slice(0, layout.headerRows);
  const { details } = layout;
  if (details === undefined) return [...lines, ...main].slice(0, size.rows);
  const side = detailsFrame(
    detailsLines(scene, memo, context),
    state.details.cursor,
    details,
    state.isDetailFocused,
  );
  const edge = state.isDetailFocused ? FOCUSED_EDGE : EDGE;
  if (details.column > 0) {
    main.forEach((line, at) => lines.push([...line, { text: "│", style: edge }, ...side[at]]));
    return lines;
  }
  lines.push(...main);
  if (layout.tree.rows > 0) {
    lines.push([{ text: "─".repeat(size.columns), style: edge }]);
  }
  lines.push(...side);
  return lines;
}

/** Whose trace it is, and its figures. */
function figuresLine({ trace, layout }: TraceScene, context: PageContext): Line {
  const { columns } = context.size;
  const { rootSpan, rootIndex, nodes } = trace;
  const left: Segment[] = [
    { text: " " },
    ...describeSpan(rootSpan, {
      nameStyle: BOLD,
      isOrphan: nodes[rootIndex].isOrphan,
      maxLength: columns * 4,
    }).slice(0, layout.headerRows > 1 ? undefined : 2),
  ];
  let right = traceFigures(trace, context);
  // The duration, which stands last, is worth most.
  while (right.length > 1 && lineWidth(right) > columns * 0.6) right = right.slice(1);
  if (lineWidth(right) > columns * 0.6) right = [];
  return [...fitLine(left, Math.max(0, columns - lineWidth(right))), ...right];
}

/** What is worth knowing of the whole trace, the least important first. */
function traceFigures(trace: Trace, { nowUnixNano }: PageContext): Segment[] {
  const figures: Segment[] = [];
  const add = (count: number, text: string, style: Style): void => {
    if (count > 0) figures.push({ text: `  ${text}`, style });
  };
  const isOver = nowUnixNano === undefined;
  const unfinished = trace.unfinishedCount + (isOver ? trace.runningCount : 0);
  const services = serviceCount(trace.nodes);
  add(trace.warnings.length, `! ${countText(trace.warnings.length, "warning")}`, ATTENTION);
  add(services > 1 ? services : 0, countText(services, "service"), DIM);
  add(1, countText(trace.nodes.length, "span"), DIM);
  add(unfinished, `${formatCount(unfinished)} unfinished`, ATTENTION);
  if (!isOver) {
    add(trace.runningCount, `${formatCount(trace.runningCount)} running`, ATTENTION);
  }
  add(trace.errorCount, `✗ ${countText(trace.errorCount, "error")}`, { color: "red" });
  const duration = trace.runningCount > 0 && !isOver
    ? {
      text: describeRunning(nowUnixNano - trace.startTimeUnixNano),
      style: ATTENTION,
    }
    : trace.rootSpan.state === "ended"
    ? { text: formatDuration(trace.durationNano) }
    : describeDuration(trace.rootSpan, nowUnixNano);
  figures.push({ text: "  " }, { text: duration.text, style: { ...duration.style, isBold: true } });
  figures.push({ text: " " });
  return figures;
}

const countsOfNodes = new WeakMap<readonly SpanNode[], number>();

function serviceCount(nodes: readonly SpanNode[]): number {
  let count = countsOfNodes.get(nodes);
  if (count === undefined) {
    const services = new Set<string | undefined>();
    for (const { span } of nodes) services.add(spanService(span));
    services.delete(undefined);
    countsOfNodes.set(nodes, count = services.size);
  }
  return count;
}

/** When the trace was and which it is; over the bars the axis of time. */
function axisLine({ trace, layout, state, window }: TraceScene, context: PageContext): Line {
  const { columns } = context.size;
  const hasAxis = state.view === "tree" && layout.barColumns > 0 && layout.tree.rows > 0;
  const axisColumns = hasAxis ? layout.barColumns : 0;
  const room = hasAxis ? layout.tree.columns - axisColumns : columns;
  const texts = [formatDateTime(trace.startTimeUnixNano, context.offsetMinutes)];
  if (state.zooms.length > 0) {
    texts.unshift(`zoom ${formatNano(window.fromNano)}–${formatNano(window.toNano)}`);
  }
  if (state.isCritical) texts.unshift("critical path");
  if (state.view === "flame") texts.unshift("flame graph");
  const left: Segment[] = [
    { text: ` ${texts.join("  ")}`, style: DIM },
    { text: `  ${show(trace.traceId, 200)}`, style: DIM },
  ];
  const line: Segment[] = [...fitLine(left, room)];
  if (hasAxis) line.push({ text: axisText(window, axisColumns), style: DIM });
  return fitLine(line, columns);
}

/** `╷0ms     ╷5ms     ╷10ms`, each mark at its time. */
function axisText({ fromNano, toNano }: TimeRange, columns: number): string {
  let text = "";
  for (const { nano, text: label } of timeTicks(fromNano, toNano, Math.floor(columns / 9))) {
    const at = Math.min(columns - 1, Math.floor((nano - fromNano) / (toNano - fromNano) * columns));
    if (at < text.length || at + 1 + label.length > columns) continue;
    text += " ".repeat(at - text.length) + "╷" + label;
  }
  return text.padEnd(columns);
}

function mainLines(scene: TraceScene, memo: SceneMemo, context: PageContext): Line[] {
  const { tree } = scene.layout;
  switch (scene.state.view) {
    case "tree":
      return treeLines(scene, memo, context);
    case "flame":
      return flameFrame(memo.trace.flame(scene.trace), flameLook(scene, memo), tree);
    case "repeats":
      return tableLines(scene, repeatsTable(scene.trace), memo.trace.repeats(scene.trace), {
        nothing: "Nothing is called many times by one span.",
      });
    case "path":
      return tableLines(scene, PATH_TABLE, memo.trace.pathOperations(scene.trace), {
        nothing: "The critical path is known once the trace has ended.",
      });
  }
}

function treeLines(scene: TraceScene, memo: SceneMemo, context: PageContext): Line[] {
  const { trace, rows, state, layout, window } = scene;
  const { top, selected } = state.cursor;
  const path = memo.trace.path(trace);
  const found = foundSpans(scene, memo, context);
  const lines: Line[] = [];
  for (let at = top; lines.length < layout.tree.rows; at++) {
    const isSelected = at === selected;
    const line = rowLine(rows, at, {
      columns: layout.tree.columns,
      barColumns: layout.barColumns,
      window,
      nowUnixNano: context.nowUnixNano,
      path,
      isSelected,
      isFocused: !state.isDetailFocused,
      isFound: found !== undefined && holdsFound(rows, at, found),
    });
    const isText = state.search !== "" && !state.search.startsWith("{");
    lines.push(isText && !isSelected ? highlight(line, state.search) : line);
  }
  return lines;
}

/** Whether a row shows, or hides, a span that was found. */
function holdsFound(rows: VisibleRows, place: number, found: Int32Array): boolean {
  const row = rows.rowAt(place);
  if (row === undefined) return false;
  const { nodes } = rows.trace;
  if (row.type === "group") {
    if (row.isOpen) return false;
    return row.indexes.some((index) => hasBetween(found, index, index + nodes[index].subtreeSize));
  }
  const hidden = row.isFolded ? nodes[row.index].subtreeSize : 1;
  return hasBetween(found, row.index, row.index + hidden);
}

/** Whether ascending numbers have one from a number on and before another. */
function hasBetween(numbers: Int32Array, from: number, end: number): boolean {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low < numbers.length && numbers[low] < end;
}

function tableLines<Row>(
  { state, layout: { tree } }: TraceScene,
  table: TextTable<Row>,
  rows: readonly Row[],
  { nothing }: { nothing: string },
): Line[] {
  const { columns } = tree;
  if (tree.rows < 1) return [];
  if (rows.length === 0) return fillLines([[{ text: ` ${nothing}`, style: DIM }]], tree);
  const shown = rows.slice(state.tableCursor.top, state.tableCursor.top + tree.rows - 1);
  const placed = placeColumns(table, shown, columns);
  const lines = [tableHeader(table, placed, columns)];
  shown.forEach((row, at) => {
    const isSelected = state.tableCursor.top + at === state.tableCursor.selected;
    lines.push(tableRow(table, placed, row, { width: columns, isSelected }));
  });
  return fillLines(lines, tree);
}
