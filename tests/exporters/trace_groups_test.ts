import { assertEquals } from "@std/assert";
import { JaegerExporter } from "../../src/exporters/jaeger_exporter.ts";
import type { Span } from "../../src/model/span.ts";
import { exportTo, exportWith } from "./_export_all.ts";
import { manySpans, sampleSpan } from "./sample_spans.ts";

interface Answer {
  readonly data: { readonly traceID: string; readonly spans: unknown[] }[];
}

/** Spans of two traces in turn. */
function interleaved(count: number): Span[] {
  return Array.from(
    { length: count },
    (_, index) => sampleSpan({ traceId: index % 2 === 0 ? "even" : "odd", spanId: `${index}` }),
  );
}

Deno.test("the spans of a trace come together, however they are mixed in the source", async () => {
  const { data }: Answer = JSON.parse((await exportTo("jaeger", interleaved(1000))).text);
  assertEquals(data.map(({ spans }) => spans.length), [500, 500]);
});

Deno.test("a trace of which too much waits is written in parts, and the later spans are counted", async () => {
  const exporter = new JaegerExporter({ maxPendingSpans: 99 });
  const { text } = await exportWith(exporter, interleaved(1000));
  const { data }: Answer = JSON.parse(text);
  assertEquals(data.reduce((sum, { spans }) => sum + spans.length, 0), 1000);
  const firstParts = ["even", "odd"].map((traceId) =>
    data.find(({ spans }) => JSON.stringify(spans).includes(`"${traceId}"`))!.spans.length
  );
  assertEquals(exporter.changed.split_trace, 1000 - firstParts[0] - firstParts[1]);
});

Deno.test("traces that are over before the bound is reached are never split", async () => {
  const exporter = new JaegerExporter({ maxPendingSpans: 100 });
  const { text } = await exportWith(exporter, manySpans(10_000));
  const { data }: Answer = JSON.parse(text);
  assertEquals(data.length, 1000);
  assertEquals(exporter.changed.split_trace, undefined);
});
