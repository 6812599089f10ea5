import { assertEquals } from "@std/assert";
import { type EditedText, editText, insertText } from "../../src/tui/text_edit.ts";

/** A text with `|` at the cursor. */
function parse(text: string): EditedText {
  return { text: text.replace("|", ""), cursor: text.indexOf("|") };
}

function edit(text: string, ...keys: string[]): string {
  const edited = keys.reduce((before, key) => editText(before, key) ?? before, parse(text));
  return edited.text.slice(0, edited.cursor) + "|" + edited.text.slice(edited.cursor);
}

Deno.test("characters go in at the cursor, and the cursor moves as in a shell", () => {
  assertEquals(edit("ab|", "c", "left", "space", "漢"), "ab 漢|c");
  assertEquals(edit("ab|c", "home"), "|abc");
  assertEquals(edit("ab|c", "ctrl+a", "x", "ctrl+e", "y"), "xabcy|");
  assertEquals(edit("ab|c", "right", "right", "left"), "ab|c");
});

Deno.test("words, the begin and the end can be removed", () => {
  assertEquals(edit("error && dur|", "ctrl+w"), "error && |");
  assertEquals(edit("error |x", "ctrl+w", "ctrl+w"), "|x");
  assertEquals(edit("abc| def", "ctrl+u"), "| def");
  assertEquals(edit("abc| def", "ctrl+k"), "abc|");
  assertEquals(edit("ab|c", "delete"), "ab|");
  assertEquals(edit("|ab", "backspace", "ctrl+w"), "|ab");
});

Deno.test("what a reader sees as one character is removed as one", () => {
  assertEquals(edit("a👩‍💻|", "backspace"), "a|");
  assertEquals(edit("e\u0301x|", "left", "backspace"), "|x");
});

Deno.test("other keys are not for editing, and text has a bound", () => {
  assertEquals(editText(parse("a|"), "f5"), undefined);
  assertEquals(insertText(parse("|"), "a\r\nb").text, "a b");
  assertEquals(insertText(parse("x|"), "y".repeat(100_000)).text.length, 4096);
});
