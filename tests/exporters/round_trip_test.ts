import { assertEquals } from "@std/assert";
import { fileSource } from "../../src/cli/file_source.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { changeSpan } from "../../src/model/change_span.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { exportTo } from "./_export_all.ts";
import { BASE_NANO, manySpans, oddSpans, richSpan, sampleSpan } from "./sample_spans.ts";

/** Formats whose files open again. */
const READABLE = [
  "jsonl",
  "otlp-json",
  "otlp-jsonl",
  "otlp-proto",
  "jaeger",
  "zipkin",
  "ssf",
  "gotrace",
  "chrome",
];

/** Opens a file as `trace view` does. What the reader had to say must be nothing. */
async function open(bytes: Uint8Array<ArrayBuffer>): Promise<Span[]> {
  const source = fileSource({ name: "file", bytes: new Blob([bytes]).stream() });
  const spans: Span[] = [];
  for await (const message of source.read(new AbortController().signal)) {
    if (message.type === "spans") spans.push(...message.spans);
    else throw new Error(JSON.stringify(message));
  }
  return spans;
}

function line(span: Span): string {
  return encodeSpanLine(span);
}

/** Compares without regard to order; of many differences, only the first is told. */
function assertSame(opened: readonly Span[], spans: readonly Span[]): void {
  const [actual, expected] = [opened.map(line).sort(), spans.map(line).sort()];
  const at = expected.findIndex((each, index) => each !== actual[index]);
  assertEquals(actual[at], expected[at]);
  assertEquals(actual.length, expected.length);
}

/** What every format holds: where a span is in its tree, what it is called, and when it ran. */
function core(span: Span): unknown {
  const { traceId, spanId, parentId, name, startTimeUnixNano, endTimeUnixNano } = span;
  const state = span.state === "running" ? "unfinished" : span.state;
  return { traceId, spanId, parentId, name, startTimeUnixNano, endTimeUnixNano, state };
}

function byId(a: Span, b: Span): number {
  return a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1;
}

/** Spans of go-trace and of OpenTelemetry, with and without an end, of which no format loses anything. */
function plainSpans(): Span[] {
  return [
    sampleSpan(),
    sampleSpan({ spanId: "00000000000000a2", parentId: "00000000000000a1", kind: "sql" }),
    sampleSpan({ spanId: "00000000000000a3", kind: "function", endTimeUnixNano: BASE_NANO }),
    sampleSpan({
      spanId: "00000000000000a4",
      kind: 7,
      state: "unfinished",
      endTimeUnixNano: undefined,
    }),
    sampleSpan({ spanId: "00000000000000a5", endTimeUnixNano: BASE_NANO - 3n }),
    sampleSpan({ traceId: "T 1", spanId: "ï", parentId: "p" }),
    sampleSpan({ spanId: "1234567890", startTimeUnixNano: BASE_NANO - 1n, attributes: {} }),
  ];
}

for (const name of READABLE.filter((name) => !["jaeger", "ssf"].includes(name))) {
  Deno.test(`go-trace's spans are the same after export to ${name} and opening it`, async () => {
    const spans = [...plainSpans(), ...manySpans(3000)];
    const { bytes, exporter } = await exportTo(name, spans);
    assertSame(await open(bytes), spans);
    assertEquals(exporter.dropped, {});
  });
}

for (const name of ["jaeger", "ssf"]) {
  Deno.test(`spans with a service are the same after export to ${name} and opening it`, async () => {
    const spans = [...plainSpans(), ...manySpans(3000)]
      .map((span): Span => ({ ...span, service: "shop", error: false, indicator: false }));
    const { bytes, exporter } = await exportTo(name, spans);
    const opened = (await open(bytes))
      .map((span) => name === "ssf" ? span : changeSpan(span, { error: false }));
    assertSame(opened, spans);
    assertEquals(exporter.dropped, {});
  });
}

Deno.test("a span of OpenTelemetry is the same after export to each form of OTLP", async () => {
  const { samples: _, ...span } = { ...richSpan(), name: "whole", flags: 257 };
  for (const name of ["otlp-json", "otlp-jsonl", "otlp-proto"]) {
    const { bytes, exporter } = await exportTo(name, [span]);
    assertEquals((await open(bytes)).map(line), [line(span)]);
    assertEquals([exporter.dropped, exporter.changed], [{}, {}]);
  }
});

Deno.test("kinds, status, events, scope and resource survive Jaeger", async () => {
  const span = sampleSpan({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    kind: "client",
    attributes: createAttributes([["n", 2n ** 60n], ["d", 1], ["b", new Uint8Array([1])]]),
    events: [{
      timeUnixNano: BASE_NANO + 5n,
      name: "e",
      attributes: createAttributes([["k", 1n]]),
    }],
    status: { code: "error", message: "no rows" },
    traceState: "vendor=1",
    resource: createAttributes([["service.name", "shop"], ["host.cpus", 4n]]),
    scope: { name: "lib", version: "1.2" },
    indicator: true,
  });
  const { bytes, exporter } = await exportTo("jaeger", [span]);
  assertEquals((await open(bytes)).map(line), [line(span)]);
  assertEquals([exporter.dropped, exporter.changed], [{}, {}]);
});

for (const name of READABLE) {
  Deno.test(`a file without spans in ${name} opens, and has none`, async () => {
    assertEquals(await open((await exportTo(name, [])).bytes), []);
  });

  Deno.test(`whatever is odd keeps its place, name and times in ${name}`, async () => {
    // Times before 1970 and beyond 2554 are not of these protocols; one id is one span to some readers.
    const outside = new Set(["before 1970", "far", "twice", "nameless"]);
    const spans = [...oddSpans(), richSpan()].filter(({ spanId }) => !outside.has(spanId))
      .map((span) => ({ ...span, name: span.name.toWellFormed() }));
    const { bytes } = await exportTo(name, spans);
    const opened = await open(bytes);
    assertEquals(opened.sort(byId).map(core), spans.sort(byId).map(core));
  });
}
