import { assertEquals } from "@std/assert";
import { plainLines } from "../../src/broadcast/plain_lines.ts";

const IDS = '{"id":"a","trace_id":"t","name":"n"';
const TIMES = '"start_time":"2026-03-11T10:00:00Z","end_time":"2026-03-11T10:00:01.5Z"';

function plain(...lines: string[]): Record<string, unknown>[] {
  const text = new TextDecoder().decode(
    plainLines(new TextEncoder().encode(lines.join("\n") + "\n")),
  );
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

Deno.test("spans of every protocol become what go-trace's viewers read", () => {
  const gotrace = `${IDS},"kind":"sql",${TIMES},"attrs":{"query":"SELECT \\"}\\""}}`;
  const otlp = `${IDS},"kind":"server",${TIMES},"attrs":{"n":1,"f":1.0,"list":["x",true]},` +
    `"status":{"code":"error"},"resource":{"service.name":"shop"}}`;
  const [first, second] = plain(gotrace, otlp);
  assertEquals([first.kind, first.attrs], [2, { query: 'SELECT "}"' }]);
  assertEquals(typeof second.kind, "number");
  assertEquals(second.attrs, { n: "1", f: "1", list: '["x",true]' });
  assertEquals([second.id, second.end_time], ["a", "2026-03-11T10:00:01.5Z"]);
});

Deno.test("running spans are left out, and one that never ended ends where it started", () => {
  const start = '"start_time":"2026-03-11T10:00:00Z"';
  const ended = plain(
    `${IDS},"kind":"http",${start},"running":true}`,
    `${IDS},"kind":"server",${start},"attrs":{"n":1},"running":true,"scope":{"name":"x"}}`,
    `${IDS},"kind":"http",${start},"attrs":{"a":"b"},"unfinished":true}`,
    `${IDS},"kind":"server",${start},"attrs":{"n":1},"unfinished":true,"scope":{"name":"x"}}`,
  );
  assertEquals(ended.map(({ end_time }) => end_time), Array(2).fill("2026-03-11T10:00:00Z"));
});
