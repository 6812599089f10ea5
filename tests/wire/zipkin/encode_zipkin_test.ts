import { assertEquals } from "@std/assert";
import { createAttributes } from "../../../src/model/attributes.ts";
import { changeSpan } from "../../../src/model/change_span.ts";
import type { Span } from "../../../src/model/span.ts";
import { encodeZipkinJson } from "../../../src/wire/zipkin/encode_zipkin.ts";
import { transcodeZipkinJson } from "../../../src/wire/zipkin/transcode_zipkin_json.ts";
import { BASE_NANO, richSpan, sampleSpan } from "../../exporters/sample_spans.ts";
import { transcodedSpans } from "../../testing/transcoded_spans.ts";

/** A span of which Zipkin's model holds everything. */
const ZIPKIN_SPAN = sampleSpan({
  traceId: "463ac35c9f6413ad48485a3953bb6124",
  spanId: "a2fb4a1d1a96d312",
  parentId: "00f067aa0ba902b7",
  kind: "client",
  startTimeUnixNano: 1_795_169_829_455_123_000n,
  endTimeUnixNano: 1_795_169_829_455_130_000n,
  attributes: createAttributes([
    ["__proto__", "plain"],
    ["network.local.address", "10.0.0.1"],
    ["network.local.port", 8080n],
    ["peer.service", "backend"],
    ["network.peer.address", "2001:db8::c001"],
    ["network.peer.port", 9000n],
    ["zipkin.debug", true],
  ]),
  service: "frontend",
  events: [{
    timeUnixNano: 1_795_169_829_455_124_000n,
    name: "retry",
    attributes: createAttributes(),
  }],
  scope: { name: "lib", version: "1.2" },
  status: { code: "ok" },
});

Deno.test("what Zipkin's model holds comes back as it was, without a loss", () => {
  const { spans, losses } = sendAndReceive([
    ZIPKIN_SPAN,
    changeSpan(ZIPKIN_SPAN, { traceId: "463ac35c9f6413ad", parentId: undefined }),
    changeSpan(ZIPKIN_SPAN, { kind: "producer", scope: undefined, status: undefined }),
    changeSpan(ZIPKIN_SPAN, { kind: "internal", service: undefined, events: undefined }),
    changeSpan(ZIPKIN_SPAN, { state: "running", endTimeUnixNano: undefined }),
    changeSpan(ZIPKIN_SPAN, {
      status: { code: "error", message: "broken" },
      attributes: createAttributes([["error", "broken"]]),
    }),
    changeSpan(ZIPKIN_SPAN, {
      status: { code: "error", message: "broken" },
      attributes: createAttributes([["error", "because"]]),
    }),
  ].map((span) => ({ sent: span, expected: span })));
  assertEquals(spans.received, spans.expected);
  assertEquals(losses, { dropped: {}, changed: {} });
});

Deno.test("what Zipkin's model does not hold changes by the rules, and is counted", () => {
  const { spans, losses } = sendAndReceive([{
    sent: sampleSpan({ traceId: "7", parentId: "12", attributes: createAttributes([["n", 1n]]) }),
    expected: sampleSpan({
      traceId: "7902699be42c8a8e46fbbb4501726517",
      parentId: "6b51d431df5d7f14",
      kind: "server",
      startTimeUnixNano: BASE_NANO - 789n,
      endTimeUnixNano: BASE_NANO + 999_211n,
      attributes: createAttributes([
        ["n", "1"],
        ["trace.original_trace_id", "7"],
        ["trace.original_parent_id", "12"],
        ["trace.kind", "http"],
      ]),
    }),
  }]);
  assertEquals(spans.received, spans.expected);
  assertEquals(losses, {
    dropped: {},
    changed: { id: 1, kind: 1, attribute_type: 1, time_precision: 1 },
  });
});

Deno.test("times that Zipkin does not have become the nearest, and a duration is at least one", () => {
  const encoded: Record<string, unknown>[] = JSON.parse(encodeZipkinJson([
    sampleSpan({ startTimeUnixNano: 5_000n, endTimeUnixNano: 5_000n }),
    sampleSpan({ startTimeUnixNano: 5_000n, endTimeUnixNano: 3_999n }),
    sampleSpan({ startTimeUnixNano: -5_000n, endTimeUnixNano: 5_000n }),
    sampleSpan({ startTimeUnixNano: 5_000n, endTimeUnixNano: 2n ** 70n }),
  ]));
  assertEquals(
    encoded.map(({ timestamp, duration }) => [timestamp, duration]),
    [[5, 1], [5, 1], [1, 4], [5, Number.MAX_SAFE_INTEGER - 5]],
  );
  assertEquals((encoded[1].tags as Record<string, string>)["trace.duration_ns"], "-1001");
});

Deno.test("only of spans that failed is there a tag error, which is all that Zipkin shows", () => {
  const errors = [
    sampleSpan({ error: true }),
    sampleSpan({ attributes: createAttributes([["status", "503"]]) }),
    sampleSpan({ status: { code: "error" } }),
    sampleSpan({ status: { code: "error", message: "no" } }),
    sampleSpan({ attributes: createAttributes([["error", "no"]]) }),
    sampleSpan({ attributes: createAttributes([["error", "false"]]) }),
    sampleSpan({ status: { code: "ok" }, attributes: createAttributes([["error", "no"]]) }),
  ];
  assertEquals(
    JSON.parse(encodeZipkinJson(errors)).map((span: { tags: { error?: string } }) =>
      span.tags.error
    ),
    ["true", "true", "true", "no", "no", undefined, undefined],
  );
});

Deno.test("the message of any span is read without a problem, and again gives the same", () => {
  const strange = richSpan();
  const { spans } = sendAndReceive([{ sent: strange, expected: strange }]);
  const again = sendAndReceive(spans.received.map((span) => ({ sent: span, expected: span })));
  assertEquals(again.spans.received, spans.received);
});

function sendAndReceive(pairs: readonly { sent: Span; expected: Span }[]): {
  spans: { received: Span[]; expected: Span[] };
  losses: { dropped: Record<string, number>; changed: Record<string, number> };
} {
  const losses = { dropped: {}, changed: {} };
  const message = encodeZipkinJson(pairs.map(({ sent }) => sent), losses);
  const { spans, result } = transcodedSpans(transcodeZipkinJson, message);
  assertEquals(result.rejected, {}, result.firstProblem);
  // Copies, because spans that were read are no plain objects.
  const received = spans.map((span) => changeSpan(span, {}));
  return { spans: { received, expected: pairs.map(({ expected }) => expected) }, losses };
}
