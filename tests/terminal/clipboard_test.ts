import { assert, assertEquals } from "@std/assert";
import { clipboardSequence } from "../../src/terminal/clipboard.ts";

Deno.test("nothing in a copied text can end the sequence or begin another", () => {
  const text = "a\x07b\x1b\\c\x1b]0;title\x07漢\u009c";
  const sequence = clipboardSequence(text);
  // deno-lint-ignore no-control-regex -- the sequence itself
  const [, base64] = /^\x1b\]52;c;([A-Za-z0-9+/=]*)\x07$/.exec(sequence) ?? [];
  assert(base64 !== undefined, sequence);
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  assertEquals(new TextDecoder().decode(bytes), text);
});
