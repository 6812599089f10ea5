import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { fitLine, type Line, lineWidth, paintLine, type Segment } from "../terminal/frame.ts";
import { ATTENTION, describeDuration, describeSpan, DIM, show } from "./span_text.ts";
import { countText } from "../views/count_text.ts";
import { formatDateTime } from "../views/time_text.ts";
import { nodeIndexOfRow, treeGuides } from "./trace_rows.ts";

/** How to print a trace. */
export interface PrintTraceOptions {
  /** Whether to write colours. */
  readonly color: boolean;
  /** Columns to cut lines to. @default nothing is cut */
  readonly width?: number;
  /** Minutes east of UTC to print times in. @default 0 */
  readonly offsetMinutes?: number;
  /** What running spans are measured against. @default nothing runs any more */
  readonly nowUnixNano?: bigint;
  /**
   * Indexes of the spans to mark at the end of their lines; when that is all of them, none is marked.
   *
   * @default none
   */
  readonly marked?: ReadonlySet<number>;
}

/** Deeper levels are told by a number, so that a chain of 100,000 spans prints in lines, not pages. */
const MAX_LEVELS = 40;
const MARK: Segment = { text: "◀", style: { color: "cyan", isBold: true } };
const NO_MARKS: ReadonlySet<number> = new Set();

/**
 * Prints a trace as a tree: a line for the root span with the figures of the trace, then a line a
 * span. Text from spans is escaped, so the result is safe to write to a terminal.
 *
 * @returns Lines, each with its line end.
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import { printTrace } from "./print_trace.ts";
 *
 * const trace = buildTrace("t", [{
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /users/7",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 12_300_000n,
 *   state: "ended",
 *   attributes: createAttributes([["status", "200"]]),
 * }]);
 * const text = printTrace(trace, { color: false });
 * if (text !== "⇄ GET /users/7  200  12.3ms  1 span  1970-01-01 00:00:00.000\n") throw new Error(text);
 * ```
 */
export function printTrace(trace: Trace, options: PrintTraceOptions): string {
  const lines: string[] = [];
  function print(line: Line): void {
    const { width } = options;
    const fitted = width !== undefined && lineWidth(line) > width ? fitLine(line, width) : line;
    lines.push(paintLine(fitted, options.color) + "\n");
  }
  const { marked } = options;
  const marks = marked !== undefined && marked.size < trace.nodes.length ? marked : NO_MARKS;
  for (let row = 0; row < trace.nodes.length; row++) {
    const line = row === 0 ? headerLine(trace, options) : spanLine(trace, row, options);
    if (marks.has(nodeIndexOfRow(trace, row))) line.push({ text: "  " }, MARK);
    print(line);
  }
  for (const warning of trace.warnings) {
    print([{ text: `! ${show(warning, options.width)}`, style: ATTENTION }]);
  }
  return lines.join("");
}

function headerLine(trace: Trace, options: PrintTraceOptions): Segment[] {
  const figures = [
    describeDuration(trace.rootSpan, options.nowUnixNano),
    { text: countText(trace.nodes.length, "span"), style: DIM },
  ];
  if (trace.errorCount > 0) {
    figures.push({ text: countText(trace.errorCount, "error"), style: { color: "red" } });
  }
  figures.push({
    text: formatDateTime(trace.startTimeUnixNano, options.offsetMinutes ?? 0),
    style: DIM,
  });
  return describeSpan(trace.rootSpan, {
    nameStyle: { isBold: true },
    isOrphan: trace.nodes[trace.rootIndex].isOrphan,
    figures,
    maxLength: lengthLimit(options),
  });
}

function spanLine(trace: Trace, row: number, options: PrintTraceOptions): Segment[] {
  const index = nodeIndexOfRow(trace, row);
  const { span, parent, isOrphan } = trace.nodes[index];
  const above = parent < 0 ? trace.rootSpan : trace.nodes[parent].span;
  const guides = { text: treeGuides(trace, index, MAX_LEVELS), style: DIM };
  return [
    guides,
    ...describeSpan(span, {
      knownService: spanService(above),
      isOrphan,
      figures: [describeDuration(span, options.nowUnixNano)],
      maxLength: lengthLimit(options),
    }),
  ];
}

/** Text far beyond the width need not be looked at; without a width nothing is left out. */
function lengthLimit({ width }: PrintTraceOptions): number | undefined {
  return width === undefined ? undefined : width * 16 + 64;
}
