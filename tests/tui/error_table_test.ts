import { assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { ErrorTable } from "../../src/tui/error_table.ts";
import { makeSpan } from "../assemble/_make_span.ts";

function traceOf(traceId: string, messages: readonly string[]): Parameters<ErrorTable["add"]>[0] {
  return buildTrace(
    traceId,
    messages.map((message, at) =>
      makeSpan(`s${at}`, { traceId, name: "load", at, ms: 1, attrs: { error: message } })
    ),
  );
}

Deno.test("errors count by operation and message, over spans and traces", () => {
  const table = new ErrorTable();
  table.add(traceOf("1", ["timeout", "timeout", ""]));
  table.add(traceOf("2", ["timeout", "refused"]));
  assertEquals(
    table.entries.map(({ message, count, traceCount, traceId, spanId }) =>
      [message, count, traceCount, traceId, spanId].join(" ")
    ),
    ["timeout 3 2 1 s0", "refused 1 1 2 s1"],
  );
});

Deno.test("only the spans that count are looked at", () => {
  const table = new ErrorTable();
  table.add(traceOf("1", ["a", "b", "c"]), [1]);
  assertEquals(table.entries.map(({ message }) => message), ["b"]);
});

Deno.test("errors beyond the bound are counted together, and long messages are cut", () => {
  const table = new ErrorTable(2);
  table.add(traceOf("1", ["x".repeat(10_000), "b", "c", "c", "b"]));
  assertEquals(table.otherCount, 2);
  assertEquals(table.entries.map(({ message, count }) => [message.length, count]), [[1, 2], [
    512,
    1,
  ]]);
});
