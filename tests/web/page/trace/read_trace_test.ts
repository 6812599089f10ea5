import { assertEquals } from "@std/assert";
import { encodeSpanLine } from "../../../../src/wire/span_line/encode_span_line.ts";
import { readTrace } from "../../../../src/web/page/trace/read_trace.ts";
import { hostileSpans, shopTrace } from "../../../testing/shop_trace.ts";

function piecesOf(bytes: Uint8Array, length: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller): void {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += length));
    },
  });
}

Deno.test("lines are put together wherever the network divided them", async () => {
  const spans = shopTrace();
  const bytes = new TextEncoder().encode(spans.map((span) => encodeSpanLine(span)).join(""));
  for (const length of [1, 7, 100, 1e6]) {
    const trace = await readTrace(spans[0].traceId, piecesOf(bytes, length));
    assertEquals(trace?.nodes.length, spans.length);
  }
});

Deno.test("a line of a million characters and a last one without an end are read", async () => {
  const spans = hostileSpans();
  const text = spans.map((span) => encodeSpanLine(span)).join("").trimEnd();
  const lines = piecesOf(new TextEncoder().encode(text), 65_536);
  const trace = await readTrace(spans[0].traceId, lines);
  assertEquals(trace?.nodes.map(({ depth }) => depth), [0, 1]);
});

Deno.test("a trace without spans is none", async () => {
  assertEquals(await readTrace("t", piecesOf(new Uint8Array(), 1)), undefined);
});
