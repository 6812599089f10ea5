import { assert, assertEquals } from "@std/assert";
import stringWidth from "string-width";
import { alignRight, fitText, textWidth, truncateText } from "../../src/terminal/text_width.ts";

Deno.test("wide characters take two columns, combined ones none of their own", () => {
  assertEquals(textWidth("abc"), 3);
  assertEquals(textWidth("漢字"), 4);
  assertEquals(textWidth("😀"), 2);
  assertEquals(textWidth("👨‍👩‍👧"), 2);
  assertEquals(textWidth("e\u0301"), 1);
  assertEquals(textWidth("├─ ƒ ⇄ ≡ ━╸… ␛"), 14);
});

Deno.test("the shortcut for narrow text agrees with the tables", () => {
  for (let code = 0x20; code < 0x2600; code++) {
    const character = String.fromCodePoint(code);
    if (/[\p{Cc}\p{Cf}\p{Mn}\p{Zl}\p{Zp}]/u.test(character)) continue;
    assertEquals(textWidth(character), stringWidth(character), code.toString(16));
  }
});

Deno.test("text is shortened with an ellipsis, never through a character", () => {
  assertEquals(truncateText("hello", 5), "hello");
  assertEquals(truncateText("hello", 4), "hel…");
  assertEquals(truncateText("hello", 1), "…");
  assertEquals(truncateText("hello", 0), "");
  assertEquals(truncateText("漢字漢字", 5), "漢字…");
  assertEquals(truncateText("漢字漢字", 4), "漢…");
  assertEquals(truncateText("a👨‍👩‍👧bc", 4), "a👨‍👩‍👧…");
  assertEquals(truncateText("a👨‍👩‍👧bc", 3), "a…");
});

Deno.test("shortening a long text costs no more than the columns kept", () => {
  const long = "漢".repeat(5_000_000);
  const startMs = performance.now();
  assertEquals(truncateText(long, 81), "漢".repeat(40) + "…");
  assert(performance.now() - startMs < 200);
});

Deno.test("fitting makes exactly the columns asked for", () => {
  for (const text of ["", "abc", "漢字漢字", "😀😀😀", "a\u0301bc"]) {
    for (let columns = 0; columns < 9; columns++) {
      assertEquals(textWidth(fitText(text, columns)), columns, text);
      assertEquals(textWidth(alignRight(text, columns)), columns, text);
    }
  }
  assertEquals(alignRight("7ms", 5), "  7ms");
  assertEquals(fitText("7ms", 5), "7ms  ");
});
