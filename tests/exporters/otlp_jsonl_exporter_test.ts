import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { OtlpJsonlExporter } from "../../src/exporters/otlp_jsonl_exporter.ts";
import type { Span } from "../../src/model/span.ts";
import { BASE_NANO, richSpan, sampleSpan } from "./sample_spans.ts";

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  links?: { traceId: string; spanId: string; attributes: KeyValue[] }[];
  events?: { timeUnixNano: string; name: string; attributes: KeyValue[] }[];
  status: { code?: number; message?: string };
  traceState?: string;
}
interface OtlpLine {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { scope: { name?: string; version?: string }; spans: OtlpSpan[] }[];
  }[];
}

function exportLines(spans: readonly Span[], maxSpansPerLine?: number): OtlpLine[] {
  const exporter = new OtlpJsonlExporter({ maxSpansPerLine });
  const text = exporter.begin() + spans.map((span) => exporter.span(span)).join("") +
    exporter.end();
  assert(text === "" || text.endsWith("\n"));
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

function exportSpan(span: Span): OtlpSpan {
  return exportLines([span])[0].resourceSpans[0].scopeSpans[0].spans[0];
}

function attribute(pairs: readonly KeyValue[], key: string): unknown {
  return pairs.find((pair) => pair.key === key)?.value;
}

Deno.test("a go-trace span becomes an OTLP span with padded trace id and exact times", () => {
  const span = exportSpan(sampleSpan({ parentId: "00000000000000a0" }));
  assertEquals(span, {
    traceId: "000000000000000000000000000000b1",
    spanId: "00000000000000a1",
    parentSpanId: "00000000000000a0",
    name: "GET /users",
    kind: 2,
    startTimeUnixNano: "1773223200123456789",
    endTimeUnixNano: "1773223200124456789",
    attributes: [
      { key: "method", value: { stringValue: "GET" } },
      { key: "trace.kind", value: { stringValue: "http" } },
    ],
    status: {},
  });
});

Deno.test("every kind of value has its OTLP type and keeps all digits", () => {
  const span = exportSpan(richSpan());
  const own = Object.fromEntries(span.attributes.map(({ key, value }) => [key, value]));
  assertEquals(attribute(span.attributes, "__proto__"), { stringValue: "plain" });
  assertEquals(own["int"], { intValue: "9223372036854775807" });
  assertEquals(own["negative"], { intValue: "-9223372036854775808" });
  assertEquals(own["whole double"], { doubleValue: 1 });
  assertEquals(own["nan"], { doubleValue: "NaN" });
  assertEquals(own["infinity"], { doubleValue: "-Infinity" });
  assertEquals(own["yes"], { boolValue: true });
  assertEquals(own["bytes"], { bytesValue: "AAH+/w==" });
  assertEquals(own["list"], {
    arrayValue: {
      values: [
        { stringValue: "a" },
        { intValue: "2" },
        { doubleValue: 0.5 },
        { arrayValue: { values: [{ boolValue: false }] } },
      ],
    },
  });
  assertEquals(own["map"], {
    kvlistValue: { values: [{ key: "constructor", value: { intValue: "1" } }] },
  });
});

Deno.test("status, events, links, trace state, resource and scope are carried over", () => {
  const [line] = exportLines([richSpan()]);
  const { resource, scopeSpans: [{ scope, spans: [span] }] } = line.resourceSpans[0];
  assertEquals(resource.attributes, [
    { key: "service.name", value: { stringValue: "shop" } },
    { key: "host.cpus", value: { intValue: "4" } },
  ]);
  assertEquals(scope, { name: "lib", version: "1.2" });
  assertEquals(span.status, { code: 2, message: "broken" });
  assertEquals(span.traceState, "vendor=1");
  assertEquals(span.events![0].timeUnixNano, String(BASE_NANO + 5n));
  const [link] = span.links!;
  assertMatch(link.traceId, /^[0-9a-f]{32}$/);
  assertMatch(link.spanId, /^[0-9a-f]{16}$/);
  assertEquals(attribute(link.attributes, "trace.original_trace_id"), {
    stringValue: "not hexadecimal",
  });
  assertEquals(span.name.isWellFormed(), true);
});

Deno.test("ids of any form become hexadecimal and still make the same tree", () => {
  const root = sampleSpan({ traceId: "T rÿ", spanId: "ROOT" });
  const child = sampleSpan({ traceId: "T rÿ", spanId: "0000000000000000", parentId: "ROOT" });
  const a = exportSpan(root);
  const b = exportSpan(child);
  assertEquals(a.traceId, b.traceId);
  assertEquals(b.parentSpanId, a.spanId);
  assertMatch(a.traceId, /^[0-9a-f]{32}$/);
  assertMatch(a.spanId, /^[0-9a-f]{16}$/);
  assertNotEquals(b.spanId, "0000000000000000");
  assertEquals(attribute(b.attributes, "trace.original_span_id"), {
    stringValue: "0000000000000000",
  });
  assertEquals(attribute(b.attributes, "trace.original_parent_id"), { stringValue: "ROOT" });
  assertEquals(attribute(b.attributes, "trace.original_trace_id"), { stringValue: "T rÿ" });
});

Deno.test("spans of equal resource and scope share a group, and a line has at most so many", () => {
  const shop = { resource: { "service.name": "shop" } };
  const cart = { service: "cart" };
  const spans = [shop, cart, { ...shop, scope: { name: "x" } }, shop, cart].map(sampleSpan);
  const lines = exportLines(spans, 4);
  assertEquals(lines.length, 2);
  const groups = lines[0].resourceSpans.map(({ resource, scopeSpans }) => [
    resource.attributes[0].value.stringValue,
    scopeSpans.map((group) => group.spans.length),
  ]);
  assertEquals(groups, [["shop", [2, 1]], ["cart", [1]]]);
  assertEquals(lines[1].resourceSpans[0].scopeSpans[0].spans.length, 1);
});

Deno.test("what OTLP cannot hold is written by rule and counted", () => {
  const exporter = new OtlpJsonlExporter();
  exporter.span(richSpan());
  exporter.span(sampleSpan({ startTimeUnixNano: -1n, startOffsetMinutes: 540 }));
  exporter.span(sampleSpan({ state: "unfinished", endTimeUnixNano: undefined, spanId: "x" }));
  exporter.span(sampleSpan({ endTimeUnixNano: BASE_NANO - 1n }));
  const spans = (JSON.parse(exporter.end()) as OtlpLine).resourceSpans
    .flatMap((group) => group.scopeSpans.flatMap(({ spans }) => spans));
  assertEquals(spans[1].startTimeUnixNano, "0");
  assertEquals(spans[2].endTimeUnixNano, spans[2].startTimeUnixNano);
  assertEquals(attribute(spans[2].attributes, "trace.state"), { stringValue: "unfinished" });
  assertEquals(spans[3].endTimeUnixNano, String(BASE_NANO - 1n));
  assertEquals(exporter.dropped, { samples: 1, time_offset: 1 });
  assertEquals(exporter.changed, { time_out_of_range: 1, no_end_time: 1, id: 1 });
});

Deno.test("a failed go-trace span has the status error", () => {
  const failed = exportSpan(sampleSpan({ kind: "sql", attributes: { error: "no such table" } }));
  assertEquals(failed.status, { code: 2, message: "no such table" });
  const ok = exportSpan(sampleSpan({ status: { code: "ok" } }));
  assertEquals(ok.status, { code: 1 });
});

Deno.test("values nested a hundred thousand levels deep end in a remark", () => {
  let value: Span["attributes"][string] = "core";
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  const span = exportSpan(sampleSpan({ attributes: { value } }));
  assert(JSON.stringify(span).includes("(nested too deep)"));
});

Deno.test("no spans make no lines", () => {
  assertEquals(exportLines([]), []);
});
