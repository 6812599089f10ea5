import { assertEquals } from "@std/assert";
import {
  b3Multi,
  b3Single,
  createVeneurPropagator,
  jaeger,
  type Propagator,
  type TraceContext,
  veneur,
  w3cBaggage,
  w3cTraceContext,
} from "../../../src/sdk/propagation/mod.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

function written(propagator: Propagator, context: TraceContext): { [name: string]: string } {
  const carrier = {};
  propagator.inject(context, carrier);
  return carrier;
}

Deno.test("traceparent is read as the specification says", () => {
  const ids = `${TRACE_ID}-${SPAN_ID}`;
  const valid: { [field: string]: boolean } = {
    [`00-${ids}-01`]: true,
    [`00-${ids}-00`]: false,
    [`00-${ids}-ff`]: true,
    [`00-${ids}-02`]: false,
    [`01-${ids}-01`]: true,
    [`cc-${ids}-01-what-the-future-brings`]: true,
    [`cc-${ids}-01-`]: true,
  };
  for (const [traceparent, sampled] of Object.entries(valid)) {
    const expected = { traceId: TRACE_ID, spanId: SPAN_ID, sampled };
    assertEquals(w3cTraceContext.extract({ traceparent }), expected, traceparent);
  }
  const invalid = [
    `00-${ids}-01-`,
    `00-${ids}-01-x`,
    `01-${ids}-01x`,
    `ff-${ids}-01`,
    `FE-${ids}-01`,
    `0-${ids}-01`,
    `00-${ids.toUpperCase()}-01`,
    `00-${ids}-1`,
    `00-${ids}-0g`,
    `00-${ids}`,
    ` 00-${ids}-01`,
    `00-${ids}-01,00-${ids}-01`,
    `00-${"0".repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${"0".repeat(16)}-01`,
    `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`,
  ];
  for (const traceparent of invalid) {
    assertEquals(w3cTraceContext.extract({ traceparent }), undefined, traceparent);
  }
  // Twice in one request is as wrong.
  assertEquals(
    w3cTraceContext.extract({ traceparent: [`00-${ids}-01`, `00-${ids}-01`] }),
    undefined,
  );
});

Deno.test("a trace id of 16 digits crosses W3C as 32 and comes back as 16", () => {
  const headers = written(w3cTraceContext, { traceId: SPAN_ID, spanId: SPAN_ID });
  assertEquals(headers.traceparent, `00-0000000000000000${SPAN_ID}-${SPAN_ID}-01`);
  assertEquals(w3cTraceContext.extract(headers)?.traceId, SPAN_ID);
});

Deno.test("tracestate is kept when it is right, and left out when not", () => {
  const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;
  const read = (tracestate: string | string[]): string | undefined =>
    w3cTraceContext.extract({ traceparent, tracestate })?.traceState;
  const numbered = (count: number, size = 1): string =>
    Array.from({ length: count }, (_, index) => `k${index}=${"v".repeat(size)}`).join(",");
  assertEquals(
    read("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
    "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
  );
  assertEquals(read(" a=1 ,\t, b=2 "), "a=1,b=2");
  assertEquals(read(["a=1", "b=2"]), "a=1,b=2");
  assertEquals(read("0tenant@sys=a b"), "0tenant@sys=a b");
  assertEquals(read(numbered(32)), numbered(32));
  for (
    const wrong of [
      "",
      ",",
      "a",
      "a=",
      "=1",
      "A=1",
      "a=1,a=2",
      "a=1;b=2=3,c",
      "a=\u00fc",
      "a@b@c=1",
    ]
  ) assertEquals(read(wrong), undefined, wrong);
  assertEquals(read(numbered(33)), undefined);
  assertEquals(read("a=" + "v".repeat(257)), undefined);
  // Over 512 characters, long members go first, then the last ones.
  assertEquals(
    read(`a=1,b=${"v".repeat(200)},c=${"v".repeat(200)},d=${"v".repeat(120)}`)?.length,
    329,
  );
  assertEquals(read(numbered(10, 100)), numbered(4, 100));
});

Deno.test("baggage is read member by member, within its limits", () => {
  const read = (baggage: string): [string, string, string | undefined][] =>
    Object.entries(w3cBaggage.extract({ baggage })?.baggage ?? {})
      .map(([key, { value, properties }]) => [key, value, properties]);
  assertEquals(read("a=1, b = 2 ;p;q = 3 ,c=%C3%BC%20%2C"), [
    ["a", "1", undefined],
    ["b", "2", "p;q = 3"],
    ["c", "ü ,", undefined],
  ]);
  assertEquals(read("a=1,b,=2,c=a b,d=\u00fc,e=1;,f=%ff%zz,g="), [
    ["a", "1", undefined],
    ["f", "\ufffd%zz", undefined],
    ["g", "", undefined],
  ]);
  const many = Array.from({ length: 200 }, (_, index) => `k${index}=v`).join(",");
  assertEquals(read(many).length, 180);
  assertEquals(read(`a=1,b=${"v".repeat(8190)}`).length, 1);
});

Deno.test("baggage is written within its limits, whatever its keys and values", () => {
  const baggage = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`k${index}`, { value: "ü".repeat(index % 20) }]),
  );
  const field = written(w3cBaggage, {
    traceId: "",
    spanId: "",
    baggage: { "no token": { value: "x" }, long: { value: "x".repeat(9000) }, ...baggage },
  }).baggage;
  assertEquals([field.length <= 8192, field.startsWith("k0=,k1=%C3%BC,")], [true, true]);
  assertEquals(field.split(",").length <= 180, true);
  const half = { traceId: "", spanId: "", baggage: { a: { value: "\ud800", properties: "ü" } } };
  assertEquals(written(w3cBaggage, half), { baggage: "a=%EF%BF%BD" });
});

Deno.test("B3 in one header has optional parts", () => {
  const read = (b3: string): TraceContext | undefined => b3Single.extract({ b3 });
  const ids = { traceId: TRACE_ID, spanId: SPAN_ID };
  assertEquals(read(`${TRACE_ID}-${SPAN_ID}`), ids);
  assertEquals(read(`${TRACE_ID}-${SPAN_ID}-1`.toUpperCase()), { ...ids, sampled: true });
  assertEquals(read(`${TRACE_ID}-${SPAN_ID}-0`), { ...ids, sampled: false });
  assertEquals(read(`${TRACE_ID}-${SPAN_ID}-d-${SPAN_ID}`), {
    ...ids,
    parentId: SPAN_ID,
    sampled: true,
    debug: true,
  });
  assertEquals(read(`${SPAN_ID}-${SPAN_ID}-1`)?.traceId, SPAN_ID);
  assertEquals(read(`${"0".repeat(16)}${SPAN_ID}-${SPAN_ID}-1`)?.traceId, SPAN_ID);
  assertEquals(read("0"), { traceId: "", spanId: "", sampled: false });
  for (
    const wrong of [`${TRACE_ID}-${SPAN_ID}-2`, `${TRACE_ID}-${SPAN_ID}-${SPAN_ID}`, "x", "01"]
  ) {
    assertEquals(read(wrong), undefined, wrong);
  }
  assertEquals(written(b3Single, { traceId: "", spanId: "", sampled: false }), { b3: "0" });
});

Deno.test("B3 in several headers knows old words, debug, and a decision alone", () => {
  const ids = { "X-B3-TraceId": TRACE_ID, "X-B3-SpanId": SPAN_ID };
  assertEquals(b3Multi.extract({ ...ids, "X-B3-Sampled": "true" })?.sampled, true);
  assertEquals(b3Multi.extract({ ...ids, "X-B3-Sampled": "0" })?.sampled, false);
  assertEquals(b3Multi.extract({ ...ids, "X-B3-Flags": "1" })?.debug, true);
  assertEquals(b3Multi.extract({ ...ids, "X-B3-Flags": "0" })?.debug, undefined);
  assertEquals(b3Multi.extract({ ...ids, "X-B3-Sampled": "yes" }), undefined);
  assertEquals(b3Multi.extract({ ...ids, "X-B3-ParentSpanId": "x" }), undefined);
  assertEquals(b3Multi.extract({ "X-B3-TraceId": TRACE_ID }), undefined);
  assertEquals(b3Multi.extract({ "X-B3-Sampled": "0" }), {
    traceId: "",
    spanId: "",
    sampled: false,
  });
});

Deno.test("Jaeger's header may lack zeros and have escaped colons", () => {
  assertEquals(jaeger.extract({ "uber-trace-id": "abc%3A1%3a0%3A1" }), {
    traceId: "0000000000000abc",
    spanId: "0000000000000001",
    sampled: true,
  });
  assertEquals(
    jaeger.extract({ "uber-trace-id": `${TRACE_ID.slice(1)}:1:2:0` })?.traceId,
    TRACE_ID,
  );
  assertEquals(jaeger.extract({ "uberctx-Key": "a%20b" })?.baggage?.Key, { value: "a b" });
});

Deno.test("veneur's formats are tried in order, the first complete one counts", () => {
  const carrier = {
    "ot-tracer-traceid": "ff",
    "Trace-Id": "1",
    "Span-Id": "zero",
    "X-Trace-Id": "18446744073709551615",
    "X-Span-Id": "-2",
    Traceid: "5",
    Spanid: "6",
  };
  assertEquals(veneur.extract(carrier), { traceId: "f".repeat(16), spanId: "fffffffffffffffe" });
  assertEquals(veneur.extract({ ...carrier, "OT-Tracer-SpanId": "-A" }), {
    traceId: "00000000000000ff",
    spanId: "fffffffffffffff6",
  });
  assertEquals(veneur.extract({ Traceid: "18446744073709551616", Spanid: "1" }), undefined);
});

Deno.test("veneur's headers are written hexadecimal, and decimal where asked", () => {
  const context = { traceId: TRACE_ID, spanId: "00000000000000ff", parentId: SPAN_ID };
  assertEquals(written(veneur, context), {
    "ot-tracer-traceid": TRACE_ID.slice(16),
    "ot-tracer-spanid": "00000000000000ff",
    "ot-tracer-sampled": "true",
  });
  assertEquals(
    written(createVeneurPropagator("traceid"), { ...context, traceId: "f".repeat(16) }),
    {
      traceid: "-1",
      spanid: "255",
      parentid: String(BigInt.asIntN(64, BigInt("0x" + SPAN_ID))),
    },
  );
});
