import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  count,
  gauge,
  histogram,
  namePrefix,
  randomlySample,
  type SampleOptions,
  set,
  setNamePrefix,
  type SsfSample,
  status,
  type TimeUnit,
  timing,
} from "../../src/veneur/ssf/mod.ts";
import { decodeSsfSpan } from "../../src/wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../src/wire/ssf/encode_ssf_span.ts";
import { seededRandom } from "../testing/events.ts";
import { makeSpan } from "./_record_spans.ts";

Deno.test("each kind of sample keeps its value where veneur expects it", () => {
  const samples = [
    count("c", 2),
    gauge("g", -1.5),
    histogram("h", 3),
    set("s", "member"),
    status("st", "critical"),
  ];
  const table = samples.map(({ metric, name, value, message, status, sampleRate }) => [
    ...[metric, name, value, message, status, sampleRate],
  ]);
  assertEquals(table, [
    ["counter", "c", 2, "", "ok", 1],
    ["gauge", "g", -1.5, "", "ok", 1],
    ["histogram", "h", 3, "", "ok", 1],
    ["set", "s", 0, "member", "ok", 1],
    ["status", "st", 0, "", "critical", 1],
  ]);
});

/** A sample of each kind with the same options. */
function makeAll(options: SampleOptions): SsfSample[] {
  return [
    count("c", 1, {}, options),
    gauge("g", 1, {}, options),
    histogram("h", 1, {}, options),
    set("s", "member", {}, options),
    status("st", "ok", {}, options),
    timing("t", 1n, "ms", {}, options),
  ];
}

Deno.test("each kind of sample takes each option, and the prefix", () => {
  const options = { unit: "pages", timestamp: 7n, scope: "local", sampleRate: 0.5 } as const;
  for (const { unit, timestamp, scope, sampleRate } of makeAll(options)) {
    assertEquals({ unit, timestamp, scope, sampleRate }, options);
  }
  try {
    setNamePrefix("testing.");
    assertEquals(makeAll({}).map((sample) => sample.name), [
      "testing.c",
      "testing.g",
      "testing.h",
      "testing.s",
      "testing.st",
      "testing.t",
    ]);
  } finally {
    setNamePrefix("");
  }
});

Deno.test("samples carry tags and options, and arrive with them", () => {
  const tags = { shop: "berlin", ["__proto__"]: "data" };
  const sample = gauge("size", 12, tags, {
    unit: "bytes",
    timestamp: 1_700_000_000_000_000_001n,
    scope: "global",
    sampleRate: 0.25,
  });
  tags.shop = "changed";
  const span = decodeSsfSpan(encodeSsfSpan(makeSpan(1, { metrics: [sample] })));
  assertEquals(span.metrics, [sample]);
  assertEquals([sample.unit, sample.timestamp, sample.scope, sample.sampleRate], [
    "bytes",
    1_700_000_000_000_000_001n,
    "global",
    0.25,
  ]);
  assertEquals([sample.tags.shop, sample.tags["__proto__"]], ["berlin", "data"]);
});

Deno.test("a sample rate outside of (0, 1] is ignored", () => {
  for (const sampleRate of [0, -1, 1.5, NaN]) {
    assertEquals(count("c", 1, {}, { sampleRate }).sampleRate, 1);
  }
});

Deno.test("timings are histograms in whole units", () => {
  const cases: [bigint, TimeUnit, number][] = [
    [1_999n, "ns", 1999],
    [1_999n, "µs", 1],
    [20_000_000n, "ms", 20],
    [90_000_000_000n, "s", 90],
    [90_000_000_000n, "min", 1],
    [7_200_000_000_000n, "h", 2],
  ];
  for (const [durationNano, unit, value] of cases) {
    const sample = timing("t", durationNano, unit);
    assertEquals([sample.metric, sample.value, sample.unit], ["histogram", value, unit]);
  }
  assertThrows(() => timing("t", 1n, "days" as TimeUnit), RangeError, '"days"');
  assertThrows(() => timing("t", 1n, "toString" as TimeUnit), RangeError);
});

Deno.test("a prefix is put before the names of all new samples", () => {
  try {
    setNamePrefix("shop.");
    assertEquals([count("c", 1).name, timing("t", 1n, "ns").name, namePrefix()], [
      "shop.c",
      "shop.t",
      "shop.",
    ]);
  } finally {
    setNamePrefix("");
  }
  assertEquals(count("c", 1).name, "c");
});

Deno.test("random sampling keeps a share and multiplies the rates", () => {
  const samples = Array.from({ length: 10_000 }, (_, index) => {
    return count("c", index, {}, { sampleRate: index % 2 === 0 ? 1 : 0.5 });
  });
  const kept = randomlySample(0.25, samples, seededRandom(1));
  assert(kept.length > 2300 && kept.length < 2700, `${kept.length} kept`);
  for (const { value, sampleRate } of kept) {
    assertEquals(sampleRate, value % 2 === 0 ? 0.25 : 0.125);
  }
  assertEquals(samples[0].sampleRate, 1);
  assertEquals(randomlySample(1, samples).length, samples.length);
  for (const rate of [0, -1, 2, NaN]) assertEquals(randomlySample(rate, samples), samples);
});
