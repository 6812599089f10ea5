/** A stretch of time, in nanoseconds after the start of a trace. */
export interface TimeRange {
  readonly fromNano: number;
  readonly toNano: number;
}

/** What a bar stands for. */
export type BarKind = "ended" | "running" | "unfinished" | "group";

/** How to draw a bar. */
export interface SpanBarOptions {
  readonly columns: number;
  /** What the columns show of the trace. */
  readonly window: TimeRange;
  readonly kind: BarKind;
  /** When the trace waited for the span. @default never */
  readonly critical?: readonly TimeRange[];
}

interface BarGlyphs {
  readonly body: string;
  readonly left: string;
  readonly right: string;
  /** What stands at the end of the bar instead, for who sees no colours. */
  readonly end?: string;
}

const GLYPHS: Readonly<Record<BarKind, BarGlyphs>> = {
  ended: { body: "━", left: "╸", right: "╺" },
  running: { body: "╍", left: "╸", right: "╺", end: "▶" },
  unfinished: { body: "╍", left: "╸", right: "╺", end: "?" },
  group: { body: "┄", left: "┄", right: "┄" },
};
const CRITICAL = "█";
const BEFORE = "◂";
const AFTER = "▸";

/**
 * Draws when a span ran, as a bar of exactly `columns` columns with a resolution of half a column. The stretches
 * that the trace waited for are heavier. What lies outside of the window is told by an arrow at
 * its edge.
 */
export function spanBar({ fromNano, toNano }: TimeRange, options: SpanBarOptions): string {
  const { columns, window, kind } = options;
  if (columns <= 0) return "";
  const length = window.toNano - window.fromNano;
  if (toNano < window.fromNano) return BEFORE + " ".repeat(columns - 1);
  if (fromNano > window.toNano && length > 0) return " ".repeat(columns - 1) + AFTER;
  const halves = columns * 2;
  const scale = (nano: number): number =>
    length <= 0
      ? (nano <= window.fromNano ? 0 : halves)
      : Math.max(0, Math.min(halves, Math.round((nano - window.fromNano) / length * halves)));
  const start = Math.min(halves - 1, scale(fromNano));
  const end = Math.max(start + 1, scale(toNano));
  const { body, left, right, end: mark } = GLYPHS[kind];
  const first = start >> 1;
  const last = (end - 1) >> 1;
  const cells: string[] = new Array(columns).fill(" ");
  for (let column = first; column <= last; column++) {
    const hasLeft = column * 2 >= start;
    const hasRight = column * 2 + 1 < end;
    cells[column] = hasLeft && hasRight ? body : hasLeft ? left : right;
  }
  for (const stretch of options.critical ?? []) {
    const from = scale(stretch.fromNano);
    const to = scale(stretch.toNano);
    // What is shorter than a column does not make one heavy.
    for (let column = (from + 1) >> 1; column < to >> 1; column++) {
      if (column >= first && column <= last) cells[column] = CRITICAL;
    }
  }
  if (mark !== undefined && toNano <= window.toNano) cells[last] = mark;
  return cells.join("");
}
