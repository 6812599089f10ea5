import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Span } from "../../../src/model/span.ts";
import { isTraceSpan, normalizeSsfSpan } from "../../../src/wire/ssf/normalize_ssf_span.ts";
import { spanToSsfSpan, ssfSpanToSpan } from "../../../src/wire/ssf/ssf_model.ts";
import { createSsfSample, createSsfSpan } from "../../../src/wire/ssf/ssf_span.ts";
import { decodeSpanLine } from "../../../src/wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../../../src/wire/span_line/encode_span_line.ts";
import { ssfSpan } from "../../testing/send_ssf.ts";
import { generateSpans } from "./_generated_spans.ts";

const SPAN: Span = {
  traceId: "1",
  spanId: "2",
  name: "n",
  kind: "internal",
  startTimeUnixNano: 1n,
  endTimeUnixNano: 2n,
  state: "ended",
  attributes: {},
};

Deno.test("a span without a name takes that of its tag, and a rate of 0 is 1", () => {
  const metrics = [createSsfSample({ sampleRate: 0 }), createSsfSample({ sampleRate: 0.5 })];
  const normal = normalizeSsfSpan(createSsfSpan({ tags: { name: "n", other: "o" }, metrics }));
  assertEquals([normal.name, { ...normal.tags }], ["n", { other: "o" }]);
  assertEquals(normal.metrics.map((sample) => sample.sampleRate), [1, 0.5]);
});

Deno.test("a span that is normal already is left as it is", () => {
  for (
    const span of [
      createSsfSpan({ name: "own", tags: { name: "tag" } }),
      createSsfSpan({ tags: { name: "" }, metrics: [createSsfSample({ sampleRate: 1 })] }),
    ]
  ) assertStrictEquals(normalizeSsfSpan(span), span);
});

Deno.test("without ids, times or a name a span is no trace span", () => {
  assertEquals(isTraceSpan(ssfSpan()), true);
  for (
    const fields of [
      { id: 0n },
      { traceId: 0n },
      { startTimestamp: 0n },
      { endTimestamp: 0n },
      { name: "" },
    ]
  ) {
    assertEquals(isTraceSpan(ssfSpan(fields)), false);
    assertEquals(ssfSpanToSpan(ssfSpan(fields)), undefined);
  }
  assertEquals(isTraceSpan(ssfSpan({ id: -1n, startTimestamp: -1n })), true);
});

Deno.test("a span's fields find their places in the model", () => {
  const tags = { "span.kind": "client", route: "/" };
  const sample = { timestamp: 5n, message: "m", tags: { a: "b" }, unit: "ms", value: 2 };
  const span = ssfSpanToSpan(ssfSpan({
    id: -5n,
    parentId: 9n,
    service: "shop",
    error: true,
    tags,
    metrics: [
      createSsfSample({ ...sample, metric: "gauge", name: "g", scope: "global", sampleRate: 0.25 }),
      createSsfSample({ metric: "status", name: "s" }),
    ],
  }));
  assertEquals(span, {
    traceId: "1",
    spanId: "-5",
    parentId: "9",
    name: "work",
    kind: "client",
    startTimeUnixNano: 1_773_223_200_000_000_001n,
    endTimeUnixNano: 1_773_223_200_000_000_002n,
    state: "ended",
    attributes: tags,
    error: true,
    indicator: false,
    service: "shop",
    samples: [
      {
        metric: "gauge",
        name: "g",
        value: 2,
        timeUnixNano: 5n,
        message: "m",
        rate: 0.25,
        tags: { a: "b" },
        unit: "ms",
        scope: "global",
      },
      { metric: "status", name: "s", value: 0, status: "ok" },
    ],
  });
});

Deno.test("any trace span survives the model and a recording's line", () => {
  let count = 0;
  for (const generated of generateSpans(500, 4)) {
    const ssf = normalizeSsfSpan({ ...generated, tags: { ...generated.tags, "span.kind": "x" } });
    const span = ssfSpanToSpan(ssf);
    if (span === undefined) continue;
    count++;
    const read = decodeSpanLine(encodeSpanLine(span).trimEnd());
    assertEquals(spanToSsfSpan(read), {
      ...ssf,
      tags: Object.assign(Object.create(null), ssf.tags),
    });
  }
  assertEquals(count > 200, true);
});

Deno.test("a span of another protocol becomes SSF where its ids are integers of 64 bits", () => {
  const ssf = spanToSsfSpan({
    ...SPAN,
    kind: "server",
    attributes: { text: "t", count: 7n, ratio: 0.5, list: [1n, "x"], flag: true },
    resource: { "service.name": "shop" },
    status: { code: "error" },
  });
  assertEquals(ssf?.tags, {
    text: "t",
    count: "7",
    ratio: "0.5",
    list: '[1,"x"]',
    flag: "true",
    "span.kind": "server",
  });
  assertEquals([ssf?.traceId, ssf?.id, ssf?.parentId], [1n, 2n, 0n]);
  assertEquals([ssf?.service, ssf?.error], ["shop", true]);
  const { endTimeUnixNano: _end, ...running } = SPAN;
  for (
    const span of [
      { ...SPAN, traceId: "t1" },
      { ...SPAN, traceId: "0".repeat(16) },
      { ...SPAN, spanId: "9223372036854775808" },
      { ...SPAN, spanId: "007" },
      { ...SPAN, parentId: "-0" },
      { ...SPAN, endTimeUnixNano: 2n ** 63n },
      { ...running, state: "unfinished" as const },
    ]
  ) assertEquals(spanToSsfSpan(span), undefined);
});

Deno.test("hexadecimal ids become numbers, and what SSF cannot hold is counted", () => {
  const losses = { dropped: {}, changed: {} };
  const ssf = spanToSsfSpan({
    ...SPAN,
    traceId: "0af7651916cd43dd00f067aa0ba902b7",
    spanId: "ffffffffffffffff",
    parentId: "00000000000000a1",
    kind: "http",
    startOffsetMinutes: 60,
    attributes: { count: 7n },
    links: [],
    resource: { "service.name": "shop", host: "a" },
  }, losses);
  assertEquals([ssf?.traceId, ssf?.id, ssf?.parentId], [0xf067aa0ba902b7n, -1n, 0xa1n]);
  assertEquals(losses, {
    dropped: { links: 1, resource: 1, time_offset: 1 },
    changed: { id: 1, kind: 1, attribute_type: 1 },
  });
});
