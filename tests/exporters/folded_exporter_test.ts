import { assertEquals } from "@std/assert";
import { FoldedExporter } from "../../src/exporters/folded_exporter.ts";
import type { Span } from "../../src/model/span.ts";
import { exportTo, exportWith } from "./_export_all.ts";
import { BASE_NANO, sampleSpan } from "./sample_spans.ts";

/** A span from `from` to `to` in microseconds after the base. */
function span(id: string, from: number, to: number, fields: Partial<Span> = {}): Span {
  return sampleSpan({
    spanId: id,
    name: id,
    startTimeUnixNano: BASE_NANO + BigInt(from * 1000),
    endTimeUnixNano: BASE_NANO + BigInt(to * 1000),
    ...fields,
  });
}

Deno.test("a stack has the time of its spans in which no child ran, summed up over all traces", async () => {
  const spans = ["t1", "t2"].flatMap((traceId) => [
    span("a", 10, 40, { traceId, parentId: "root" }),
    span("b", 30, 60, { traceId, parentId: "root" }),
    span("root", 0, 100, { traceId, service: "shop" }),
  ]);
  const { text } = await exportTo("folded", spans);
  assertEquals(text, "shop;root 100\nshop;root;a 60\nshop;root;b 60\n");
});

Deno.test("names are frames of their own, whatever is in them", async () => {
  const { text, exporter } = await exportTo("folded", [
    span("x", 0, 5, { name: "a;b\nc\u2028 7", service: "s;t" }),
    span("y", 0, 5, { name: "", traceId: "other" }),
  ]);
  assertEquals(text, "(no service);(unnamed) 5\ns:t;a:b c 7 5\n");
  assertEquals(exporter.changed, { name: 2 });
});

Deno.test("a chain of 100,000 spans is cut at 500 frames and counted, in bounded memory", async () => {
  const chain = Array.from(
    { length: 100_000 },
    (_, index) => span(`${index}`, index, 400_000 - index, { parentId: `${index - 1}` }),
  );
  const exporter = new FoldedExporter({ maxPendingSpans: 200_000 });
  const { text } = await exportWith(exporter, chain);
  const lines = text.trimEnd().split("\n");
  assertEquals(Math.max(...lines.map((line) => line.split(";").length)), 501);
  assertEquals(exporter.changed, { deep_stack: 99_500 });
  const total = lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  assertEquals(total, 400_000);
});

Deno.test("when too many stacks wait they are written, and come again later", async () => {
  const spans = Array.from(
    { length: 10 },
    (_, index) => span(`s${index % 4}`, 0, 1, { traceId: `${index}` }),
  );
  const { text } = await exportWith(new FoldedExporter({ maxStacks: 3 }), spans);
  const sums = new Map<string, number>();
  for (const line of text.trimEnd().split("\n")) {
    const at = line.lastIndexOf(" ");
    sums.set(line.slice(0, at), (sums.get(line.slice(0, at)) ?? 0) + Number(line.slice(at)));
  }
  assertEquals([...sums.values()].sort(), [2, 2, 3, 3]);
});
