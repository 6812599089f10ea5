import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createAttributes } from "../../../src/model/attributes.ts";
import type { Span } from "../../../src/model/span.ts";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { sharedSpanId } from "../../../src/wire/zipkin/shared_span_id.ts";
import { transcodeZipkinJson } from "../../../src/wire/zipkin/transcode_zipkin_json.ts";
import { transcodedSpans } from "../../testing/transcoded_spans.ts";

const START = 1_795_169_829_455_123;
const SPAN = { traceId: "463ac35c9f6413ad", id: "a2fb4a1d1a96d312", timestamp: START, duration: 7 };
const FRONTEND = { serviceName: "frontend", ipv4: "10.0.0.1", port: 8080 };
const BACKEND = { serviceName: "backend", ipv6: "2001:db8::c001", port: 9000 };

Deno.test("every field of a Zipkin span finds its place", () => {
  const [span] = accept([{
    traceId: "463AC35C9F6413AD48485A3953BB6124",
    id: "A2FB4A1D1A96D312",
    parentId: "0000000000000001",
    name: "get /users",
    kind: "CLIENT",
    timestamp: START,
    duration: 207_000,
    debug: true,
    localEndpoint: FRONTEND,
    remoteEndpoint: BACKEND,
    annotations: [{ timestamp: START + 1, value: "retry" }],
    tags: { "http.path": "/users" },
  }].map((each) => JSON.stringify(each).replace('"tags":{', '"tags":{"__proto__":"plain",')));
  const { attributes, ...rest } = span;
  assertEquals(rest, {
    traceId: "463ac35c9f6413ad48485a3953bb6124",
    spanId: "a2fb4a1d1a96d312",
    parentId: "0000000000000001",
    name: "get /users",
    kind: "client",
    startTimeUnixNano: 1_795_169_829_455_123_000n,
    endTimeUnixNano: 1_795_169_829_662_123_000n,
    state: "ended",
    service: "frontend",
    events: [{
      timeUnixNano: 1_795_169_829_455_124_000n,
      name: "retry",
      attributes: createAttributes(),
    }],
  });
  assertEquals(Object.entries(attributes), [
    ["__proto__", "plain"],
    ["http.path", "/users"],
    ["network.local.address", "10.0.0.1"],
    ["network.local.port", 8080n],
    ["peer.service", "backend"],
    ["network.peer.address", "2001:db8::c001"],
    ["network.peer.port", 9000n],
    ["zipkin.debug", true],
  ]);
});

Deno.test("short ids get their leading zeros back, no parent stays none", () => {
  const spans = accept([
    { ...SPAN, traceId: "1a", id: "2B" },
    { ...SPAN, traceId: "48485a3953bb61241", parentId: "0000000000000000" },
    { ...SPAN, parentId: SPAN.id },
  ]);
  assertEquals(spans.map(({ traceId }) => traceId), [
    "000000000000001a",
    "00000000000000048485a3953bb61241",
    SPAN.traceId,
  ]);
  assertEquals(spans[0].spanId, "000000000000002b");
  assertEquals(spans.map(({ parentId }) => parentId), [undefined, undefined, undefined]);
});

Deno.test("the two halves of a call that share an id are two spans, one in the other", () => {
  const client = { ...SPAN, kind: "CLIENT", parentId: "01", localEndpoint: FRONTEND };
  const server = { ...SPAN, kind: "SERVER", parentId: "01", localEndpoint: BACKEND, shared: true };
  const other = { ...server, localEndpoint: { ...BACKEND, port: 9001 } };
  const [first, second, third] = accept([client, server, other]);
  const [again] = accept([server]);
  assertEquals([first.spanId, first.parentId], [SPAN.id, "0000000000000001"]);
  assertEquals([second.parentId, third.parentId], [SPAN.id, SPAN.id]);
  assertEquals(new Set([first, second, third].map(({ spanId }) => spanId)).size, 3);
  assertEquals(again.spanId, second.spanId);
});

Deno.test("the id of a server's half is the same in every version", () => {
  // Recordings hold it: a change would tear traces apart that were recorded before.
  assertEquals(sharedSpanId("00f067aa0ba902b7", "shop\n10.0.0.1\n80"), "a851e6434b716ed9");
  assertNotEquals(sharedSpanId("0000000000000001", ""), "0000000000000001");
});

Deno.test("a span without a duration is still running", () => {
  const { duration: _, ...open } = SPAN;
  const { spans, result } = transcodedSpans(transcodeZipkinJson, [open, { ...SPAN, duration: 0 }]);
  assertEquals(spans.map(({ state }) => state), ["running", "ended"]);
  assertEquals(spans[0].endTimeUnixNano, undefined);
  assertEquals([result.accepted, result.unfinished], [2, 1]);
});

Deno.test("numbers beyond what JavaScript holds keep all their digits", () => {
  const json = JSON.stringify({ ...SPAN, tags: { rows: 1, ratio: 0.5, ok: true, text: "[1" } })
    .replace(String(START), "9007199254740993").replace('"rows":1', '"rows":9223372036854775807');
  const [span] = accept([json]);
  assertEquals(span.startTimeUnixNano, 9007199254740993000n);
  assertEquals({ ...span.attributes }, {
    rows: "9223372036854775807",
    ratio: 0.5,
    ok: true,
    text: "[1",
  });
});

Deno.test("a fraction of a microsecond is kept as far as the number holds it", () => {
  const spans = accept([{ ...SPAN, timestamp: START + 0.5 }, { ...SPAN, timestamp: 1.001 }]);
  assertEquals(spans.map((span) => span.startTimeUnixNano), [
    BigInt(START) * 1000n + 500n,
    1001n,
  ]);
});

Deno.test("an error tag is a status, and so are OpenTelemetry's tags", () => {
  const spans = accept([
    { ...SPAN, tags: { error: "timed out" } },
    { ...SPAN, tags: { error: "" } },
    { ...SPAN, tags: { error: "false" } },
    { ...SPAN, tags: { "otel.status_code": "ERROR", error: "no stock" } },
    { ...SPAN, tags: { "otel.status_code": "OK", "otel.scope.name": "http" } },
  ]);
  assertEquals(spans.map(({ status }) => status), [
    { code: "error", message: "timed out" },
    { code: "error" },
    undefined,
    { code: "error", message: "no stock" },
    { code: "ok" },
  ]);
  assertEquals(spans[0].attributes.error, "timed out");
  assertEquals(Object.keys(spans[3].attributes), ["error"]);
  assertEquals([spans[4].scope, Object.keys(spans[4].attributes)], [{ name: "http" }, []]);
});

Deno.test("both halves of a call in a span of the first model become a client and a server", () => {
  const annotate = (value: string, offset: number, endpoint: object): object => ({
    value,
    timestamp: START + offset,
    endpoint,
  });
  const [client, server] = accept([{
    traceId: SPAN.traceId,
    id: SPAN.id,
    name: "get",
    timestamp: START,
    duration: 100,
    annotations: [
      annotate("cs", 0, FRONTEND),
      annotate("sr", 10, BACKEND),
      annotate("query", 20, BACKEND),
      annotate("ss", 90, BACKEND),
      annotate("cr", 100, FRONTEND),
    ],
    binaryAnnotations: [
      { key: "http.path", value: "/a", endpoint: FRONTEND },
      { key: "rows", value: "9007199254740993", type: "I64", endpoint: BACKEND },
      { key: "sa", value: true, endpoint: BACKEND },
      { key: "ca", value: true, endpoint: FRONTEND },
    ],
  }]);
  assertEquals([client.kind, client.service, client.spanId], ["client", "frontend", SPAN.id]);
  assertEquals([server.kind, server.service, server.parentId], ["server", "backend", SPAN.id]);
  assertEquals(microsOf(client), [0, 100]);
  assertEquals(microsOf(server), [10, 90]);
  assertEquals(client.attributes["http.path"], "/a");
  assertEquals(server.attributes.rows, 9007199254740993n);
  assertEquals(server.events?.map(({ name }) => name), ["query"]);
  assertEquals(client.attributes["peer.service"], "backend");
  assertEquals(server.attributes["peer.service"], "frontend");
});

Deno.test("a server of the first model is shared only when it did not begin the span", () => {
  const { timestamp: _, duration: __, ...ids } = SPAN;
  const annotations = [
    { value: "sr", timestamp: START, endpoint: BACKEND },
    { value: "ss", timestamp: START + 5, endpoint: BACKEND },
  ];
  const [joined, own] = accept([
    { ...ids, name: "a", annotations },
    { ...SPAN, name: "a", annotations },
  ]);
  assertEquals([joined.parentId, microsOf(joined)], [SPAN.id, [0, 5]]);
  assertEquals([own.parentId, own.spanId, microsOf(own)], [undefined, SPAN.id, [0, 7]]);
});

Deno.test("local work and messages of the first model", () => {
  const [local, sender] = accept([
    { ...SPAN, binaryAnnotations: [{ key: "lc", value: "cache", endpoint: FRONTEND }] },
    {
      ...SPAN,
      annotations: [{ value: "ms", timestamp: START, endpoint: FRONTEND }],
      binaryAnnotations: [{ key: "ma", value: true, endpoint: BACKEND }],
    },
  ]);
  assertEquals([local.kind, local.service, local.attributes.lc], ["internal", "frontend", "cache"]);
  assertEquals([sender.kind, sender.attributes["peer.service"]], ["producer", "backend"]);
});

Deno.test("saved traces, lists in a list, are read like what was sent", () => {
  assertEquals(accept([[SPAN], [SPAN, SPAN]]).length, 3);
});

Deno.test("one bad span is counted by what is wrong, the others are taken", () => {
  const { timestamp: _, ...timeless } = SPAN;
  const { spans, result } = transcodedSpans(transcodeZipkinJson, [
    SPAN,
    { ...SPAN, id: "xyz" },
    { ...SPAN, id: "0" },
    { ...SPAN, traceId: "1".repeat(33) },
    { ...SPAN, id: 5 },
    { ...SPAN, timestamp: 1e300 },
    { ...SPAN, timestamp: "soon" },
    timeless,
    { ...SPAN, tags: { deep: { a: 1 } } },
    { ...SPAN, tags: { list: ["a"] } },
    { ...SPAN, tags: [] },
    { ...SPAN, kind: "WAITER" },
    { ...SPAN, annotations: [1] },
    { ...SPAN, timestamp: "999999999999999999" },
    null,
    { ...SPAN, name: "last" },
  ]);
  assertEquals(spans.map(({ name }) => name), ["", "last"]);
  assertEquals(result.accepted, 2);
  assertEquals(result.rejected, {
    invalid_id: 4,
    invalid_time: 4,
    invalid_attribute: 2,
    malformed: 4,
  });
  assertEquals(result.firstProblem, `A span's id is "xyz", not 1 to 16 hexadecimal digits`);
});

Deno.test("a message that is none is refused as a whole", () => {
  const whole = JSON.stringify([SPAN]);
  for (let cut = 0; cut < whole.length; cut++) {
    assertThrows(() => transcodedSpans(transcodeZipkinJson, whole.slice(0, cut)), DecodeError);
  }
  for (const text of ["{}", "1", "null", '{"traceId":"1"}']) {
    assertThrows(() => transcodedSpans(transcodeZipkinJson, text), DecodeError, "not a list");
  }
  assertThrows(
    () => transcodedSpans(transcodeZipkinJson, Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d)),
    DecodeError,
    "not UTF-8",
  );
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  assertEquals(transcodedSpans(transcodeZipkinJson, deep).result.rejected, { malformed: 1 });
});

function accept(spans: readonly unknown[]): Span[] {
  const text = `[${spans.map((each) => typeof each === "string" ? each : JSON.stringify(each))}]`;
  const { spans: taken, result } = transcodedSpans(transcodeZipkinJson, text);
  assertEquals(result.rejected, {}, result.firstProblem);
  return taken;
}

/** Start and end in microseconds after START. */
function microsOf(span: Span): number[] {
  return [span.startTimeUnixNano, span.endTimeUnixNano!]
    .map((nano) => Number(nano / 1000n - BigInt(START)));
}
