import { assertEquals } from "@std/assert";
import { TraceLinks } from "../../src/cli/trace_links.ts";
import type { SpanBatch } from "../../src/model/span_batch.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";

function batchOf(
  ...spans: readonly [traceId: string, spanId: string, parentId?: string][]
): SpanBatch {
  const text = spans.map(([traceId, spanId, parentId]) =>
    encodeSpanLine(makeSpan(spanId, { traceId, parentId, ms: 1 }))
  ).join("");
  return { lines: new TextEncoder().encode(text), spanCount: spans.length };
}

Deno.test("each trace but the own one is known by its root, or by what came first of it", () => {
  const links = new TraceLinks("own");
  links.consume(
    batchOf(["t1", "b", "a"], ["t1", "a"], ["t1", "c", "a"], ["own", "x"], ["t2", "z", "y"]),
  );
  links.consume(batchOf(["t2", "q", "y"], ['t"3', "r"], ['t"3', "s"]));
  assertEquals(links.links.map(({ traceId, spanId }) => [traceId, spanId]), [
    ["t1", "a"],
    ["t2", "z"],
    ['t"3', "r"],
  ]);
});

Deno.test("only the first 128 traces are remembered", () => {
  const links = new TraceLinks("own");
  for (let n = 0; n < 1000; n++) links.consume(batchOf([`t${n}`, "a"]));
  assertEquals([links.links.length, links.links.at(-1)?.traceId], [128, "t127"]);
});
