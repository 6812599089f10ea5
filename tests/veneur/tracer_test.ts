import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type BinaryCarrier,
  type ContextFormat,
  ErrContractViolation,
  ErrSpanContextNotFound,
  ErrUnsupportedFormat,
  ErrUnsupportedSpanContext,
  globalTracer,
  HEADER_FORMATS,
  Span,
  startTrace,
} from "../../src/veneur/mod.ts";
import { errorOf } from "./_record_spans.ts";

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

Deno.test("a tracer's span has the parent, the tags and the start that it was given", () => {
  const parent = startTrace("shop");
  const span = globalTracer.startSpan("serve", {
    parent,
    tags: { foo: "bar", baz: "quz" },
    startTime: 1_136_239_445_000_000_000n,
  });
  assertEquals([span.traceId, span.parentId, span.resource, span.name], [
    parent.traceId,
    parent.spanId,
    "shop",
    "serve",
  ]);
  assertEquals([{ ...span.tags }, span.start], [
    { foo: "bar", baz: "quz" },
    1_136_239_445_000_000_000n,
  ]);
  const root = globalTracer.startSpan("serve");
  assertEquals([root.traceId, root.parentId, root.resource], [root.spanId, 0n, "serve"]);
});

Deno.test("what cannot be injected or extracted is an answer, not an exception", () => {
  const span = globalTracer.startSpan("call");
  const foreign = { traceId: "no number", spanId: "x" };
  const smoke = "smoke" as ContextFormat;
  const cases: [{ status: string; error?: Error }, new (...args: never[]) => Error][] = [
    [globalTracer.inject(foreign, "http_headers", {}), ErrUnsupportedSpanContext],
    [globalTracer.inject(undefined as never, "http_headers", {}), ErrUnsupportedSpanContext],
    [globalTracer.inject(span, smoke, {}), ErrUnsupportedFormat],
    [globalTracer.extract(smoke, {}), ErrUnsupportedFormat],
    [globalTracer.extract("http_headers", { "wrong-header": "1" }), ErrSpanContextNotFound],
    [
      globalTracer.extract("http_headers", { "trace-id": "0", "span-id": "0" }),
      ErrSpanContextNotFound,
    ],
    [
      globalTracer.extract("binary", { buffer: new Uint8Array([255, 255]) }),
      ErrSpanContextNotFound,
    ],
    [globalTracer.inject(span, "binary", "text" as never), ErrContractViolation],
    [globalTracer.extract("text_map", undefined as never), ErrContractViolation],
    [globalTracer.extractRequestChild("shop", {} as never, "serve"), ErrContractViolation],
  ];
  for (const [result, kind] of cases) assertInstanceOf(errorOf(result, "failed"), kind);
});

Deno.test("a span that a tracer starts without a name is called after its caller", () => {
  function loadCart(): Span {
    return globalTracer.startSpan();
  }
  const parent = loadCart();
  function loadItem(): Span {
    return globalTracer.startSpan("", { parent });
  }
  assertEquals([parent.name, parent.resource], ["loadCart", "loadCart"]);
  assertEquals([loadItem().name, loadItem().resource], ["loadItem", "loadCart"]);
});

Deno.test("a child of a request without a name is called after who extracted it", () => {
  const headers = { "trace-id": "10", "span-id": "11" };
  function serve(): string | undefined {
    const result = globalTracer.extractRequestChild("shop", { headers });
    return result.status === "ok" ? result.span.name : undefined;
  }
  assertEquals(serve(), "serve");
});

Deno.test("a span that has no name when it is finished is called after who finished it", () => {
  function charge(span: Span): string {
    span.finish();
    return span.name;
  }
  function ship(span: Span): string {
    span.clientFinishWithOptions(undefined, {});
    return span.name;
  }
  assertEquals([charge(new Span()), ship(new Span())], ["charge", "ship"]);
});
