import type { Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { textWidth } from "../terminal/text_width.ts";

/** The sides of a cell that a line leaves it on. */
export const UP = 1;
export const RIGHT = 2;
export const DOWN = 4;
export const LEFT = 8;

/** By the sides that lines leave a cell on. */
const LINES = " ╵╶└╷│┌├╴┘─┴┐┤┬┼";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cells to draw on, of which a screen shows a part: what lies outside of it is left out. */
export class CharCanvas {
  readonly #columns: number;
  readonly #rows: number;
  /** A character; empty for the second half of a wide one. */
  readonly #cells: string[];
  readonly #sides: Uint8Array;
  readonly #styles: (Style | undefined)[];

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = new Array(columns * rows).fill(" ");
    this.#sides = new Uint8Array(columns * rows);
    this.#styles = new Array(columns * rows);
  }

  /** Writes escaped text from a cell on. */
  write(column: number, row: number, text: string, style?: Style): void {
    if (row < 0 || row >= this.#rows) return;
    let at = column;
    for (const { segment } of graphemes.segment(text)) {
      const width = textWidth(segment);
      if (width === 0 || at < 0 || at + width > this.#columns) {
        at += width;
        continue;
      }
      const cell = row * this.#columns + at;
      this.#cells[cell] = segment;
      this.#styles[cell] = style;
      this.#sides[cell] = 0;
      if (width > 1) this.#cells[cell + 1] = "";
      at += width;
    }
  }

  /** Leads a line through a cell, joining those that are there. */
  join(column: number, row: number, sides: number, style?: Style): void {
    if (row < 0 || row >= this.#rows || column < 0 || column >= this.#columns) return;
    const cell = row * this.#columns + column;
    this.#sides[cell] |= sides;
    this.#cells[cell] = LINES[this.#sides[cell]];
    this.#styles[cell] ??= style;
  }

  /** A line from one cell to another in the same row or column. */
  line(
    from: { column: number; row: number },
    to: { column: number; row: number },
    style?: Style,
  ): void {
    const [left, right] = from.column <= to.column ? [from, to] : [to, from];
    for (let column = left.column; column < right.column; column++) {
      this.join(column, from.row, RIGHT, style);
      this.join(column + 1, from.row, LEFT, style);
    }
    const [top, bottom] = from.row <= to.row ? [from, to] : [to, from];
    for (let row = Math.max(top.row, -1); row < Math.min(bottom.row, this.#rows); row++) {
      this.join(from.column, row, DOWN, style);
      this.join(from.column, row + 1, UP, style);
    }
  }

  /** All rows, each as wide as the canvas. */
  lines(): Segment[][] {
    return Array.from({ length: this.#rows }, (_, row) => {
      const line: Segment[] = [];
      let text = "";
      let style: Style | undefined;
      for (let at = row * this.#columns; at < (row + 1) * this.#columns; at++) {
        if (this.#styles[at] !== style && text !== "" && this.#cells[at] !== "") {
          line.push({ text, style });
          text = "";
        }
        if (this.#cells[at] !== "") style = this.#styles[at];
        text += this.#cells[at];
      }
      line.push({ text, style });
      return line;
    });
  }
}
