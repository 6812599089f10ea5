import { assertEquals, assertStringIncludes } from "@std/assert";
import * as zlib from "node:zlib";
import type { Span } from "../../src/model/span.ts";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import { GrpcReceiver } from "../../src/receivers/grpc_receiver.ts";
import { HttpReceiver } from "../../src/receivers/http_receiver.ts";
import { otlpGrpcMethods } from "../../src/receivers/otlp_grpc_methods.ts";
import { otlpHttpRoutes } from "../../src/receivers/otlp_http_routes.ts";
import { OtlpIntake } from "../../src/receivers/otlp_intake.ts";
import { SpanIntake } from "../../src/receivers/span_intake.ts";
import { GrpcCaller } from "../../src/runtime/grpc_caller.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../../src/wire/otlp/encode_otlp.ts";
import { decodeOtlpResponse } from "../../src/wire/otlp/otlp_response.ts";
import { decodeRpcStatus } from "../../src/wire/otlp/rpc_status.ts";
import { transcodeOtlpJson } from "../../src/wire/otlp/transcode_otlp_json.ts";
import { transcodeOtlpProtobuf } from "../../src/wire/otlp/transcode_otlp_protobuf.ts";
import { ProtobufWriter } from "../../src/wire/protobuf/protobuf_writer.ts";

interface Setup {
  readonly http: HttpReceiver;
  readonly grpc: GrpcReceiver;
  readonly intake: OtlpIntake;
  /** Ids of the spans that have come out; only those that were flushed. */
  readonly ids: string[];
}

async function withReceivers(
  test: (setup: Setup) => Promise<void>,
  maxBodyBytes = 100_000,
): Promise<void> {
  const ids: string[] = [];
  const spans = new SpanIntake({
    onSpans: ({ lines }) => {
      const texts = new TextDecoder().decode(lines).split("\n").slice(0, -1);
      ids.push(...texts.map((text) => JSON.parse(text).id));
    },
  });
  const transcode = { protobuf: transcodeOtlpProtobuf, json: transcodeOtlpJson };
  const intake = new OtlpIntake({ spans, transcode });
  const limits = { memory: new BodyMemory(), maxBodyBytes, maxMessageBytes: maxBodyBytes };
  const http = await HttpReceiver.listen("127.0.0.1", 0, {
    routes: otlpHttpRoutes(intake),
    ...limits,
  });
  const grpc = await GrpcReceiver.listen("127.0.0.1", 0, {
    methods: otlpGrpcMethods(intake),
    ...limits,
  });
  const serving = http.serve();
  try {
    await test({ http, grpc, intake, ids });
  } finally {
    await Promise.all([http.close(), grpc.close()]);
    await serving;
    spans.close();
  }
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Uint8Array;
}

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

async function post(
  { http }: Setup,
  body: Uint8Array | string,
  type: string,
  { path = "/v1/traces", encoding = "identity" } = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
    method: "POST",
    headers: { "content-type": type, "content-encoding": encoding },
    body: body as BodyInit,
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: await response.bytes(),
  };
}

function json(answer: Answer): unknown {
  return JSON.parse(new TextDecoder().decode(answer.body));
}

function span(id: number): Span {
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: id.toString(16).padStart(16, "0"),
    name: "GET /",
    kind: "server",
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    state: "ended",
    attributes: { text: "日本", number: 7n, flag: true },
    resource: { "service.name": "shop" },
  };
}

/** A request of one good span and one whose id is too short. */
function halfBad(): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  const resource = writer.begin(1);
  const scope = writer.begin(2);
  for (const idBytes of [8, 4]) {
    const at = writer.begin(2);
    writer.writeBytes(1, new Uint8Array(16).fill(1));
    writer.writeBytes(2, new Uint8Array(idBytes).fill(2));
    writer.writeFixed64(7, 1n);
    writer.writeFixed64(8, 2n);
    writer.end(at);
  }
  writer.end(scope);
  writer.end(resource);
  return writer.finish();
}

Deno.test("OTLP over HTTP is answered in the format it came in, whatever it is packed with", () =>
  withReceivers(async (setup) => {
    const protobuf = encodeOtlpProtobuf([span(1)]);
    const text = encodeOtlpJson([span(2)]);
    assertEquals(await post(setup, protobuf, PROTOBUF), {
      status: 200,
      type: PROTOBUF,
      body: new Uint8Array(),
    });
    const answer = await post(setup, text, `${JSON_TYPE}; charset=utf-8`);
    assertEquals([answer.status, answer.type, json(answer)], [200, JSON_TYPE, {}]);
    const packings = { gzip: zlib.gzipSync(text), deflate: zlib.deflateSync(text) };
    for (const [encoding, packed] of Object.entries(packings)) {
      assertEquals((await post(setup, packed, JSON_TYPE, { encoding })).status, 200);
    }
    setup.intake.spans.flush();
    assertEquals(setup.ids.map(Number), [1, 2, 2, 2]);
  }));

Deno.test("a sender is told of the spans that were not taken, over HTTP and gRPC", () =>
  withReceivers(async (setup) => {
    const answer = await post(setup, halfBad(), PROTOBUF);
    const partial = decodeOtlpResponse(answer.body);
    assertEquals([answer.status, partial?.rejectedSpans], [200, 1]);
    assertStringIncludes(partial?.errorMessage ?? "", "1 of 2 spans were not taken");

    const text = encodeOtlpJson([span(3)]).replace('"0000000000000003"', '"03"');
    const { partialSuccess } = json(await post(setup, text, JSON_TYPE)) as {
      partialSuccess: Record<string, string>;
    };
    assertEquals(partialSuccess.rejectedSpans, "1");

    const caller = callerOf(setup, "trace.v1.TraceService");
    const called = await caller.call(halfBad(), {}, 5000);
    assertEquals([called.status, decodeOtlpResponse(called.body)?.rejectedSpans], [0, 1]);
    caller.close();
    const { received, accepted, rejected } = setup.intake.spans.counters;
    assertEquals({ received, accepted, rejected }, {
      received: 5,
      accepted: 2,
      rejected: { invalid_id: 3 },
    });
  }));

Deno.test("what cannot be taken is answered with a google.rpc.Status in the request's format", () =>
  withReceivers(async (setup) => {
    const cases: [Uint8Array | string, string, number, number, string][] = [
      [Uint8Array.of(0x0a, 5), PROTOBUF, 400, 3, "5 bytes"],
      ["{", JSON_TYPE, 400, 3, "JSON"],
      [new Uint8Array(100_001), PROTOBUF, 413, 8, "100000"],
      ["x".repeat(100_001), JSON_TYPE, 413, 8, "100000"],
      ["<spans/>", "application/xml", 415, 3, "application/x-protobuf or application/json"],
    ];
    for (const [body, type, httpStatus, code, words] of cases) {
      const answer = await post(setup, body, type);
      const isProtobuf = type === PROTOBUF;
      const status = isProtobuf
        ? decodeRpcStatus(answer.body)
        : json(answer) as { code: number; message: string };
      assertEquals([answer.status, status?.code], [httpStatus, code], type);
      assertEquals(answer.type, isProtobuf ? PROTOBUF : JSON_TYPE);
      assertStringIncludes(status?.message ?? "", words);
    }
    assertEquals((await post(setup, "{}", JSON_TYPE, { path: "/v1/profiles" })).status, 404);
  }));

Deno.test("log records and metrics are taken and counted, over HTTP and gRPC", () =>
  withReceivers(async (setup) => {
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] };
    const answer = await post(setup, JSON.stringify(logs), JSON_TYPE, { path: "/v1/logs" });
    assertEquals([answer.status, json(answer)], [200, {}]);
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: {} }] }] }] };
    const path = "/v1/metrics";
    assertEquals((await post(setup, JSON.stringify(metrics), JSON_TYPE, { path })).status, 200);
    assertEquals((await post(setup, new Uint8Array(), PROTOBUF, { path })).status, 200);
    for (const service of ["logs.v1.LogsService", "metrics.v1.MetricsService"]) {
      const caller = callerOf(setup, service);
      assertEquals((await caller.call(new Uint8Array(), {}, 5000)).status, 0);
      caller.close();
    }
    assertEquals([setup.intake.logRecordCount, setup.intake.spans.counters.received], [2, 0]);
  }));

Deno.test("a message cut or changed at any byte costs that message at most", () =>
  withReceivers(async (setup) => {
    const good = encodeOtlpProtobuf([span(1)]);
    const caller = callerOf(setup, "trace.v1.TraceService");
    for (let at = 0; at < good.length; at++) {
      const changed = good.slice();
      changed[at] ^= 0xff;
      for (const body of [good.slice(0, at), changed]) {
        const { status } = await post(setup, body, PROTOBUF);
        assertEquals([200, 400].includes(status), true, `${status} at ${at}`);
        const called = await caller.call(body, {}, 5000);
        assertEquals(called.status, status === 200 ? 0 : 3, `${called.message} at ${at}`);
      }
    }
    const text = encodeOtlpJson([span(1)]);
    for (let at = 0; at < text.length; at++) {
      assertEquals((await post(setup, text.slice(0, at), JSON_TYPE)).status, 400, `at ${at}`);
    }
    assertEquals((await post(setup, good, PROTOBUF)).status, 200);
    assertEquals((await caller.call(good, {}, 5000)).status, 0);
    caller.close();
    const { received, accepted, rejected } = setup.intake.spans.counters;
    assertEquals(received, Object.values(rejected).reduce((sum, count) => sum + count, accepted));
  }));

Deno.test("values nested 200,000 deep cost their message at most", () =>
  withReceivers(async (setup) => {
    const depth = 200_000;
    const value = '{"arrayValue":{"values":['.repeat(depth) + "]}}".repeat(depth);
    const text = encodeOtlpJson([span(1)]).replace('{"boolValue":true}', value);
    const answer = await post(setup, zlib.gzipSync(text), JSON_TYPE, { encoding: "gzip" });
    assertEquals([200, 400].includes(answer.status), true, `${answer.status}`);
    assertEquals((await post(setup, encodeOtlpJson([span(2)]), JSON_TYPE)).status, 200);
    setup.intake.spans.flush();
    assertEquals(setup.ids.map(Number), [2]);
  }, 16 * 1024 * 1024));

function callerOf({ grpc }: Setup, service: string): GrpcCaller {
  const path = `/opentelemetry.proto.collector.${service}/Export`;
  return new GrpcCaller(new URL(`http://127.0.0.1:${grpc.port}${path}`));
}
