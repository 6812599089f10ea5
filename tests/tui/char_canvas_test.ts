import { assertEquals } from "@std/assert";
import { lineText } from "../../src/terminal/frame.ts";
import { CharCanvas } from "../../src/tui/char_canvas.ts";

function texts(canvas: CharCanvas): string[] {
  return canvas.lines().map((line) => lineText(line));
}

Deno.test("lines join where they meet and cross", () => {
  const canvas = new CharCanvas(5, 3);
  canvas.line({ column: 0, row: 1 }, { column: 4, row: 1 });
  canvas.line({ column: 2, row: 0 }, { column: 2, row: 2 });
  canvas.line({ column: 4, row: 1 }, { column: 4, row: 2 });
  assertEquals(texts(canvas), ["  ╷  ", "╶─┼─┐", "  ╵ ╵"]);
});

Deno.test("text covers lines, and wide characters take two cells", () => {
  const canvas = new CharCanvas(6, 1);
  canvas.line({ column: 0, row: 0 }, { column: 5, row: 0 });
  canvas.write(1, 0, "検x", { isBold: true });
  assertEquals(texts(canvas), ["╶検x─╴"]);
  assertEquals(canvas.lines()[0].map(({ text }) => text), ["╶", "検x", "─╴"]);
});

Deno.test("what lies outside of the canvas is left out", () => {
  const canvas = new CharCanvas(6, 2);
  canvas.write(-1, 1, "abc");
  canvas.write(5, 1, "索");
  canvas.write(0, 7, "nowhere");
  canvas.line({ column: 4, row: -5 }, { column: 4, row: 9 });
  assertEquals(texts(canvas), ["    │ ", "bc  │ "]);
});
