import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  b3Multi,
  b3Single,
  type Carrier,
  composite,
  createVeneurPropagator,
  jaeger,
  type Propagator,
  VENEUR_FORMATS,
  w3c,
  w3cBaggage,
  w3cTraceContext,
} from "../../../src/sdk/propagation/mod.ts";
import { type Capabilities, Random, randomContext } from "./_random_context.ts";

const veneurFormats = VENEUR_FORMATS.map((format): [string, Propagator, Capabilities] => [
  `veneur ${format}`,
  createVeneurPropagator(format),
  format === "traceid" ? { hasParent: true } : {},
]);

/** Every format and what it can carry. */
const FORMATS: readonly [string, Propagator, Capabilities][] = [
  ["w3c", w3c, { has128Bits: true, hasTraceState: true, baggage: "properties" }],
  ["w3cTraceContext", w3cTraceContext, { has128Bits: true, hasTraceState: true }],
  ["b3Single", b3Single, {
    has128Bits: true,
    hasParent: true,
    hasDebug: true,
    mayLeaveSampledOpen: true,
  }],
  ["b3Multi", b3Multi, {
    has128Bits: true,
    hasParent: true,
    hasDebug: true,
    mayLeaveSampledOpen: true,
  }],
  ["jaeger", jaeger, { has128Bits: true, hasParent: true, hasDebug: true, baggage: "text" }],
  ...veneurFormats,
];

/** Carriers of every sort, and what makes one arrive as HTTP would bring it. */
const CARRIERS: readonly (() => Carrier)[] = [
  () => ({}),
  () => Object.create(null),
  () => new Map<string, string>(),
  () => new Headers(),
];

Deno.test("what a format writes into any carrier it reads back the same", () => {
  const random = new Random(1);
  for (const [name, propagator, capabilities] of FORMATS) {
    for (let run = 0; run < 400; run++) {
      const context = randomContext(random, capabilities);
      const carrier = CARRIERS[run % CARRIERS.length]();
      propagator.inject(context, carrier);
      const { sampled, ...extracted } = { sampled: undefined, ...propagator.extract(carrier) };
      const { sampled: expected, ...rest } = { sampled: undefined, ...context };
      assertEquals(extracted, rest, `${name} ${JSON.stringify(context)}`);
      const carriesSampled = !name.startsWith("veneur") || name === "veneur ot-tracer";
      assertEquals(sampled, carriesSampled ? expected : undefined, name);
    }
  }
});

Deno.test("headers are found in any letter case and as arrays", () => {
  const random = new Random(2);
  for (const [name, propagator, capabilities] of FORMATS) {
    for (let run = 0; run < 50; run++) {
      const context = randomContext(random, { ...capabilities, baggage: "none" });
      const written: { [name: string]: string } = {};
      propagator.inject(context, written);
      const upper = Object.entries(written).map(([key, value]) => [key.toUpperCase(), value]);
      const expected = propagator.extract(written);
      for (
        const carrier of [
          Object.fromEntries(upper),
          new Map(upper as [string, string][]),
          Object.fromEntries(upper.map(([key, value]) => [key, [value]])),
        ]
      ) assertEquals(propagator.extract(carrier), expected, name);
    }
  }
});

Deno.test("garbage in every header is no context and never throws", () => {
  const random = new Random(3);
  const shapes = [
    "",
    "-",
    ":::",
    "0",
    "00-00000000000000000000000000000000-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "0000000000000000-0000000000000000-1",
    "0:0:0:1",
    "%",
    "%E0%A4%A",
    "g".repeat(16),
    "9".repeat(5000),
    // Blanks that cost the square of their number would let a stranger stop a server.
    "a=" + " ".repeat(1_000_000) + '"',
    " ".repeat(1_000_000) + "=",
    "a=1" + " ".repeat(30_000) + "\u0000",
    "a" + ";".repeat(1_000_000),
    "\u0000\ud800",
  ];
  for (const [name, propagator] of FORMATS) {
    const garbage = [
      ...shapes,
      ...Array.from({ length: 100 }, () => "g" + random.text("0af-:%g ;,", 60)),
    ];
    for (const value of garbage) {
      const carrier = Object.fromEntries(propagator.fields.map((field) => [field, value]));
      if (name === "b3Single" && /^[01d]$/.test(value)) continue;
      assertEquals(propagator.extract(carrier), undefined, `${name} ${JSON.stringify(value)}`);
    }
  }
});

Deno.test("truncating or changing a header gives a context or none, and never throws", () => {
  const random = new Random(4);
  for (const [, propagator, capabilities] of FORMATS) {
    for (let run = 0; run < 100; run++) {
      const written: { [name: string]: string } = {};
      propagator.inject(randomContext(random, capabilities), written);
      for (const name of Object.keys(written)) {
        const value = written[name];
        const at = random.below(value.length + 1);
        const cut = value.slice(0, at);
        propagator.extract({ ...written, [name]: cut });
        propagator.extract({
          ...written,
          [name]: cut + random.text("~%\u00e9-", 2) + value.slice(at),
        });
      }
    }
  }
});

Deno.test("carriers that are none carry nothing", () => {
  const context = { traceId: "4bf92f3577b34da6", spanId: "00f067aa0ba902b7" };
  for (const [, propagator] of FORMATS) {
    for (const carrier of [undefined, null, 1, "traceparent", Symbol.iterator]) {
      assertEquals(propagator.extract(carrier as unknown as Carrier), undefined);
      propagator.inject(context, carrier as unknown as Carrier);
    }
    propagator.inject(context, Object.freeze({}) as Carrier);
  }
});

Deno.test("ids that would not come back the same are not written", () => {
  for (const [name, propagator] of FORMATS) {
    for (const id of ["", "0", "0000000000000000", "4BF92F3577B34DA6", "4bf9", "trace"]) {
      const carrier = {};
      propagator.inject({ traceId: id, spanId: "00f067aa0ba902b7" }, carrier);
      propagator.inject({ traceId: "4bf92f3577b34da6", spanId: id }, carrier);
      assertEquals(carrier, {}, `${name} ${id}`);
    }
  }
});

Deno.test("writing replaces a header whatever its letter case", () => {
  const context = { traceId: "4bf92f3577b34da6", spanId: "00f067aa0ba902b7", sampled: false };
  const carrier: Carrier = { TraceParent: "old" };
  w3cTraceContext.inject(context, carrier);
  assertEquals(carrier, {
    TraceParent: "00-00000000000000004bf92f3577b34da6-00f067aa0ba902b7-00",
  });
});

Deno.test("a composite reads ids from the first that has some and baggage from all", () => {
  const propagator = composite([w3cBaggage, b3Single, jaeger, w3cTraceContext]);
  const carrier = {
    baggage: "a=1,b=2",
    b3: "1",
    "uberctx-b": "3",
    "uberctx-c": "4",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
  };
  assertEquals({ ...propagator.extract(carrier), baggage: undefined }, {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    sampled: false,
    baggage: undefined,
  });
  assertEquals(
    Object.entries(propagator.extract(carrier)?.baggage ?? {}).map(([key, { value }]) =>
      key + value
    )
      .sort(),
    ["a1", "b2", "c4"],
  );
  assertStrictEquals(propagator.extract({}), undefined);
  assertEquals(propagator.fields, ["baggage", "b3", "uber-trace-id", "traceparent", "tracestate"]);
});
