import { assert, assertEquals } from "@std/assert";
import type { Frame } from "../../src/terminal/frame.ts";
import { Renderer } from "../../src/terminal/renderer.ts";

const SIZE = { columns: 10, rows: 3 };

function lines(...texts: string[]): Frame {
  return texts.map((text) => [{ text }]);
}

Deno.test("the first frame is written whole, within one synchronized update", () => {
  const output = new Renderer(true).render(lines("one", "two"), SIZE);
  assert(output.startsWith("\x1b[?2026h\x1b[2J"));
  assert(output.endsWith("\x1b[?2026l"));
  assert(output.includes("\x1b[1;1Hone\x1b[K"));
  assert(output.includes("\x1b[2;1Htwo\x1b[K"));
});

Deno.test("after that only rows that changed are written", () => {
  const renderer = new Renderer(true);
  renderer.render(lines("one", "two", "three"), SIZE);
  assertEquals(
    renderer.render(lines("one", "TWO", "three"), SIZE),
    "\x1b[?2026h\x1b[2;1HTWO\x1b[K\x1b[?2026l",
  );
  assertEquals(renderer.render(lines("one", "TWO", "three"), SIZE), "");
});

Deno.test("a new size or an invalidated screen is written whole again", () => {
  const renderer = new Renderer(true);
  const frame = lines("one");
  renderer.render(frame, SIZE);
  assert(renderer.render(frame, { columns: 9, rows: 3 }).includes("one"));
  renderer.invalidate();
  assert(renderer.render(frame, { columns: 9, rows: 3 }).includes("one"));
});

Deno.test("a row that fills the screen is not cleared behind its last column", () => {
  const output = new Renderer(true).render(lines("0123456789"), SIZE);
  assert(output.includes("0123456789\x1b["));
  assert(!output.includes("0123456789\x1b[K"));
});

Deno.test("behind text of uncertain width the cursor is put where it belongs", () => {
  const frame: Frame = [[{ text: "a👨‍👩‍👧" }, { text: "|" }]];
  assert(new Renderer(true).render(frame, SIZE).includes("\x1b[2Ka👨‍👩‍👧\x1b[4G|"));
});

Deno.test("without colours bold and reverse video are left", () => {
  const frame: Frame = [[
    { text: "a", style: { color: "red", isBold: true } },
    { text: "b", style: { color: "red", isInverse: true } },
  ]];
  const output = new Renderer(false).render(frame, SIZE);
  assert(output.includes("\x1b[1ma\x1b[0m\x1b[7mb\x1b[0m"));
  assert(!output.includes("31"));
});

Deno.test("lines beyond the screen are left out", () => {
  const output = new Renderer(true).render(lines("1", "2", "3", "4"), SIZE);
  assert(!output.includes("\x1b[4;1H"));
});
