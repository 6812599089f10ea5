import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Line, lineWidth, type Segment } from "../terminal/frame.ts";
import { textWidth } from "../terminal/text_width.ts";
import type { QueryBar } from "./query_bar.ts";
import { DIM } from "./span_text.ts";

const LABEL = " query: ";
const MAX_SHOWN = 8;
const ERROR = { color: "red" } as const;
const CURSOR = { isInverse: true };
const PLACE = { color: "red", isUnderlined: true } as const;

/** The lines of the bar, for the bottom of the screen: completions, what is wrong, the text. */
export function queryBarLines(bar: QueryBar, columns: number, maxRows: number): Line[] {
  const lines: Line[] = [inputLine(bar, columns)];
  if (maxRows > 1) lines.unshift(messageLine(bar, columns));
  return [...completionLines(bar, columns, Math.min(MAX_SHOWN, maxRows - 2)), ...lines];
}

function completionLines(bar: QueryBar, columns: number, maxRows: number): Line[] {
  const { completions, chosen } = bar;
  const count = Math.min(completions.length, Math.max(0, maxRows));
  if (count === 0) return [];
  const first = Math.max(0, Math.min((chosen ?? 0) - count + 1, completions.length - count));
  const shown = completions.slice(first, first + count);
  const texts = shown.map(({ text }) => escapeText(text.slice(0, columns * 2)));
  const width = Math.min(Math.max(...texts.map(textWidth)), Math.max(8, columns - 20));
  const start = Math.max(0, Math.min(columnOf(bar, shown[0].from), columns - width - 14));
  return shown.map((completion, row) => {
    const isChosen = first + row === chosen;
    const isLast = row === count - 1 && first + count < completions.length;
    const note = isLast ? `${completions.length - first - count} more` : completion.type;
    const style = isChosen ? CURSOR : undefined;
    return fitLine([
      { text: " ".repeat(start) },
      { text: "│", style: DIM },
      ...fitLine([{ text: ` ${texts[row]} `, style }], width + 2, style),
      { text: ` ${note}`, style: DIM },
    ], columns);
  });
}

/** What is wrong, or how to go on. */
function messageLine({ text, error, completions }: QueryBar, columns: number): Line {
  if (error !== undefined) {
    // A text that only ends too early is not wrong yet.
    const isEarly = error.column > [...text.trimEnd()].length;
    const message = escapeText(error.message);
    return fitLine([{ text: ` ${message}`, style: isEarly ? DIM : ERROR }], columns);
  }
  const hint = completions.length > 0
    ? "Enter applies  Tab completes  ↑ earlier"
    : "Enter applies  ↑ earlier";
  return fitLine([{ text: ` ${hint}  Esc leaves`, style: DIM }], columns);
}

function inputLine(bar: QueryBar, columns: number): Line {
  const { text, cursor, error } = bar;
  const errorAt = error === undefined ? -1 : unitOf(text, error.column);
  const characters = [...new Intl.Segmenter().segment(text.slice(0, MAX_DRAWN))];
  const cells: Segment[] = characters.map(({ segment, index }) => {
    const isHere = cursor >= index && cursor < index + segment.length;
    const isWrong = errorAt >= index && errorAt < index + segment.length;
    const style = isHere ? CURSOR : isWrong ? PLACE : undefined;
    return { text: escapeText(segment), style };
  });
  if (cursor >= text.length || cursor >= MAX_DRAWN) cells.push({ text: " ", style: CURSOR });
  // What is around the cursor stays in sight.
  const at = cells.findIndex(({ style }) => style === CURSOR);
  const room = Math.max(1, columns - LABEL.length - 1);
  let from = at;
  let used = lineWidth([cells[at]]);
  while (from > 0 && used + lineWidth([cells[from - 1]]) <= room) {
    used += lineWidth([cells[--from]]);
  }
  return fitLine([{ text: LABEL, style: { isBold: true } }, ...cells.slice(from)], columns);
}

/** Of a longer text the rest is not drawn. */
const MAX_DRAWN = 4096;

function columnOf(bar: QueryBar, unit: number): number {
  return LABEL.length + textWidth(escapeText(bar.text.slice(0, unit))) - 2;
}

/** Where a column of an error, in characters, is in UTF-16 units. */
function unitOf(text: string, column: number): number {
  return [...text].slice(0, column - 1).join("").length;
}
