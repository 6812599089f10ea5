import { assert, assertEquals } from "@std/assert";
import { prettyJson, prettyJsonText } from "../../../../src/web/page/trace/pretty_json.ts";

Deno.test("lines and indents say the same as the text", () => {
  const value = {
    a: [1, 'x, {y}: "z"', null],
    b: {},
    c: [],
    d: { e: [true, -1.5e-7] },
    "\u2028": "",
  };
  assertEquals(prettyJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
});

Deno.test("numbers keep digits that no number has", () => {
  assertEquals(
    prettyJson('{"n":123456789012345678901234567890.50}'),
    '{\n  "n": 123456789012345678901234567890.50\n}',
  );
});

Deno.test("lists that are nested 100,000 deep are set without a stack", () => {
  const text = "[".repeat(100_000) + "1" + "]".repeat(100_000);
  const pretty = prettyJson(text, 2);
  assertEquals(pretty.replace(/\s/g, ""), text);
});

Deno.test("a text of a million characters is taken as it is", () => {
  const text = JSON.stringify({ long: '\\"'.repeat(500_000) });
  assert(prettyJson(text).length > text.length);
});

Deno.test("only lists and maps are JSON worth setting", () => {
  assertEquals(prettyJsonText('{"a":1}'), '{\n  "a": 1\n}');
  assertEquals(prettyJsonText("12"), undefined);
  assertEquals(prettyJsonText("{not json}"), undefined);
  assertEquals(prettyJsonText("[1, 2"), undefined);
});
