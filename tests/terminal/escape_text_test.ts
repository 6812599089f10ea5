import { assert, assertEquals } from "@std/assert";
import { escapeText } from "../../src/terminal/escape_text.ts";

Deno.test("plain text, accents, CJK and Arabic stay as they are", () => {
  for (const text of ["", "GET /users", "café", "漢字かな", "한국어", "مرحبا", "a\u0301", "٣"]) {
    assertEquals(escapeText(text), text);
  }
});

Deno.test("control characters become pictures", () => {
  assertEquals(escapeText("\x1b]0;title\x07"), "␛]0;title␇");
  assertEquals(escapeText("\x1b[2J"), "␛[2J");
  assertEquals(escapeText("a\tb\r\nc\0"), "a␉b␍␊c␀");
  assertEquals(escapeText("\x7f"), "␡");
});

Deno.test("C1 controls, which some terminals obey, become code points", () => {
  assertEquals(escapeText("\x9b2J\x9d0;x\x9c"), "<U+009B>2J<U+009D>0;x<U+009C>");
});

Deno.test("bidi controls cannot reorder a line", () => {
  for (const code of [0x202a, 0x202e, 0x2066, 0x2069, 0x200e, 0x200f, 0x061c]) {
    const hex = code.toString(16).toUpperCase().padStart(4, "0");
    assertEquals(escapeText(`a${String.fromCodePoint(code)}b`), `a<U+${hex}>b`);
  }
});

Deno.test("invisible characters become visible", () => {
  for (const code of [0x200b, 0x200c, 0x2060, 0xfeff, 0x00ad, 0xe0041, 0x3164, 0x2028, 0x2029]) {
    const hex = code.toString(16).toUpperCase().padStart(4, "0");
    assertEquals(escapeText(`a${String.fromCodePoint(code)}b`), `a<U+${hex}>b`);
  }
});

Deno.test("lone surrogates become visible, pairs stay", () => {
  assertEquals(escapeText("a\ud800b"), "a<U+D800>b");
  assertEquals(escapeText("\udc00"), "<U+DC00>");
  assertEquals(escapeText("😀"), "😀");
});

Deno.test("a joiner and a variation selector stay where they make an emoji, and only there", () => {
  for (const emoji of ["👨‍👩‍👧", "❤️‍🔥", "👩🏽‍💻", "☎️"]) assertEquals(escapeText(emoji), emoji);
  assertEquals(escapeText("a\u200db"), "a<U+200D>b");
  assertEquals(escapeText("\ufe0f"), "<U+FE0F>");
  assertEquals(escapeText("\u200b\ufe0f"), "<U+200B><U+FE0F>");
});

Deno.test("escaping twice changes nothing, and nothing harmful is left of any character", () => {
  const harmful = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/u;
  for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
    for (const before of ["x", "😀", ""]) {
      const escaped = escapeText(`${before}${String.fromCodePoint(code)}y`);
      assert(!harmful.test(escaped), code.toString(16));
      assertEquals(escapeText(escaped), escaped);
    }
  }
});
