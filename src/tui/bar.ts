import { fitLine, type Line, lineWidth, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";

/** A few words on a bar. */
export interface BarItem<Action> {
  /** Escaped. */
  readonly text: string;
  /** The lower, the longer it stays as the screen gets narrower; 0 stays always. */
  readonly rank: number;
  /** Beside the bar's own style. */
  readonly style?: Style;
  /** What a click on it does. */
  readonly action?: Action;
}

/** A bar as it is shown, and what a click on each of its columns does. */
export interface Bar<Action> {
  readonly line: Line;
  actionAt(column: number): Action | undefined;
}

/**
 * Lays out a bar of one line: some items at its left, some at its right. As many are left out as do
 * not fit, those of the highest ranks first.
 */
export function layOutBar<Action>(
  items: { left: readonly BarItem<Action>[]; right: readonly BarItem<Action>[] },
  { columns, style }: { columns: number; style: Style },
): Bar<Action> {
  let { left, right } = items;
  const ranks = [...left, ...right].map(({ rank }) => rank).sort((a, b) => b - a);
  for (const rank of new Set(ranks)) {
    if (rank === 0 || width(left) + width(right) <= columns) break;
    left = left.filter((item) => item.rank < rank);
    right = right.filter((item) => item.rank < rank);
  }
  const end = right.map((item) => segment(item, style));
  const startColumns = Math.max(0, columns - lineWidth(end));
  const start = fitLine(left.map((item) => segment(item, style)), startColumns, style);
  return {
    line: fitLine([...start, ...end], columns, style),
    actionAt(column): Action | undefined {
      return column < startColumns ? itemAt(left, column) : itemAt(right, column - startColumns);
    },
  };
}

function itemAt<Action>(items: readonly BarItem<Action>[], column: number): Action | undefined {
  let end = 0;
  for (const item of items) {
    end += width([item]);
    if (column < end) return item.action;
  }
  return undefined;
}

function segment<Action>({ text, style }: BarItem<Action>, barStyle: Style): Segment {
  return { text: ` ${text} `, style: { ...barStyle, ...style } };
}

function width<Action>(items: readonly BarItem<Action>[]): number {
  return lineWidth(items.map(({ text }) => ({ text: ` ${text} ` })));
}
