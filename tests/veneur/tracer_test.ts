import { assertEquals } from "@std/assert";
import {
  type BinaryCarrier,
  type ContextFormat,
  ErrContractViolation,
  ErrUnsupportedSpanContext,
  globalTracer,
  HEADER_FORMATS,
  startTrace,
} from "../../src/veneur/mod.ts";

Deno.test("a context survives each format, with ids, parent and resource", () => {
  const parent = startTrace("shop");
  const span = globalTracer.startSpan("call", { parent });
  for (const format of ["http_headers", "text_map", "binary"] as const) {
    const carrier: Record<string, string> & BinaryCarrier = Object.create(null);
    assertEquals(globalTracer.inject(span, format, carrier).status, "ok");
    const result = globalTracer.extract(format, carrier);
    if (result.status !== "ok") throw result.error;
    const child = globalTracer.startSpan("serve", { parent: result.context });
    assertEquals([child.traceId, child.parentId], [span.traceId, span.spanId], format);
    assertEquals(result.context.resource, format === "http_headers" ? "" : "shop");
  }
});

Deno.test("the text map is veneur's: decimal ids by these names", () => {
  const parent = startTrace("shop");
  const span = globalTracer.startSpan("call", { parent });
  const carrier: Record<string, string> = {};
  globalTracer.inject(span, "text_map", carrier);
  assertEquals(carrier, {
    traceid: String(span.traceId),
    spanid: String(span.spanId),
    parentid: String(parent.spanId),
    resource: "shop",
  });
});

Deno.test("headers of a request make its span a child, whichever format they have", () => {
  assertEquals(HEADER_FORMATS.length, 4);
  const formats: Record<string, string>[] = [
    { "Ot-Tracer-Traceid": "a", "OT-TRACER-SPANID": "b" },
    { "trace-id": "10", "SPAN-ID": "11" },
    { "x-trace-id": "10", "x-span-id": "11" },
    { "TRACEID": "10", "spanid": "11" },
  ];
  for (const headers of formats) {
    const request = new Request("http://localhost/", { headers });
    const result = globalTracer.extractRequestChild("shop", request, "serve");
    if (result.status !== "ok") throw result.error;
    const { traceId, parentId, resource, name } = result.span;
    assertEquals([traceId, parentId, resource, name], [10n, 11n, "shop", "serve"]);
  }
  const span = globalTracer.startSpan("call");
  const request = new Request("http://localhost/");
  globalTracer.injectRequest(span, request);
  assertEquals([...request.headers.keys()], [
    "ot-tracer-sampled",
    "ot-tracer-spanid",
    "ot-tracer-traceid",
  ]);
});

Deno.test("what cannot be injected or extracted is an answer, not an exception", () => {
  const span = globalTracer.startSpan("call");
  const foreign = { traceId: "no number", spanId: "x" };
  const errors = [
    globalTracer.inject(foreign, "http_headers", {}),
    globalTracer.inject(undefined as never, "http_headers", {}),
    globalTracer.extract("http_headers", { "trace-id": "0", "span-id": "0" }),
    globalTracer.extract("binary", { buffer: new Uint8Array([255, 255]) }),
    globalTracer.inject(span, "binary", "text" as never),
    globalTracer.inject(span, "smoke" as ContextFormat, {}),
    globalTracer.extract("text_map", undefined as never),
    globalTracer.extractRequestChild("shop", {} as never, "serve"),
  ].map((result) => result.status === "failed" ? result.error.constructor : result.status);
  assertEquals(errors, [
    ErrUnsupportedSpanContext,
    ErrUnsupportedSpanContext,
    ErrUnsupportedSpanContext,
    ErrUnsupportedSpanContext,
    ErrContractViolation,
    ErrContractViolation,
    ErrContractViolation,
    ErrContractViolation,
  ]);
});
