import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MarkdownExporter } from "../../src/exporters/markdown_exporter.ts";
import { MermaidExporter } from "../../src/exporters/mermaid_exporter.ts";
import { exportTo, exportWith } from "./_export_all.ts";
import { BASE_NANO, manySpans, sampleSpan } from "./sample_spans.ts";

const TRACE = [
  sampleSpan({ service: "shop" }),
  sampleSpan({
    spanId: "00000000000000a2",
    parentId: "00000000000000a1",
    name: "SELECT `x`",
    kind: "sql",
    startTimeUnixNano: BASE_NANO + 100_000n,
    endTimeUnixNano: BASE_NANO + 500_000n,
    attributes: { error: "no such\ntable" },
    service: "shop",
  }),
  sampleSpan({
    spanId: "00000000000000a3",
    parentId: "00000000000000a2",
    name: "hung",
    startTimeUnixNano: BASE_NANO + 200_000n,
    endTimeUnixNano: undefined,
    state: "unfinished",
  }),
];

Deno.test("markdown has a heading and a tree for a trace", async () => {
  assertEquals(
    (await exportTo("markdown", TRACE)).text,
    "### ` GET /users ` 1ms, 3 spans, 1 error, 1 unfinished\n\n" +
      "Trace ` 00000000000000b1 `, 2026-03-11T10:00:00.123456789Z\n\n" +
      "```text\n" +
      "GET /users            1ms          http  shop\n" +
      "└─ SELECT `x`       400µs  +100µs  sql  shop  ✗ no such table\n" +
      "   └─ hung     unfinished  +200µs  http\n" +
      "```\n",
  );
});

Deno.test("mermaid has a section for a service and a bar for a span", async () => {
  assertEquals(
    (await exportTo("mermaid", TRACE)).text,
    "gantt\n  title Trace 00000000000000b1\n  dateFormat x\n  axisFormat %Q µs\n  todayMarker off\n" +
      "  section shop\n  ▸ GET /users 1ms :0, 1000ms\n" +
      "  ·▸ SELECT `x` 400µs :crit, 100, 400ms\n" +
      "  section (no service)\n  ··▸ hung unfinished :active, 200, 800ms\n",
  );
});

Deno.test("a fence is longer than any run of backticks in it", async () => {
  const { text } = await exportTo("markdown", [sampleSpan({ name: "a ````` b" })]);
  assertStringIncludes(text, "``````text\n");
  assertStringIncludes(text, "### `````` a ````` b `````` 1ms");
});

Deno.test("what does not fit into a document is counted in it, and fits into an issue", async () => {
  const markdown = new MarkdownExporter();
  const { text } = await exportWith(markdown, manySpans(50_000));
  assert(text.length < 65_536, `${text.length} characters`);
  assertStringIncludes(text, "49,700 spans more left out");
  assertEquals(markdown.dropped.max_spans, 49_700);
  const mermaid = new MermaidExporter();
  const chart = (await exportWith(mermaid, manySpans(50_000))).text;
  assert(chart.length < 50_000, `${chart.length} characters`);
  assertStringIncludes(chart, "49850 spans left out");
});

Deno.test("a chart never has more characters than mermaid takes, whatever the names and the number allowed", async () => {
  const spans = Array.from(manySpans(3000), (span) => ({ ...span, name: "<".repeat(200) }));
  const exporter = new MermaidExporter({ maxSpans: 2000 });
  const { text } = await exportWith(exporter, spans);
  assert(text.length < 50_000, `${text.length} characters`);
  const bars = text.match(/▸/g)!.length;
  assertEquals(bars + exporter.dropped.max_spans, 3000);
  assertStringIncludes(text, `${exporter.dropped.max_spans} spans left out`);
});

Deno.test("of a trace that does not fit, the top of the tree is there", async () => {
  const spans = Array.from(manySpans(10), (span) => ({ ...span, traceId: "one" }));
  const { text } = await exportWith(new MarkdownExporter({ maxSpans: 4 }), spans);
  assertStringIncludes(text, "10 spans");
  assertStringIncludes(text, "… 6 spans more");
  assertStringIncludes(text, "GET /users");
});

Deno.test("a chain of 20,000 spans is drawn without a stack overflow and without growing wide", async () => {
  const chain = Array.from(
    { length: 20_000 },
    (_, index) =>
      sampleSpan({ spanId: `${index}`, parentId: index === 0 ? undefined : `${index - 1}` }),
  );
  const { text } = await exportWith(new MarkdownExporter({ maxSpans: 20_000 }), chain);
  assert(text.split("\n").every((line) => line.length < 250));
  assertStringIncludes(text, "(level 19999)");
});
