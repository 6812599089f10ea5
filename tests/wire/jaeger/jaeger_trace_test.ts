import { assertEquals } from "@std/assert";
import type { SpanKind } from "../../../src/model/span_kind.ts";
import { createAttributes } from "../../../src/model/attributes.ts";
import { jaegerTrace } from "../../../src/wire/jaeger/jaeger_trace.ts";
import type { Losses } from "../../../src/wire/losses.ts";
import { BASE_NANO, richSpan, sampleSpan } from "../../exporters/sample_spans.ts";

function noLosses(): Losses {
  return { dropped: {}, changed: {} };
}

Deno.test("values keep their types, 64-bit integers as text beyond what JSON's numbers hold", () => {
  const losses = noLosses();
  const [{ tags }] = jaegerTrace([richSpan()], losses).spans;
  const byKey = new Map(tags.map(({ key, type, value }) => [key, [type, value]]));
  assertEquals(byKey.get("int"), ["int64", "9223372036854775807"]);
  assertEquals(byKey.get("whole double"), ["float64", 1]);
  assertEquals(byKey.get("nan"), ["float64", "NaN"]);
  assertEquals(byKey.get("yes"), ["bool", true]);
  assertEquals(byKey.get("bytes"), ["binary", "AAH+/w=="]);
  assertEquals(byKey.get("list"), ["string", '["a",2,0.5,[false]]']);
  assertEquals(byKey.get("__proto__"), ["string", "plain"]);
  assertEquals(losses.dropped, { samples: 1, link_attributes: 1 });
  assertEquals(losses.changed, { attribute_type: 1, link_id: 1 });
});

Deno.test("spans of one program share a process, those of others have their own", () => {
  const services = ["a", "b", "a", undefined];
  const losses = noLosses();
  const { spans, processes } = jaegerTrace(
    services.map((service, index) => sampleSpan({ spanId: `${index}`, service })),
    losses,
  );
  assertEquals(spans.map(({ processID }) => processID), ["p1", "p2", "p1", "p3"]);
  assertEquals(Object.values(processes).map(({ serviceName }) => serviceName), [
    "a",
    "b",
    "unknown_service",
  ]);
  assertEquals(losses.changed.no_service, 1);
});

Deno.test("times are whole microseconds of 1970 on, with the rest told beside", () => {
  const losses = noLosses();
  const times = [[BASE_NANO, BASE_NANO + 1n], [5_000n, 4_000n], [-5n, -3n], [1_000n, 3_000n]];
  const { spans } = jaegerTrace(
    times.map(([startTimeUnixNano, endTimeUnixNano]) =>
      sampleSpan({ startTimeUnixNano, endTimeUnixNano, kind: "internal", attributes: {} })
    ),
    losses,
  );
  assertEquals(spans.map(({ startTime, duration }) => [startTime, duration]), [
    [Number(BASE_NANO / 1000n), 0],
    [5, 0],
    [0, 0],
    [1, 2],
  ]);
  const ownTags = spans.map(({ tags }) => tags.filter(({ key }) => key.startsWith("trace.")));
  assertEquals(ownTags.map((tags) => tags.map(({ value }) => value)), [
    [String(BASE_NANO), String(BASE_NANO + 1n)],
    ["4000"],
    ["-5", "-3"],
    [],
  ]);
  assertEquals(losses.changed, { no_service: 4, negative_duration: 1, time_out_of_range: 1 });
});

Deno.test("an attribute gives its place to the tag that says something of the span", () => {
  const losses = noLosses();
  const attributes = createAttributes([["span.kind", "x"], ["error", "boom"]]);
  const [{ tags }] = jaegerTrace([sampleSpan({ kind: "client", attributes })], losses).spans;
  const values = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  assertEquals([values["span.kind"], values.error], ["client", "boom"]);
  assertEquals(losses.dropped, { attribute_key: 1 });
});

Deno.test("a kind is the tag that Jaeger gives it, but for the program's own tag of that name", () => {
  const kindTags = ["internal", "client", "producer", 9].map((kind) => {
    const [{ tags }] = jaegerTrace([sampleSpan({ kind: kind as SpanKind })], noLosses()).spans;
    return tags.find(({ key }) => key === "span.kind")?.value;
  });
  assertEquals(kindTags, ["internal", "client", "producer", undefined]);
  const attributes = createAttributes([["span.kind", "x"]]);
  const [{ tags }] = jaegerTrace([sampleSpan({ kind: "internal", attributes })], noLosses()).spans;
  assertEquals(tags.filter(({ key }) => key === "span.kind").map(({ value }) => value), ["x"]);
});

Deno.test("a link into the own trace does not become the parent of a root span", () => {
  const losses = noLosses();
  const link = { traceId: sampleSpan().traceId, spanId: "00000000000000a9", attributes: {} };
  const [root, child] = jaegerTrace([
    sampleSpan({ links: [link] }),
    sampleSpan({ parentId: "00000000000000a1", links: [link] }),
  ], losses).spans;
  assertEquals(root.references, []);
  assertEquals(child.references.map(({ refType, spanID }) => [refType, spanID]), [
    ["CHILD_OF", "00000000000000a1"],
    ["FOLLOWS_FROM", "00000000000000a9"],
  ]);
  assertEquals(losses.dropped, { links: 1 });
});
