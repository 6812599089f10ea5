import { assertEquals } from "@std/assert";
import { createAttributes } from "../../../src/model/attributes.ts";
import type { Span } from "../../../src/model/span.ts";
import { gotraceEvents } from "../../../src/wire/gotrace/span_events.ts";
import { decodeSpanBatch } from "../../../src/wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../../../src/wire/span_line/encode_span_line.ts";
import { richSpan, sampleSpan } from "../../exporters/sample_spans.ts";

const SPANS: readonly Span[] = [
  sampleSpan(),
  sampleSpan({ parentId: "00000000000000a0", kind: "sql", attributes: createAttributes() }),
  sampleSpan({ kind: "function", startOffsetMinutes: 540, endOffsetMinutes: -210 }),
  sampleSpan({ attributes: createAttributes([['a"b\\', "\\"], ["", ""], ["ü", "\u2028 \0"]]) }),
  sampleSpan({ attributes: createAttributes([["text", ',"attrs":{"a":"b"}}'], ["b", "}"]]) }),
  sampleSpan({ attributes: createAttributes([["number", 1n]]) }),
  sampleSpan({ attributes: createAttributes([["list", ["a"]]]) }),
  sampleSpan({ name: 'a"b', attributes: createAttributes([["a", "b"]]) }),
  sampleSpan({ service: "shop" }),
  sampleSpan({ service: "shop", attributes: createAttributes() }),
  sampleSpan({ kind: "server" }),
  sampleSpan({ kind: 7 }),
  sampleSpan({ spanId: "ä", traceId: "\\" }),
  sampleSpan({ state: "unfinished", endTimeUnixNano: undefined }),
  richSpan(),
];

Deno.test("the events of a span that was read from a recording are those of the span", () => {
  for (const span of SPANS) {
    const [read] = decodeSpanBatch(new TextEncoder().encode(encodeSpanLine(span)));
    const losses = [{ dropped: {}, changed: {} }, { dropped: {}, changed: {} }];
    assertEquals(gotraceEvents(read, losses[0]), gotraceEvents(span, losses[1]));
    assertEquals(losses[0], losses[1]);
  }
});

Deno.test("the events of every span that stands between others are its own", () => {
  const lines = new TextEncoder().encode(SPANS.map((span) => encodeSpanLine(span)).join(""));
  const losses = { dropped: {}, changed: {} };
  assertEquals(
    decodeSpanBatch(lines).map((span) => gotraceEvents(span, losses)),
    SPANS.map((span) => gotraceEvents(span, losses)),
  );
});
