import { assertEquals, assertThrows } from "@std/assert";
import { createAttributes } from "../../../src/model/attributes.ts";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { transcodeJaegerJson } from "../../../src/wire/jaeger/transcode_jaeger_json.ts";
import { transcodedSpans } from "../../testing/transcoded_spans.ts";

const START = 1_795_169_829_455_123;
const SPAN = { traceID: "1A", spanID: "2b", operationName: "get", startTime: START, duration: 5 };

Deno.test("every field of a saved Jaeger trace finds its place", () => {
  const json = JSON.stringify({
    data: [{
      traceID: "463ac35c9f6413ad48485a3953bb6124",
      spans: [{
        ...SPAN,
        traceID: "463ac35c9f6413ad48485a3953bb6124",
        flags: 1,
        references: [
          { refType: "CHILD_OF", traceID: "463ac35c9f6413ad48485a3953bb6124", spanID: "3c" },
          { refType: "FOLLOWS_FROM", traceID: "1", spanID: "4d" },
        ],
        tags: [
          { key: "span.kind", type: "string", value: "server" },
          { key: "rows", type: "int64", value: 123 },
          { key: "ratio", type: "float64", value: 1 },
          { key: "ok", type: "bool", value: false },
          { key: "raw", type: "binary", value: "AP8=" },
          { key: "error", type: "bool", value: true },
          { key: "otel.status_code", type: "string", value: "ERROR" },
          { key: "otel.status_description", type: "string", value: "no stock" },
          { key: "otel.scope.name", type: "string", value: "http" },
          { key: "otel.scope.version", type: "string", value: "1" },
          { key: "w3c.tracestate", type: "string", value: "a=b" },
        ],
        logs: [{
          timestamp: START + 1,
          fields: [{ key: "event", type: "string", value: "retry" }],
        }],
        processID: "p1",
        warnings: ["clock skew"],
      }],
      processes: { p1: { serviceName: "shop", tags: [{ key: "v", type: "int64", value: 2 }] } },
      warnings: null,
    }],
    total: 0,
    errors: null,
  }).replace('"value":123', '"value":9223372036854775807');
  const { spans: [span], result } = transcodedSpans(transcodeJaegerJson, json);
  assertEquals(result, { accepted: 1, unfinished: 0, rejected: {} });
  const { attributes, links, resource, ...rest } = span;
  assertEquals(rest, {
    traceId: "463ac35c9f6413ad48485a3953bb6124",
    spanId: "000000000000002b",
    parentId: "000000000000003c",
    name: "get",
    kind: "server",
    startTimeUnixNano: 1_795_169_829_455_123_000n,
    endTimeUnixNano: 1_795_169_829_455_128_000n,
    state: "ended",
    service: "shop",
    status: { code: "error", message: "no stock" },
    scope: { name: "http", version: "1" },
    traceState: "a=b",
    events: [{
      timeUnixNano: 1_795_169_829_455_124_000n,
      name: "retry",
      attributes: createAttributes(),
    }],
  });
  assertEquals({ ...attributes }, {
    rows: 9223372036854775807n,
    ratio: 1,
    ok: false,
    raw: Uint8Array.of(0, 255),
    "jaeger.warnings": ["clock skew"],
  });
  assertEquals({ ...resource }, { v: 2n });
  assertEquals(links?.map(({ traceId, spanId }) => [traceId, spanId]), [
    ["0000000000000001", "000000000000004d"],
  ]);
});

Deno.test("a list of traces, one trace, and spans as they are stored are taken, too", () => {
  const process = { serviceName: "shop" };
  const tags = [
    { key: "rows", type: "int64", value: "5" },
    { key: "ok", type: "bool", value: "true" },
    { key: "ratio", type: "float64", value: "0.5" },
  ];
  const trace = { spans: [{ ...SPAN, process, tags }] };
  for (const message of [trace, [trace], { data: [trace] }]) {
    const { spans: [span] } = transcodedSpans(transcodeJaegerJson, message);
    assertEquals([span.service, { ...span.attributes }], [
      "shop",
      { rows: 5n, ok: true, ratio: 0.5 },
    ]);
  }
});

Deno.test("an error tag that a program set stays beside the status that it stands for", () => {
  const error = { key: "error", type: "bool", value: true };
  const trace = { spans: [{ ...SPAN, tags: [error] }], processes: {} };
  const { spans: [span] } = transcodedSpans(transcodeJaegerJson, { data: [trace] });
  assertEquals([span.status, { ...span.attributes }], [{ code: "error" }, { error: true }]);
});

Deno.test("one bad span is counted by what is wrong, the others are taken", () => {
  const { duration: _, ...open } = SPAN;
  const spans = [
    SPAN,
    { ...SPAN, spanID: "" },
    { ...SPAN, traceID: "x" },
    { ...SPAN, startTime: undefined },
    { ...SPAN, duration: 1e300 },
    { ...SPAN, operationName: 5 },
    { ...SPAN, tags: [{ key: "a", value: {} }] },
    { ...SPAN, logs: 1 },
    "span",
    { ...open, operationName: "last" },
  ];
  const { spans: taken, result } = transcodedSpans(transcodeJaegerJson, { data: [{ spans }] });
  assertEquals(taken.map(({ name, state }) => [name, state]), [["get", "ended"], [
    "last",
    "running",
  ]]);
  assertEquals(result, {
    accepted: 2,
    unfinished: 1,
    rejected: { invalid_id: 2, invalid_time: 2, malformed: 3, invalid_attribute: 1 },
    firstProblem: `A span's spanID is "", not 1 to 16 hexadecimal digits`,
  });
});

Deno.test("a message that is none is refused as a whole", () => {
  const whole = JSON.stringify({ data: [{ spans: [SPAN] }] });
  for (let cut = 0; cut < whole.length; cut++) {
    assertThrows(() => transcodedSpans(transcodeJaegerJson, whole.slice(0, cut)), DecodeError);
  }
  for (const text of ["{}", "1", "null", "[[]]", '{"data":[{}]}', `{"data":[${whole},1]}`]) {
    assertThrows(() => transcodedSpans(transcodeJaegerJson, text), DecodeError, "no Jaeger traces");
  }
});
