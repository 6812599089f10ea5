import { assertEquals } from "@std/assert";
import { fitLine, type Line, lineText, lineWidth, paintLine } from "../../src/terminal/frame.ts";

const LINE: Line = [
  { text: "name", style: { isBold: true } },
  { text: "  " },
  { text: "漢字", style: { color: "red", isDim: true } },
];

Deno.test("a fitted line has exactly the columns asked for", () => {
  for (let columns = 0; columns < 14; columns++) {
    assertEquals(lineWidth(fitLine(LINE, columns)), columns);
  }
  assertEquals(lineText(fitLine(LINE, 12)), "name  漢字  ");
  assertEquals(lineText(fitLine(LINE, 10)), "name  漢字");
  assertEquals(lineText(fitLine(LINE, 9)), "name  漢…");
  assertEquals(lineText(fitLine(LINE, 5)), "name…");
  assertEquals(lineText(fitLine(LINE, 4)), "nam…");
});

Deno.test("a line is painted with one sequence a style, and ends plain", () => {
  assertEquals(paintLine(LINE, true), "\x1b[1mname\x1b[0m  \x1b[2;31m漢字\x1b[0m");
  assertEquals(paintLine(LINE, false), "name  漢字");
});

Deno.test("what was not escaped before is escaped when painted", () => {
  assertEquals(paintLine([{ text: "\x1b[2J" }], true), "␛[2J");
  assertEquals(paintLine([{ text: "\x1b[2J" }], false), "␛[2J");
});
