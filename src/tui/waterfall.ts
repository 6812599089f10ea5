import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";

/**
 * Draws when a span ran within its trace, as a bar of exactly `columns` columns with a resolution of
 * half a column. A span without an end is dashed up to the trace's latest moment.
 *
 * @param nowUnixNano The latest moment of a trace that is still running; `undefined` when none is.
 */
export function waterfallBar(
  trace: Trace,
  span: Span,
  options: { columns: number; nowUnixNano: bigint | undefined },
): string {
  const { columns, nowUnixNano } = options;
  const from = trace.startTimeUnixNano;
  const known = from + trace.durationNano;
  const isGrowing = trace.runningCount > 0 && nowUnixNano !== undefined && nowUnixNano > known;
  const to = isGrowing ? nowUnixNano : known;
  const length = to - from;
  const halves = columns * 2;
  const spanTo = span.endTimeUnixNano ?? to;
  const last = halves - 1;
  const start = Math.min(last, scale(span.startTimeUnixNano - from, length, halves));
  const end = Math.max(start + 1, Math.min(halves, scale(spanTo - from, length, halves)));
  const isEnded = span.endTimeUnixNano !== undefined;
  let bar = "";
  for (let column = 0; column < columns; column++) {
    const hasLeft = column * 2 >= start && column * 2 < end;
    const hasRight = column * 2 + 1 >= start && column * 2 + 1 < end;
    if (hasLeft && hasRight) bar += isEnded ? "━" : "╍";
    else bar += hasLeft ? "╸" : hasRight ? "╺" : " ";
  }
  return bar;
}

/** Where `part` of `whole` lies among `steps`, at a precision that a screen can show. */
function scale(part: bigint, whole: bigint, steps: number): number {
  if (whole <= 0n) return part <= 0n ? 0 : steps;
  return Math.round(Number(part) / Number(whole) * steps);
}
