import { escapeText } from "./escape_text.ts";
import { PLAIN_SEQUENCE, type Style, styleSequence } from "./style.ts";
import { textWidth, truncateText } from "./text_width.ts";

/** A piece of a line that looks the same throughout. */
export interface Segment {
  readonly text: string;
  readonly style?: Style;
}

/** One line of a frame. */
export type Line = readonly Segment[];

/** What a whole screen shows, from its top; missing lines are blank. */
export type Frame = readonly Line[];

/** The size of a terminal in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The columns that a line needs. */
export function lineWidth(line: Line): number {
  let width = 0;
  for (const segment of line) width += textWidth(segment.text);
  return width;
}

/** Shortens a line, with `…` where it was cut, or fills it up with spaces, to exactly this many columns. */
export function fitLine(line: Line, columns: number, filler?: Style): Segment[] {
  const fitted: Segment[] = [];
  let left = columns;
  for (let index = 0; index < line.length && left > 0; index++) {
    const { text, style } = line[index];
    const width = textWidth(text);
    const isLast = lineWidth(line.slice(index + 1)) === 0;
    if (width < left || (width === left && isLast)) {
      fitted.push(line[index]);
      left -= width;
      continue;
    }
    // A full stop here even if the text itself would fit: what follows is left out too.
    const cut = truncateText(width === left ? text + "…" : text, left);
    fitted.push({ text: cut, style });
    left -= textWidth(cut);
    break;
  }
  if (left > 0) fitted.push({ text: " ".repeat(left), style: filler });
  return fitted;
}

/** A line with every style changed by `extra`, for example to mark the selected one. */
export function restyleLine(line: Line, extra: Style): Segment[] {
  return line.map(({ text, style }) => ({ text, style: { ...style, ...extra } }));
}

/** A line as plain text. */
export function lineText(line: Line): string {
  let text = "";
  for (const segment of line) text += escapeText(segment.text);
  return text;
}

/** A line with escape sequences for its styles, or as plain text when `isColored` is false. */
export function paintLine(line: Line, isColored: boolean): string {
  if (!isColored) return lineText(line);
  let painted = "";
  let current = "";
  for (const { text, style } of line) {
    const sequence = styleSequence(style);
    if (sequence !== current) {
      if (current !== "") painted += PLAIN_SEQUENCE;
      painted += sequence;
      current = sequence;
    }
    // Escaped already, for its width; once more costs little and makes sure.
    painted += escapeText(text);
  }
  return current === "" ? painted : painted + PLAIN_SEQUENCE;
}
