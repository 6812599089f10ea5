import { assert, assertEquals } from "@std/assert";
import * as api from "npm:@opentelemetry/api@1.9.1";
import { BasicTracerProvider, type SpanProcessor } from "npm:@opentelemetry/sdk-trace-base@2.12.0";
import { OpenTelemetrySpanProcessor } from "../../../src/sdk/opentelemetry/mod.ts";
import { Collected } from "../_collected_spans.ts";

Deno.test("an OpenTelemetry setup reports its spans while they run, and whole at their end", async () => {
  await using collected = await Collected.create();
  // What is offered has the type of the package itself.
  const processor: SpanProcessor = new OpenTelemetrySpanProcessor({ tracer: collected.tracer });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer("library", "1.0.0");
  const parent = tracer.startSpan("parent", { kind: api.SpanKind.CONSUMER });
  const child = tracer.startSpan("child", {}, api.trace.setSpan(api.ROOT_CONTEXT, parent));

  const running = await collected.spans(2);
  assertEquals(running.map(({ name, end }) => [name, end]), [
    ["parent", undefined],
    ["child", undefined],
  ]);

  child.setAttribute("a", [1, 2]).addEvent("e", { x: 1 }).updateName("renamed");
  child.setStatus({ code: api.SpanStatusCode.ERROR });
  child.recordException(new Error("bad"));
  child.addLink({ context: parent.spanContext() });
  child.end();
  parent.end();
  await provider.forceFlush();
  const [first, second] = await collected.spans(4);
  for (
    const [collectedSpan, { traceId, spanId }] of [
      [first, parent.spanContext()],
      [second, child.spanContext()],
    ] as const
  ) assertEquals([collectedSpan.traceId, collectedSpan.spanId], [traceId, spanId]);
  assertEquals([first.parentId, second.parentId], [undefined, first.spanId]);
  assertEquals(first.attrs, {
    "otel.kind": "consumer",
    "otel.scope.name": "library",
    "otel.scope.version": "1.0.0",
  });
  const stack = second.attrs["event.1.attrs.exception.stacktrace"];
  const times = [second.attrs["event.0.time"], second.attrs["event.1.time"]];
  assertEquals(second.attrs, {
    "a": "[1,2]",
    "otel.kind": "internal",
    "otel.name": "renamed",
    "otel.status_code": "ERROR",
    "error": "bad",
    "otel.scope.name": "library",
    "otel.scope.version": "1.0.0",
    "link.0.trace_id": first.traceId,
    "link.0.span_id": first.spanId,
    "event.0.name": "e",
    "event.0.time": times[0],
    "event.0.attrs.x": "1",
    "event.1.name": "exception",
    "event.1.time": times[1],
    "event.1.attrs.exception.type": "Error",
    "event.1.attrs.exception.message": "bad",
    "event.1.attrs.exception.stacktrace": stack,
  });
  assert(Date.parse(times[0]) >= Date.parse(second.start));
  await provider.shutdown();
});

Deno.test("an OpenTelemetry trace that came from this SDK keeps its short id", async () => {
  await using collected = await Collected.create();
  const provider = new BasicTracerProvider({
    spanProcessors: [new OpenTelemetrySpanProcessor({ tracer: collected.tracer })],
  });
  const native = collected.tracer.startSpan("native");
  const traceId = native.traceId.padStart(32, "0");
  const context = api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId,
    spanId: native.spanId,
    traceFlags: 1,
  });
  provider.getTracer("t").startSpan("s", {}, context).end();
  native.end();
  const [first, second] = await collected.spans(4);
  assertEquals([second.traceId, second.parentId], [first.traceId, first.spanId]);
  await provider.shutdown();
});
