import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SvgExporter } from "../../src/exporters/svg_exporter.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { assertGolden } from "../testing/golden.ts";
import { exportTo, exportWith } from "./_export_all.ts";
import { BASE_NANO, manySpans, richSpan, sampleSpan } from "./sample_spans.ts";

/** A request with statements, one of which failed, a span without an end, and an orphan. */
function request(): Span[] {
  const at = (from: number, to: number) => ({
    startTimeUnixNano: BASE_NANO + BigInt(from * 1000),
    endTimeUnixNano: BASE_NANO + BigInt(to * 1000),
  });
  const root = sampleSpan({ ...at(0, 900), service: "shop" });
  const { spanId: parentId } = root;
  return [
    root,
    sampleSpan({ ...at(50, 800), spanId: "load", parentId, name: "load", service: "shop" }),
    ...[0, 1, 2, 3, 4, 5].map((i) =>
      sampleSpan({
        ...at(100 + i * 100, 180 + i * 100),
        spanId: `q${i}`,
        parentId: "load",
        name: "query",
        kind: "sql",
        service: "db",
        attributes: createAttributes([["query", `SELECT * FROM items WHERE id = ${i}`]]),
        ...(i === 3 && { status: { code: "error" as const, message: "dead <lock>" } }),
      })
    ),
    sampleSpan({
      spanId: "hung",
      parentId,
      name: "send & forget",
      startTimeUnixNano: BASE_NANO + 820_000n,
      endTimeUnixNano: undefined,
      state: "unfinished",
      service: "mail",
    }),
    sampleSpan({ ...at(850, 1000), spanId: "orphan", parentId: "gone", name: "", service: "mail" }),
  ];
}

function hostileSpans(): Span[] {
  const names = [
    "]]><script>alert(1)</script>",
    "\x00\x1b]52;c;aGk=\x07\x9b31m",
    "\u202eevil\u2066\ud800\udfff\ud800",
    "\ufffe\uffff &amp; &#x0; \"'",
    "a".repeat(1_000_000),
    "javascript:alert(1)",
  ];
  return names.flatMap((name, i) => [
    sampleSpan({ traceId: name, spanId: name, name, service: name }),
    sampleSpan({
      traceId: name,
      spanId: `${i}`,
      parentId: name,
      name,
      attributes: createAttributes([[name, name], ["error", name]]),
    }),
  ]);
}

Deno.test("svg draws waterfall and flame graph of a trace", async () => {
  const { text } = await exportTo("svg", request());
  await assertGolden(new URL("golden/request.svg", import.meta.url), text);
});

Deno.test("siblings that do the same are one row, and one that failed has its own", async () => {
  const { text } = await exportWith(new SvgExporter({ chart: "waterfall" }), request());
  assertStringIncludes(text, ">×5 SELECT * FROM items WHERE id = ?</text>");
  assertStringIncludes(text, ">✗ query</text>");
  assertStringIncludes(text, "error: dead &#60;lock&#62;</title>");
  assert(!text.includes(" ×6</text>"), "a flame graph is there");
});

Deno.test("one chart of the two is drawn when asked for", async () => {
  const { text } = await exportWith(new SvgExporter({ chart: "flame" }), request());
  assertStringIncludes(text, "SELECT * FROM items WHERE id = ? ×6</text>");
  assert(!text.includes("✗ query"), "a waterfall is there");
});

Deno.test("nothing in a name is markup, and no character is one that XML does not have", async () => {
  const { text } = await exportTo("svg", [...hostileSpans(), richSpan()]);
  const elements = new Set(Array.from(text.matchAll(/<\/?([^\s>/]*)/g), ([, name]) => name));
  assertEquals([...elements].sort(), [
    "?xml",
    "g",
    "path",
    "rect",
    "style",
    "svg",
    "text",
    "title",
  ]);
  // deno-lint-ignore no-control-regex -- these must not be there
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/.test(text));
  assert(text.isWellFormed());
  assert(!/&(?!#\d+;)/.test(text), "an entity that is not one of ours");
  assert(text.length < 200_000, `${text.length} characters`);
});

Deno.test("what does not fit into a picture is told in it and counted", async () => {
  const exporter = new SvgExporter({ maxSpans: 50, chart: "waterfall" });
  const { text } = await exportWith(exporter, manySpans(2000));
  const tooltips = text.match(/<g><title>.*\n/g)!;
  assertEquals(tooltips.length, 50);
  const shown = tooltips.reduce((sum, line) => sum + Number(/>×(\d+) /.exec(line)?.[1] ?? 1), 0);
  assertEquals(shown + exporter.dropped.max_spans, 2000);
  const leftOut = exporter.dropped.max_spans.toLocaleString("en-US");
  assertStringIncludes(text, `>${leftOut} spans left out</text>`);
});

Deno.test("a group of thousands is one row", async () => {
  const [root, load, first] = request();
  const spans = Array.from({ length: 5000 }, (_, i) => ({ ...first, spanId: `q${i}` }));
  const { text, exporter } = await exportTo("svg", [root, load, ...spans]);
  assertStringIncludes(text, "×5,000 SELECT");
  assertEquals(exporter.dropped.max_spans, undefined);
  assert(text.length < 20_000, `${text.length} characters`);
});

Deno.test("a chain of 15,000 spans is a picture of a size that opens", async () => {
  const spans = Array.from({ length: 15_000 }, (_, i) =>
    sampleSpan({
      spanId: `s${i}`,
      ...(i > 0 && { parentId: `s${i - 1}` }),
      startTimeUnixNano: BASE_NANO + BigInt(i * 1000),
      endTimeUnixNano: BASE_NANO + BigInt((30_000 - i) * 1000),
    }));
  const { text } = await exportTo("svg", spans);
  assertStringIncludes(text, "14,800 deeper levels left out");
  assert(text.length < 1_000_000, `${text.length} characters`);
});

Deno.test("no spans are a picture that says so", async () => {
  assertStringIncludes((await exportTo("svg", [])).text, ">No spans</text>");
});
