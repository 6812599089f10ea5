import { formatDuration } from "../model/duration.ts";
import type { Trace } from "../model/trace.ts";
import { fitLine, type Line, lineWidth, type Segment } from "../terminal/frame.ts";
import { countText } from "../views/count_text.ts";
import { formatDateTime } from "../views/time_text.ts";
import { lengthChange } from "./diff_items.ts";
import type { PageContext } from "./page.ts";
import { describeSpan, DIM, show } from "./span_text.ts";

const LABELS = ["before", "after"] as const;

/** Which traces are compared, a line each, and in a third line how much longer one of them is. */
export function diffHeader(
  traceIds: readonly string[],
  traces: readonly (Trace | undefined)[],
  context: PageContext,
): Line[] {
  const { columns } = context.size;
  const lines = traces.map((trace, at): Line => {
    const label: Segment = { text: ` ${LABELS[at].padEnd(7)}`, style: { isBold: true } };
    if (trace === undefined) {
      const text = `trace ${show(traceIds[at], 200)} is not among the traces here`;
      return fitLine([label, { text, style: DIM }], columns);
    }
    const right = figures(trace, context);
    const room = columns - lineWidth(right);
    const left = [label, ...describeSpan(trace.rootSpan, { maxLength: columns * 4 })];
    return room < 24 ? fitLine(left, columns) : [...fitLine(left, room), ...right];
  });
  const [before, after] = traces;
  const change: Segment[] = before === undefined || after === undefined ? [] : [
    { text: ` ${lengthChange(before.durationNano, after.durationNano)}`, style: { isBold: true } },
    { text: `, ${spanChange(after.nodes.length - before.nodes.length)}`, style: DIM },
  ];
  return [...lines, fitLine(change, columns)];
}

function figures(trace: Trace, { size, offsetMinutes }: PageContext): Segment[] {
  const segments: Segment[] = [];
  if (size.columns >= 100) {
    const time = formatDateTime(trace.startTimeUnixNano, offsetMinutes);
    segments.push({ text: `  ${time}  ${show(trace.traceId, 32)}`, style: DIM });
  }
  segments.push({ text: `  ${countText(trace.nodes.length, "span")}`, style: DIM });
  if (trace.errorCount > 0) {
    const text = `  ✗ ${countText(trace.errorCount, "error")}`;
    segments.push({ text, style: { color: "red" } });
  }
  const text = `  ${formatDuration(trace.durationNano).padStart(7)} `;
  segments.push({ text, style: { isBold: true } });
  return segments;
}

function spanChange(difference: number): string {
  if (difference === 0) return "as many spans";
  return `${countText(Math.abs(difference), "span")} ${difference > 0 ? "more" : "fewer"}`;
}
