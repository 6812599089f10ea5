import { assert, assertEquals, assertThrows } from "@std/assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Span } from "../../src/model/span.ts";
import { listenSsf } from "../../src/receivers/listen_ssf.ts";
import { formatSocketAddress } from "../../src/model/socket_address.ts";
import { parseSsfAddress } from "../../src/receivers/ssf_address.ts";
import { SsfIntake } from "../../src/receivers/ssf_intake.ts";
import { createTracer, type TracerOptions } from "../../src/sdk/mod.ts";
import type { RecordingSpan } from "../../src/sdk/recording_span.ts";
import { decodeSpanLines } from "../../src/wire/span_line/decode_span_line.ts";
import { keepAlive } from "../testing/keep_alive.ts";

/** A receiver of SSF that keeps the spans it gets. */
async function receiveSsf(
  url: string,
): Promise<{ url: string; spans: Span[]; stop(): Promise<void> } & AsyncDisposable> {
  const spans: Span[] = [];
  const intake = new SsfIntake({
    onSpans: ({ lines }) => {
      for (const line of new TextDecoder().decode(lines).trimEnd().split("\n")) {
        spans.push(...decodeSpanLines(line));
      }
    },
  });
  const receiver = await listenSsf(parseSsfAddress(url), { intake });
  const serving = receiver.serve();
  async function stop(): Promise<void> {
    await receiver.close();
    await serving;
    intake.flush();
  }
  return {
    url: `ssf+${formatSocketAddress(receiver.address)}`,
    spans,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Two spans, the inner one with an error, sent to a URL. */
async function sendTwo(url: string, options: TracerOptions = {}): Promise<RecordingSpan[]> {
  const made: RecordingSpan[] = [];
  await using tracer = createTracer({ url, service: "shop", ...options });
  tracer.trace("outer", { kind: "http", attributes: { path: "/" } }, (outer) => {
    made.push(outer as RecordingSpan);
    tracer.trace("inner", { kind: "client" }, (inner) => {
      made.push(inner as RecordingSpan);
      inner.setAttributes({ count: 3, share: 0.5, is: true }).recordError(new Error("lost"));
    });
  });
  assert(await tracer.forceFlush(5000));
  assertEquals(tracer.counters, { recorded: 2, sent: 2, queued: 0, dropped: {} });
  return made;
}

Deno.test("spans go to an SSF receiver by datagram, Unix socket and TCP", async () => {
  using _ = keepAlive();
  const folder = await mkdtemp(join(tmpdir(), "trace-test-"));
  for (const url of ["udp://127.0.0.1:0", `unix://${folder}/ssf.sock`, "tcp://127.0.0.1:0"]) {
    await using receiver = await receiveSsf(url);
    const [outer, inner] = await sendTwo(receiver.url);
    await receiver.stop();
    const decimal = (id: string): string => BigInt("0x" + id).toString();
    assertEquals(
      receiver.spans.map((span) => ({ ...span, attributes: { ...span.attributes } }))
        .sort((a, b) => a.name < b.name ? 1 : -1),
      [
        {
          traceId: decimal(outer.traceId),
          spanId: decimal(outer.spanId),
          name: "outer",
          kind: "internal",
          startTimeUnixNano: outer.startTimeUnixNano,
          endTimeUnixNano: outer.endTimeUnixNano,
          state: "ended",
          attributes: { path: "/" },
          error: false,
          indicator: false,
          service: "shop",
        },
        {
          traceId: decimal(outer.traceId),
          spanId: decimal(inner.spanId),
          parentId: decimal(outer.spanId),
          name: "inner",
          kind: "client",
          startTimeUnixNano: inner.startTimeUnixNano,
          endTimeUnixNano: inner.endTimeUnixNano,
          state: "ended",
          attributes: {
            count: "3",
            share: "0.5",
            is: "true",
            error: "lost",
            "otel.kind": "client",
            "span.kind": "client",
          },
          error: true,
          indicator: false,
          service: "shop",
        },
      ],
    );
  }
  await rm(folder, { recursive: true });
});

Deno.test("a receiver of SSF that comes later gets what was recorded before", async () => {
  using _ = keepAlive();
  const folder = await mkdtemp(join(tmpdir(), "trace-test-"));
  const path = join(folder, "ssf.sock");
  await using tracer = createTracer({ url: `ssf+unix://${path}` });
  tracer.trace("early", () => {});
  assertEquals(await tracer.forceFlush(1), false);
  await using receiver = await receiveSsf(`unix://${path}`);
  assert(await tracer.forceFlush(5000));
  await receiver.stop();
  assertEquals(receiver.spans.map(({ name }) => name), ["early"]);
  await rm(folder, { recursive: true });
});

Deno.test("what SSF cannot carry is counted", async () => {
  using _ = keepAlive();
  await using receiver = await receiveSsf("udp://127.0.0.1:0");
  await using tracer = createTracer({ url: receiver.url });
  tracer.startSpan("foreign", { parent: { traceId: "no number", spanId: "1" } }).end();
  tracer.startSpan("long", { attributes: { text: "x".repeat(70_000) } }).end();
  tracer.startSpan("good").end();
  assert(await tracer.forceFlush(5000));
  const dropped = { unencodable: 1, too_long: 1 };
  assertEquals(tracer.counters, { recorded: 3, sent: 1, queued: 0, dropped });
});

/** A receiver of OTLP over HTTP that keeps the requests it gets. */
function receiveOtlp(
  answer: () => Response = () => new Response(),
): { url: string; bodies: Uint8Array[]; types: (string | null)[] } & AsyncDisposable {
  const bodies: Uint8Array[] = [];
  const types: (string | null)[] = [];
  async function handle(request: Request): Promise<Response> {
    types.push(request.headers.get("content-type"));
    bodies.push(new Uint8Array(await request.arrayBuffer()));
    return answer();
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen(): void {} }, handle);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    bodies,
    types,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("spans go to an OTLP receiver as JSON, with resource, kinds, status and types", async () => {
  using _ = keepAlive();
  await using receiver = receiveOtlp();
  const [outer, inner] = await sendTwo(`otlp+json+${receiver.url}`);
  assertEquals([...new Set(receiver.types)], ["application/json"]);
  const resourceSpans = receiver.bodies.flatMap((body) =>
    JSON.parse(new TextDecoder().decode(body)).resourceSpans
  );
  for (const { resource } of resourceSpans) {
    const value = { stringValue: "shop" };
    assertEquals(resource, { attributes: [{ key: "service.name", value }] });
  }
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans);
  const traceId = outer.traceId.padStart(32, "0");
  assertEquals(spans.map(({ name, ...rest }) => [name, rest.traceId, rest.spanId]), [
    ["inner", traceId, inner.spanId],
    ["outer", traceId, outer.spanId],
  ]);
  const [{ kind, parentSpanId, startTimeUnixNano, endTimeUnixNano, attributes, status }] = spans;
  assertEquals(
    { kind, parentSpanId, startTimeUnixNano, endTimeUnixNano, attributes, status },
    {
      kind: 3,
      parentSpanId: outer.spanId,
      startTimeUnixNano: String(inner.startTimeUnixNano),
      endTimeUnixNano: String(inner.endTimeUnixNano),
      attributes: [
        { key: "count", value: { intValue: "3" } },
        { key: "share", value: { doubleValue: 0.5 } },
        { key: "is", value: { boolValue: true } },
        { key: "error", value: { stringValue: "lost" } },
      ],
      status: { code: 2, message: "lost" },
    },
  );
});

Deno.test("a receiver of OTLP that is busy is asked again, and what it refuses is counted", async () => {
  using _ = keepAlive();
  const answers = [
    new Response(null, { status: 503, headers: { "retry-after": "0.01" } }),
    Response.json({ partialSuccess: { rejectedSpans: "1", errorMessage: "not this one" } }),
  ];
  await using receiver = receiveOtlp(() => answers.shift() ?? new Response(null, { status: 400 }));
  await using tracer = createTracer({ url: `otlp+json+${receiver.url}` });
  tracer.startSpan("a").end();
  assert(await tracer.forceFlush(5000));
  tracer.startSpan("b").end();
  assert(await tracer.forceFlush(5000));
  assertEquals(receiver.bodies[0], receiver.bodies[1]);
  const dropped = { refused: 1, http_400: 1 };
  assertEquals(tracer.counters, { recorded: 2, sent: 0, queued: 0, dropped });
});

Deno.test("a URL of no known form is an error at once, and says which there are", () => {
  assertThrows(() => createTracer({ url: "localhost:4318" }), TypeError, "otlp+grpc");
  assertThrows(() => createTracer({ url: "zipkin+http://localhost" }), TypeError, "zipkin");
});
