import { assert, assertEquals } from "@std/assert";
import { Answer, beginningOf, describeCall, shownLines, shownText } from "../../src/mcp/answer.ts";
import { MAX_BYTES, OFFSET, parameters } from "../../src/mcp/tool.ts";
import * as z from "zod";
import { sentBytes } from "./_sources.ts";

Deno.test("an answer never takes more bytes than it may, whatever its lines are made of", () => {
  for (const line of ["plain", '"quoted" \\ back', "größe ☃ 🎉", "␛␀", "x".repeat(500)]) {
    for (const maxBytes of [1000, 1500, 20_000]) {
      const answer = new Answer(maxBytes);
      let count = 0;
      while (answer.add(line)) count++;
      for (let note = 0; note < 5; note++) answer.note(line.repeat(9));
      const bytes = sentBytes(answer.toString());
      assert(bytes <= maxBytes, `${bytes} of ${maxBytes} bytes`);
      if (maxBytes === 20_000) assert(count * line.length > 1000 && bytes > 15_000);
    }
  }
});

Deno.test("a note has room even when the lines have used theirs, and one too long is cut", () => {
  const answer = new Answer(1000);
  while (answer.add("line"));
  answer.note("the rest: there");
  answer.note("y".repeat(2000));
  const text = answer.toString();
  assert(/line\nthe rest: there\ny{100,}…$/.test(text), text);
  assert(sentBytes(text) <= 1000);
});

Deno.test("foreign text is one harmless line, and cut where no character is split", () => {
  assertEquals(shownText("a\r\n\t b\x1b[2J\u202e", 100), "a b␛[2J<U+202E>");
  assertEquals(shownText("x".repeat(11), 10), `${"x".repeat(10)}…`);
  assertEquals(beginningOf("ab🎉", 3), "ab");
  assertEquals(shownLines("one\ntwo\x07", 100), "one\ntwo␇");
});

Deno.test("a call for more names what differs from the default, and stands on one line", () => {
  const input = parameters({ query: z.string().optional(), offset: OFFSET, max_bytes: MAX_BYTES });
  const args = { query: 'name = "a\nb"', offset: 0, max_bytes: 20_000 };
  assertEquals(
    describeCall("search_traces", input, args, { offset: 20 }),
    'search_traces {"query":"name = \\"a\\nb\\"","offset":20}',
  );
  const long = { ...args, query: "x".repeat(400) };
  assertEquals(
    describeCall("t", input, long, { max_bytes: 3000 }),
    't {"query":<as before>,"max_bytes":3000}',
  );
});
