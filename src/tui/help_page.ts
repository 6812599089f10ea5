import { fitLine, type Frame, type Line, type Size } from "../terminal/frame.ts";
import { KEY_BINDINGS, keyLabel } from "./key_bindings.ts";
import { DIM, KIND_MARKS } from "./span_text.ts";

const KEY_COLUMNS = 16;
/** Wide enough for two columns of keys. */
const MIN_COLUMNS_FOR_TWO = 76;

/** The page that explains keys and marks; printed from the tables that the view itself uses. */
export function helpPage(size: Size): Frame {
  const keys = KEY_BINDINGS.map(({ keys, help }): Line => [
    { text: ` ${keys.map(keyLabel).join(" ").padEnd(KEY_COLUMNS)}`, style: { isBold: true } },
    { text: help },
  ]);
  const lines: Line[] = [
    [{ text: " Keys", style: { isBold: true, isUnderlined: true } }],
    ...(size.columns < MIN_COLUMNS_FOR_TWO ? keys : inTwoColumns(keys, size.columns)),
    [],
    [{ text: " Marks", style: { isBold: true, isUnderlined: true } }],
    ...wrapMarks(size.columns),
    [{ text: " ╌ orphan or further root   ✗ error   ╍ no end yet   … deeper than drawn" }],
  ];
  const room = size.rows - 1;
  const page = lines.slice(0, room).map((line) => fitLine(line, size.columns));
  while (page.length < room) page.push([]);
  return [...page, fitLine([{ text: " Any key goes back", style: DIM }], size.columns)];
}

function inTwoColumns(lines: readonly Line[], columns: number): Line[] {
  const half = Math.ceil(lines.length / 2);
  return lines.slice(0, half).map((line, index) => [
    ...fitLine(line, Math.floor(columns / 2)),
    ...(lines[half + index] ?? []),
  ]);
}

function wrapMarks(columns: number): Line[] {
  const marks: Line[] = [[]];
  let used = 0;
  for (const { symbol, kind, style } of KIND_MARKS) {
    const needed = kind.length + 5;
    if (used + needed > columns) {
      marks.push([]);
      used = 0;
    }
    const line = marks[marks.length - 1];
    marks[marks.length - 1] = [...line, { text: ` ${symbol} `, style }, { text: `${kind}  ` }];
    used += needed;
  }
  return marks;
}
