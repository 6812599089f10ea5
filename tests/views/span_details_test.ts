import { assertEquals, assertThrows } from "@std/assert";
import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import { type DetailSection, spanDetails } from "../../src/views/span_details.ts";
import { span, START, traceOf } from "./_spans.ts";

function textOf(sections: readonly DetailSection[]): string[] {
  return sections.flatMap(({ name, count, rows }) => [
    `${name} ${count}`,
    ...rows.map(({ key, text, depth, target }) =>
      `${"  ".repeat(depth + 1)}${key}: ${text}${
        target ? ` -> ${target.traceId}/${target.spanId}` : ""
      }`
    ),
  ]);
}

Deno.test("everything that is known of a span is told", () => {
  const trace = traceOf(
    span("root", undefined, 0, 2_000_000),
    span("child", "root", 500_000, 1_500_000, {
      name: "load",
      kind: "client",
      service: "shop",
      status: { code: "error", message: "broken" },
      traceState: "v=1",
      flags: 1,
      indicator: true,
      droppedAttributesCount: 2,
      droppedEventsCount: 3,
      droppedLinksCount: 1,
      attributes: createAttributes([
        ["__proto__", "plain"],
        ["list", ["a", 2n, createAttributes([["x", 0.5]])]],
        ["bytes", new Uint8Array([0, 255])],
        ["empty", ""],
      ]),
      events: [{
        timeUnixNano: START + 700_000n,
        name: "exception",
        attributes: createAttributes([["exception.stacktrace", "Error: no\n  at f (a.js:1)"]]),
        droppedAttributesCount: 1,
      }],
      links: [{
        traceId: "far",
        spanId: "away",
        traceState: "w=2",
        attributes: createAttributes([["why", "retry"]]),
      }],
      samples: [{
        metric: "gauge",
        name: "queue",
        value: 7,
        unit: "items",
        rate: 0.5,
        tags: { zone: "eu" },
      }],
      scope: { name: "lib", version: "1.2", schemaUrl: "https://s" },
      resource: createAttributes([["service.name", "shop"]]),
      resourceSchemaUrl: "https://r",
      resourceDroppedAttributesCount: 4,
    }),
    span("inner", "child", 600_000, 700_000),
  );
  assertEquals(textOf(spanDetails(trace, 1)), [
    "span 1",
    "  name: load",
    "  service: shop",
    "  kind: client",
    "  error: broken",
    "  status: error",
    "  status message: broken",
    "  start: +500µs  2026-03-11T10:00:00.0005Z",
    "  end: +1.5ms  2026-03-11T10:00:00.0015Z",
    "  duration: 1ms (1000000ns)",
    "  self time: 900µs (90% of the duration)",
    "  critical path: 900µs (45% of the path)",
    "  trace id: t",
    "  span id: child",
    "  parent: root  name of root -> t/root",
    "  spans below: 1",
    "  indicator: true",
    "  trace state: v=1",
    "  flags: 0x01 (sampled)",
    "attributes 4",
    "  __proto__: plain",
    "  list: [3 items]",
    "    [0]: a",
    "    [1]: 2",
    "    [2]: {1 key}",
    "      x: 0.5",
    "  bytes: 0x00ff (2 bytes)",
    "  empty: ",
    "  left out by its program: 2 attributes",
    "events 1",
    "  exception: +700µs  2026-03-11T10:00:00.0007Z",
    "    exception.stacktrace: Error: no\n  at f (a.js:1)",
    "    left out by its program: 1 attribute",
    "  left out by its program: 3 events",
    "links 1",
    "  span: away of trace far -> far/away",
    "    trace state: w=2",
    "    why: retry",
    "  left out by its program: 1 link",
    "samples 1",
    "  queue: 7 items",
    "    metric: gauge",
    "    rate: 0.5",
    "    zone: eu",
    "scope 0",
    "  name: lib",
    "  version: 1.2",
    "  schema: https://s",
    "resource 1",
    "  service.name: shop",
    "  schema: https://r",
    "  left out by its program: 4 attributes",
  ]);
});

Deno.test("a value inside of another one has its path", () => {
  const [, attributes] = spanDetails(
    traceOf(span("a", undefined, 0, 1, {
      attributes: createAttributes([["a.b", [createAttributes([["c", true]])]]]),
    })),
    0,
  );
  assertEquals(attributes.rows.map(({ path }) => path), [["a.b"], ["a.b", 0], ["a.b", 0, "c"]]);
});

Deno.test("a running span runs for as long as it has, an unseen parent is no place to go", () => {
  const trace = traceOf(span("a", "gone", 0, undefined));
  const rows = (now?: bigint) =>
    Object.fromEntries(
      spanDetails(trace, 0, { nowUnixNano: now })[0].rows.map(({ key, text }) => [key, text]),
    );
  assertEquals(rows(START + 5_000n)["running for"], "5µs");
  assertEquals(rows().state, "unfinished");
  assertEquals(rows().parent, "gone  (not seen)");
});

Deno.test("moments that no calendar has are told as numbers", () => {
  const trace = traceOf(span("a", undefined, 0, undefined, { startTimeUnixNano: 10n ** 24n }));
  const start = spanDetails(trace, 0)[0].rows.find(({ key }) => key === "start");
  assertEquals(start?.text, "+0ns  1000000000000000000000000ns since 1970");
});

Deno.test("values 100,000 deep are told", () => {
  let value: AttributeValue = "bottom";
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  const [, attributes] = spanDetails(
    traceOf(span("a", undefined, 0, 1, { attributes: createAttributes([["v", value]]) })),
    0,
  );
  assertEquals(attributes.rows.length, 100_001);
  assertEquals(attributes.rows.at(-1)?.text, "bottom");
});

Deno.test("a span that is not there cannot be described", () => {
  assertThrows(() => spanDetails(traceOf(span("a", undefined, 0, 1)), 1), RangeError);
});
