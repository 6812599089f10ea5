import { assert, assertEquals } from "@std/assert";
import { textWidth } from "../../src/terminal/text_width.ts";
import { wrapText } from "../../src/tui/wrap_text.ts";

Deno.test("text is broken where it has line breaks, and where a line is full", () => {
  assertEquals(wrapText("ab\ncdefg\r\n\nh", 3, 9).lines, ["ab", "cde", "fg", "", "h"]);
  assertEquals(wrapText("", 3, 9), { lines: [""], restLength: 0 });
});

Deno.test("a line ends behind a blank rather than within a word", () => {
  assertEquals(wrapText("SELECT * FROM stock WHERE", 15, 9).lines, [
    "SELECT * FROM",
    "stock WHERE",
  ]);
  // Not where most of it would stay empty.
  assertEquals(wrapText("a bcdefghijkl", 8, 9).lines, ["a bcdefg", "hijkl"]);
});

Deno.test("wide characters stay whole and within the columns", () => {
  const { lines } = wrapText("検索ユーザー👩‍👩‍👧x", 5, 9);
  assertEquals(lines.join(""), "検索ユーザー👩‍👩‍👧x");
  for (const line of lines) assert(textWidth(line) <= 5, line);
  // A character that is wider than the line has one of its own.
  assertEquals(wrapText("検索", 1, 9).lines, ["検", "索"]);
});

Deno.test("what harms a terminal is escaped, and line breaks are not told as such", () => {
  assertEquals(wrapText("\x1b[2J\u202e\na\tb", 20, 9).lines, ["␛[2J<U+202E>", "a    b"]);
});

Deno.test("beyond the last line only the rest is counted, however long the text is", () => {
  assertEquals(wrapText("abcdefgh", 2, 3), { lines: ["ab", "cd", "ef"], restLength: 2 });
  assertEquals(wrapText("a\nb\nc\nd", 2, 2), { lines: ["a", "b"], restLength: 3 });
  const long = wrapText("x".repeat(10_000_000), 10, 5);
  assertEquals([long.lines.length, long.restLength], [5, 9_999_950]);
  const wide = wrapText("検".repeat(1_000_000), 10, 5);
  assertEquals(wide.lines, Array(5).fill("検検検検検"));
  assert(wide.restLength > 999_000);
});
