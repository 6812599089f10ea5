import { assertEquals } from "@std/assert";
import { OpenTelemetryTracerProvider } from "../../src/sdk/opentelemetry/mod.ts";
import type { RecordingSpan } from "../../src/sdk/recording_span.ts";
import { traceHandler } from "../../src/sdk/trace_handler.ts";
import { SpanRecorder } from "./_span_recorder.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

/** Runs a test within an environment that names a span, as `trace run` makes it. */
async function startedBy(
  environment: Readonly<Record<string, string>>,
  test: (recorder: SpanRecorder) => Promise<void> | void,
): Promise<void> {
  // Each test is a program of its own, which has not been asked for anything.
  const serving = Reflect.get(globalThis, Symbol.for("@trace/sdk.serving"));
  Reflect.set(serving, "isServing", false);
  for (const [name, value] of Object.entries(environment)) Deno.env.set(name, value);
  try {
    await test(new SpanRecorder());
  } finally {
    for (const name of Object.keys(environment)) Deno.env.delete(name);
  }
}

const PARENT = { TRACEPARENT: `00-${TRACE_ID}-${SPAN_ID}-01` };

/** Where a span stands: its trace, its parent, and what it links to. */
function place({ traceId, parentId, details }: RecordingSpan): unknown[] {
  return [traceId === TRACE_ID, parentId, details?.links.map((link) => link.spanId) ?? []];
}

Deno.test("spans without a parent are children of the span that the program was started in", () =>
  startedBy({ ...PARENT, TRACESTATE: "vendor=1", BAGGAGE: "user=ada" }, ({ tracer, started }) => {
    tracer.trace("job", () => tracer.startSpan("step").end());
    tracer.startSpan("alone", { root: true }).end();
    const [job, step, alone] = started;
    assertEquals(place(job), [true, SPAN_ID, []]);
    assertEquals(place(step), [true, job.spanId, []]);
    assertEquals(place(alone), [false, undefined, [SPAN_ID]]);
    assertEquals([job.traceState, job.baggage?.user.value], ["vendor=1", "ada"]);
  }));

Deno.test("what a server does begins traces of its own, which link to that span", () =>
  startedBy(PARENT, async ({ tracer, started }) => {
    const handler = traceHandler((_request: Request) => new Response(), { tracer });
    await handler(new Request("http://localhost/a"));
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await handler(new Request("http://localhost/b", { headers: { traceparent } }));
    tracer.startSpan("message", { kind: "consumer" }).end();
    tracer.trace("cleaning up", () => tracer.startSpan("step").end());
    const [request, called, message, other, step] = started;
    assertEquals(place(request), [false, undefined, [SPAN_ID]]);
    assertEquals(place(called), [false, "00f067aa0ba902b7", []]);
    assertEquals(place(message), [false, undefined, [SPAN_ID]]);
    // A server runs on: what else it does would never be a whole trace.
    assertEquals(place(other), [false, undefined, [SPAN_ID]]);
    assertEquals(place(step), [false, other.spanId, []]);
  }));

Deno.test("spans of @opentelemetry/api follow the same rules", () =>
  startedBy(PARENT, ({ tracer, started }) => {
    const openTelemetry = new OpenTelemetryTracerProvider({ tracer }).getTracer("test");
    openTelemetry.startSpan("job").end();
    openTelemetry.startSpan("alone", { root: true }).end();
    openTelemetry.startSpan("request", { kind: 1 }).end();
    assertEquals(started.map(place), [
      [true, SPAN_ID, []],
      [false, undefined, [SPAN_ID]],
      [false, undefined, [SPAN_ID]],
    ]);
  }));

Deno.test("an environment that names no valid span changes nothing", () =>
  startedBy({ TRACEPARENT: "00-zz-1-01", BAGGAGE: "user=ada" }, ({ tracer, started }) => {
    tracer.startSpan("job").end();
    assertEquals(place(started[0]), [false, undefined, []]);
  }));
