import { fitLine, type Line, type Size } from "../terminal/frame.ts";

/** Lines cut or filled up to exactly this many rows and columns. */
export function fillLines(lines: readonly Line[], { columns, rows }: Size): Line[] {
  const filled = lines.slice(0, rows).map((line) => fitLine(line, columns));
  while (filled.length < rows) filled.push(fitLine([], columns));
  return filled;
}
