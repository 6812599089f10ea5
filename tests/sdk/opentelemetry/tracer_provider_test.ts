import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as api from "npm:@opentelemetry/api@1.9.1";
import { EventEmitter } from "node:events";
import { activeSpan, withSpan } from "../../../src/sdk/active_span.ts";
import {
  OpenTelemetryContextManager,
  OpenTelemetryPropagator,
  OpenTelemetryTracerProvider,
} from "../../../src/sdk/opentelemetry/mod.ts";
import { b3Single } from "../../../src/sdk/propagation/mod.ts";
import { traceFetch } from "../../../src/sdk/trace_fetch.ts";
import { Collected } from "../_collected_spans.ts";
import { SpanRecorder } from "../_span_recorder.ts";

// What is offered has the types of the package itself.
const provider: (options: { tracer: SpanRecorder["tracer"] }) => api.TracerProvider = (options) =>
  new OpenTelemetryTracerProvider(options);
const manager: api.ContextManager = new OpenTelemetryContextManager();
const propagator: api.TextMapPropagator = new OpenTelemetryPropagator();

/** Registers everything with the package, as a program does, for as long as it is in use. */
function register(
  tracer: SpanRecorder["tracer"],
  textMap: api.TextMapPropagator = propagator,
): Disposable {
  api.context.setGlobalContextManager(manager);
  api.propagation.setGlobalPropagator(textMap);
  api.trace.setGlobalTracerProvider(provider({ tracer }));
  return {
    [Symbol.dispose](): void {
      api.trace.disable();
      api.propagation.disable();
      api.context.disable();
    },
  };
}

Deno.test("a library's spans arrive with what go-trace's wire has no place for", async () => {
  await using collected = await Collected.create();
  using _registered = register(collected.tracer);
  const tracer = api.trace.getTracer("library", "1.2.3");
  const other: api.SpanContext = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
  const parent = tracer.startSpan("parent", {
    kind: api.SpanKind.SERVER,
    attributes: { list: ["a", "b"], ok: true, size: 1.5 },
    links: [{ context: other, attributes: { why: "batch" } }],
    startTime: [1_700_000_000, 123_456_789],
  });
  const [early] = await collected.spans(1);
  assertEquals([early.name, early.end], ["parent", undefined]);
  const child = tracer.startSpan("child", {}, api.trace.setSpan(api.context.active(), parent));
  child.recordException(new TypeError("no such thing"), new Date(1_700_000_000_500));
  child.setStatus({ code: api.SpanStatusCode.ERROR, message: "broke" });
  child.end();
  parent.addEvent("cached", { key: "k", hit: false }, [1_700_000_001, 5]);
  parent.addEvent("plain", 1_700_000_001_000.5);
  parent.updateName("renamed");
  parent.setStatus({ code: api.SpanStatusCode.OK });
  parent.setStatus({ code: api.SpanStatusCode.ERROR });
  parent.end([1_700_000_002, 0]);

  const [first, second] = await collected.spans(4);
  assertEquals(first.attrs, {
    "list": '["a","b"]',
    "ok": "true",
    "size": "1.5",
    "otel.kind": "server",
    "otel.name": "renamed",
    "otel.status_code": "OK",
    "otel.scope.name": "library",
    "otel.scope.version": "1.2.3",
    "link.0.trace_id": "a".repeat(32),
    "link.0.span_id": "b".repeat(16),
    "link.0.attrs.why": "batch",
    "event.0.name": "cached",
    "event.0.time": "2023-11-14T22:13:21.000000005Z",
    "event.0.attrs.key": "k",
    "event.0.attrs.hit": "false",
    "event.1.name": "plain",
    "event.1.time": "2023-11-14T22:13:21.0005Z",
  });
  assertEquals([first.start, first.end], [
    "2023-11-14T22:13:20.123456789Z",
    "2023-11-14T22:13:22Z",
  ]);
  assertEquals([second.parentId, second.traceId], [first.spanId, first.traceId]);
  const { "event.0.attrs.exception.stacktrace": stack, ...attrs } = second.attrs;
  assert(stack.includes("tracer_provider_test"));
  assertEquals(attrs, {
    "otel.kind": "internal",
    "otel.status_code": "ERROR",
    "otel.status_description": "broke",
    "error": "broke",
    "otel.scope.name": "library",
    "otel.scope.version": "1.2.3",
    "event.0.name": "exception",
    "event.0.time": "2023-11-14T22:13:20.5Z",
    "event.0.attrs.exception.type": "TypeError",
    "event.0.attrs.exception.message": "no such thing",
  });
  const context = parent.spanContext();
  assert(api.isSpanContextValid(context));
  assertEquals([context.traceId, context.spanId], [first.traceId.padStart(32, "0"), first.spanId]);
});

Deno.test("what is too much for a span is counted", async () => {
  await using collected = await Collected.create();
  const span = provider({ tracer: collected.tracer }).getTracer("t").startSpan("s");
  const long = "\u0001".repeat(100_000);
  for (let index = 0; index < 200; index++) span.addEvent(long, { [long]: long, index });
  for (let index = 0; index < 150; index++) span.setAttribute(`a${index}${long}`, long);
  span.setStatus({ code: 2 });
  span.end();
  const [{ attrs }] = await collected.spans(2);
  assertEquals(attrs.error, "true");
  assertEquals(attrs["otel.dropped_attributes_count"], "22");
  assertEquals(attrs["otel.dropped_events_count"], "170");
  assert(Object.keys(attrs).length <= 256);
});

Deno.test("spans of OpenTelemetry and of the SDK are each other's parents", async () => {
  const recorder = new SpanRecorder();
  using _registered = register(recorder.tracer);
  const tracer = api.trace.getTracer("t");
  await recorder.tracer.trace("native", async () => {
    await tracer.startActiveSpan("foreign", async (span) => {
      await Promise.resolve();
      assertStrictEquals(api.trace.getActiveSpan(), span);
      recorder.tracer.trace("inner", (inner) => {
        assertEquals(api.trace.getActiveSpan()?.spanContext().spanId, inner.spanId);
        const key = api.createContextKey("key");
        api.context.with(api.context.active().setValue(key, 1), () => {
          assertStrictEquals(activeSpan(), inner);
          tracer.startSpan("leaf").end();
          withSpan(undefined, () => {
            assertEquals(api.trace.getActiveSpan(), undefined);
            assertEquals(api.context.active().getValue(key), 1);
          });
        });
      });
      span.end();
    });
  });
  assertEquals(recorder.started.map(({ name }) => name), ["native", "foreign", "inner", "leaf"]);
  assertEquals(
    recorder.started.map(({ parentId }) => parentId),
    [undefined, ...recorder.started.slice(0, 3).map(({ spanId }) => spanId)],
  );
});

Deno.test("a root option, an empty context and suppressed tracing are respected", () => {
  const recorder = new SpanRecorder();
  using _registered = register(recorder.tracer);
  const tracer = api.trace.getTracer("t");
  recorder.tracer.trace("outer", (outer) => {
    tracer.startSpan("root", { root: true }).end();
    tracer.startSpan("empty", {}, api.ROOT_CONTEXT).end();
    const suppress = api.createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
    const quiet = tracer.startSpan("quiet", {}, api.context.active().setValue(suppress, true));
    assertEquals([quiet.isRecording(), quiet.spanContext().spanId], [false, outer.spanId]);
  });
  assertEquals(recorder.started.map(({ name, parentId }) => [name, parentId]), [
    ["outer", undefined],
    ["root", undefined],
    ["empty", undefined],
  ]);
});

Deno.test("without a collector, spans do nothing and hand their parent on", async () => {
  const recorder = new SpanRecorder();
  await recorder.tracer.shutdown();
  using _registered = register(recorder.tracer);
  const tracer = api.trace.getTracer("t");
  const remote: api.SpanContext = {
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    traceFlags: 1,
  };
  const context = api.trace.setSpanContext(api.ROOT_CONTEXT, remote);
  const span = tracer.startSpan("s", {}, context);
  span.addEvent("e").setStatus({ code: 2 }).setAttribute("a", 1).end();
  assertEquals([span.isRecording(), span.spanContext().traceId], [false, remote.traceId]);
  assertEquals(
    tracer.startActiveSpan("s", (active) => api.isSpanContextValid(active.spanContext())),
    false,
  );
});

Deno.test("functions and emitters can be bound to a context", () => {
  using _registered = register(new SpanRecorder().tracer);
  const key = api.createContextKey("key");
  const context = api.ROOT_CONTEXT.setValue(key, "bound");
  const read = (): unknown => api.context.active().getValue(key);
  assertEquals([api.context.bind(context, read)(), read()], ["bound", undefined]);
  const emitter = api.context.bind(context, new EventEmitter());
  const seen: unknown[] = [];
  const listener = (): unknown => seen.push(read());
  emitter.on("event", listener).emit("event");
  emitter.off("event", listener).emit("event");
  assertEquals(seen, ["bound"]);
  const object = {};
  assertStrictEquals(api.context.bind(context, object), object);
});

Deno.test("contexts go over the wire by the package's own calls, and to the SDK's fetch", async () => {
  const recorder = new SpanRecorder();
  using _registered = register(recorder.tracer);
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const incoming = { traceparent, tracestate: "v=1", baggage: "user=ada;p=1" };
  const context = api.propagation.extract(api.ROOT_CONTEXT, incoming);
  assertEquals(api.trace.getSpanContext(context)?.isRemote, true);
  assertEquals(api.trace.getSpanContext(context)?.traceState?.get("v"), "1");
  assertEquals(api.propagation.getBaggage(context)?.getEntry("user")?.value, "ada");
  const outgoing = {};
  api.propagation.inject(context, outgoing);
  assertEquals(outgoing, incoming);

  let sent: RequestInit["headers"];
  await api.context.with(
    context,
    () =>
      api.trace.getTracer("t").startActiveSpan("serve", async () => {
        const fetch = traceFetch((_input, init) => {
          sent = init?.headers;
          return Promise.resolve(new Response());
        }, { tracer: recorder.tracer });
        await fetch("http://localhost/");
      }),
  );
  const [serve, fetched] = recorder.started;
  assertEquals([serve.parentId, fetched.parentId], ["b".repeat(16), serve.spanId]);
  assertEquals(sent, { ...incoming, traceparent: `00-${"a".repeat(32)}-${fetched.spanId}-01` });
  // A remote span is a parent for the SDK's own spans, too.
  api.context.with(context, () => recorder.tracer.startSpan("direct"));
  assertEquals(recorder.started[2].parentId, "b".repeat(16));
});

Deno.test("any of the SDK's formats can be the package's propagator", () => {
  const recorder = new SpanRecorder();
  using _registered = register(recorder.tracer, new OpenTelemetryPropagator(b3Single));
  const span = api.trace.getTracer("t").startSpan("s");
  const carrier: Record<string, string> = {};
  api.propagation.inject(api.trace.setSpan(api.ROOT_CONTEXT, span), carrier);
  const [{ traceId, spanId }] = recorder.started;
  assertEquals(carrier, { b3: `${traceId}-${spanId}-1` });
  assertEquals(api.propagation.fields(), ["b3"]);
  const context = api.propagation.extract(api.ROOT_CONTEXT, { B3: [carrier.b3] });
  assertEquals(api.trace.getSpanContext(context)?.spanId, spanId);
  assertEquals(api.propagation.extract(api.ROOT_CONTEXT, { b3: "?" }), api.ROOT_CONTEXT);
});

Deno.test("baggage and trace state change as the package expects", () => {
  using _registered = register(new SpanRecorder().tracer);
  const context = api.propagation.extract(api.ROOT_CONTEXT, {
    traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00`,
    tracestate: "a=1,b=2",
    baggage: "x=1,y=2",
  });
  const state = api.trace.getSpanContext(context)?.traceState;
  assertEquals(state?.set("b", "3").unset("a").serialize(), "b=3");
  assertStrictEquals(state?.set("Bad Key", "3"), state);
  const baggage = api.propagation.getBaggage(context) as api.Baggage;
  const changed = baggage.removeEntry("x").setEntry("z", { value: "3" });
  assertEquals(changed.getAllEntries().map(([key, { value }]) => key + value), ["y2", "z3"]);
  assertEquals(baggage.clear().getAllEntries(), []);
  assertEquals(baggage.getAllEntries().length, 2);
});
