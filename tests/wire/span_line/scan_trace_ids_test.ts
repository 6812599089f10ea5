import { assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { scanTraceIds } from "../../../src/wire/span_line/scan_trace_ids.ts";

const REST = '"name":"n","kind":"http","start_time":"1970-01-01T00:00:00Z"}';

function scan(...lines: string[]): string[] {
  const ids: string[] = [];
  scanTraceIds(new TextEncoder().encode(lines.join("\n")), (id) => ids.push(id));
  return ids;
}

Deno.test("every line gives the id of its trace, whatever its shape", () => {
  assertEquals(
    scan(
      `{"id":"1","trace_id":"t1",${REST}`,
      `{"trace_id":"t2","id":"2",${REST}`,
      "",
      `{"id":"a\\"","trace_id":"t3",${REST}`,
      `{"id":"4\\\\","trace_id":"t\\"4",${REST}`,
      `{"id":"ünï","trace_id":"😀",${REST}`,
      `{ "id" : "6", "trace_id" : "t6", ${REST}`,
    ),
    ["t1", "t2", "t3", 't"4', "😀", "t6"],
  );
});

Deno.test("a line that is no span is a DecodeError", () => {
  assertThrows(() => scan("{}"), DecodeError);
});
