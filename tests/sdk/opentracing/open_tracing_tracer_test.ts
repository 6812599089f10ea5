import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as opentracing from "npm:opentracing@0.14.7";
import {
  createOpenTracingTracer,
  type OpenTracingSpanContext,
  OpenTracingTracer,
} from "../../../src/sdk/opentracing/mod.ts";
import {
  decodeVeneurBinary,
  encodeVeneurBinary,
  type Propagator,
  veneur,
} from "../../../src/sdk/propagation/mod.ts";
import { Collected } from "../_collected_spans.ts";
import { SpanRecorder } from "../_span_recorder.ts";
import { Random, randomContext } from "../propagation/_random_context.ts";
import { compatibilityChecks } from "./_compatibility_checks.ts";

const {
  FORMAT_BINARY,
  FORMAT_HTTP_HEADERS,
  FORMAT_TEXT_MAP,
  REFERENCE_CHILD_OF,
  REFERENCE_FOLLOWS_FROM,
} = opentracing;

async function disabled(): Promise<SpanRecorder["tracer"]> {
  const { tracer } = new SpanRecorder();
  await tracer.shutdown();
  return tracer;
}

Deno.test("the package's own compatibility checks pass, recording and not", async () => {
  const idle = await disabled();
  const log = console.log;
  // One of the checks prints.
  console.log = (): void => {};
  try {
    for (const tracer of [new SpanRecorder().tracer, idle]) {
      for (
        const createTracer of [
          (): unknown => createOpenTracingTracer(opentracing.Tracer, { tracer }),
          (): unknown => new OpenTracingTracer({ tracer }),
        ]
      ) {
        const checks = await compatibilityChecks(createTracer);
        assertEquals(checks.length, 9);
        for (const check of checks) check.run();
      }
    }
  } finally {
    console.log = log;
  }
});

Deno.test("spans, tags and logs of OpenTracing arrive at the collector", async () => {
  await using collected = await Collected.create();
  const options = { tracer: collected.tracer };
  opentracing.initGlobalTracer(createOpenTracingTracer(opentracing.Tracer, options));
  const tracer = opentracing.globalTracer();
  const parent = tracer.startSpan("parent", {
    tags: { "span.kind": "server", size: 3, list: [1, { a: 2 }], nothing: null },
    startTime: 1_700_000_000_000.25,
  });
  const child = tracer.startSpan("child", { childOf: parent });
  const follower = tracer.startSpan("follower", {
    references: [
      new opentracing.Reference(REFERENCE_FOLLOWS_FROM, child.context()),
      new opentracing.Reference(REFERENCE_CHILD_OF, parent),
    ],
  });
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  child.setTag(opentracing.Tags.ERROR, true).addTags({ cycle });
  child.log({ event: "error", "error.object": new TypeError("bad") });
  child.log({ a: 1n }, 1_700_000_000_500);
  child.setOperationName("renamed").finish();
  follower.finish();
  parent.finish(1_700_000_001_000);

  const [first, second, third] = await collected.spans(6);
  assertEquals([first.start, first.end], [
    "2023-11-14T22:13:20.00025Z",
    "2023-11-14T22:13:21Z",
  ]);
  assertEquals(first.attrs, {
    "span.kind": "server",
    "size": "3",
    "list": '[1,{"a":2}]',
    "otel.kind": "server",
  });
  assertEquals([second.parentId, third.parentId], [first.spanId, first.spanId]);
  // The new name was there before the start had been told.
  assertEquals(second.name, "renamed");
  const { "event.0.time": time, "event.0.attrs.stack": stack, ...attrs } = second.attrs;
  assert(Date.parse(time) > 0 && stack.startsWith("TypeError: bad"));
  assertEquals(attrs, {
    "error": "true",
    "cycle": "[object Object]",
    "event.0.name": "error",
    "event.0.attrs.error.object": "bad",
    "event.1.name": "log",
    "event.1.time": "2023-11-14T22:13:20.5Z",
    "event.1.attrs.a": "1",
  });
  assertEquals(third.attrs, {
    "link.0.trace_id": second.traceId,
    "link.0.span_id": second.spanId,
    "link.0.attrs.opentracing.ref_type": "follows_from",
  });
  opentracing.initGlobalTracer(new opentracing.Tracer());
});

Deno.test("a span without a reference is a child of the active span", () => {
  const { tracer, started } = new SpanRecorder();
  const bridge = new OpenTracingTracer({ tracer });
  tracer.trace("native", () => bridge.startSpan("s").finish());
  bridge.startSpan("root").finish();
  assertEquals(started.map(({ parentId }) => parentId), [undefined, started[0].spanId, undefined]);
});

Deno.test("every format carries ids and baggage to the next program", () => {
  for (const format of [FORMAT_TEXT_MAP, FORMAT_HTTP_HEADERS, FORMAT_BINARY]) {
    const { tracer, started } = new SpanRecorder();
    const bridge = createOpenTracingTracer(opentracing.Tracer, { tracer });
    const span = bridge.startSpan("client").setBaggageItem("user", "Ada, Countess");
    const carrier = format === FORMAT_BINARY ? new opentracing.BinaryCarrier([1]) : {};
    bridge.inject(span, format, carrier);
    const context = bridge.extract(format, carrier) as opentracing.SpanContext;
    assertEquals([context.toTraceId(), context.toSpanId()], [
      started[0].traceId,
      started[0].spanId,
    ]);
    const served = bridge.startSpan("server", { childOf: context });
    assertEquals(served.getBaggageItem("user"), "Ada, Countess");
    assertEquals(started[1].parentId, started[0].spanId);
    assertStrictEquals(served.tracer(), bridge);
  }
});

Deno.test("carriers that hold nothing, or are none, give null and never throw", () => {
  const broken: Propagator = {
    fields: [],
    inject: () => {
      throw new Error("broken");
    },
    extract: () => {
      throw new Error("broken");
    },
  };
  const { tracer } = new SpanRecorder();
  for (
    const bridge of [
      new OpenTracingTracer({ tracer }),
      new OpenTracingTracer({ tracer, propagator: broken }),
    ]
  ) {
    const span = bridge.startSpan("s", null as unknown as undefined);
    for (const format of [FORMAT_TEXT_MAP, FORMAT_HTTP_HEADERS, FORMAT_BINARY, "other"]) {
      for (
        const carrier of [undefined, null, 1, {}, { buffer: null }, { buffer: [255, 255] }, {
          buffer: "x",
        }]
      ) {
        assertEquals(bridge.extract(format, carrier), null);
        bridge.inject(span, format, Object.freeze(carrier));
      }
      bridge.inject(new opentracing.SpanContext(), format, {});
    }
    bridge.startSpan("s", { childOf: new opentracing.Span() }).finish();
    bridge.startSpan("s", { references: [{} as opentracing.Reference] }).finish(NaN);
  }
});

Deno.test("without a collector, contexts and baggage still go on", async () => {
  const bridge = new OpenTracingTracer({ tracer: await disabled(), propagator: veneur });
  const incoming = {
    "ot-tracer-traceid": "ff",
    "ot-tracer-spanid": "1",
    "ot-tracer-sampled": "true",
  };
  const parent = bridge.extract(FORMAT_HTTP_HEADERS, incoming) as OpenTracingSpanContext;
  const span = bridge.startSpan("s", { childOf: parent }).setBaggageItem("a", "1");
  span.setTag("x", 1).log({ event: "e" }).setOperationName("t").finish();
  assertEquals(bridge.startSpan("c", { childOf: span }).getBaggageItem("a"), "1");
  const outgoing: Record<string, string> = {};
  bridge.inject(span, FORMAT_HTTP_HEADERS, outgoing);
  assertEquals(outgoing, {
    "ot-tracer-traceid": "00000000000000ff",
    "ot-tracer-spanid": "0000000000000001",
    "ot-tracer-sampled": "true",
  });
});

Deno.test("veneur's binary format carries any context and reads any bytes", () => {
  const random = new Random(5);
  for (let run = 0; run < 300; run++) {
    const context = randomContext(random, {
      has128Bits: true,
      hasParent: true,
      hasTraceState: true,
      baggage: "properties",
    });
    const bytes = encodeVeneurBinary(context, "resource") as Uint8Array<ArrayBuffer>;
    for (const buffer of [bytes, bytes.buffer, [...bytes]]) {
      assertEquals(decodeVeneurBinary(buffer), { ...context, resource: "resource" });
    }
    bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    decodeVeneurBinary(bytes.subarray(0, random.below(bytes.length + 1)));
  }
  // As veneur itself writes it: numbers alone.
  assertEquals(decodeVeneurBinary([0x10, 5, 0x18, 6, 0x20, 7]), {
    traceId: "0000000000000005",
    spanId: "0000000000000006",
    parentId: "0000000000000007",
  });
  assertEquals(encodeVeneurBinary({ traceId: "", spanId: "" }), undefined);
});
