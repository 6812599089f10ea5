import { assert, assertEquals } from "@std/assert";
import { ALL_EXPORT_FORMATS } from "../../src/cli/all_export_formats.ts";
import { EXPORT_FORMATS, findExportFormat } from "../../src/exporters/export_formats.ts";
import { MARKDOWN_MAX_SPANS } from "../../src/exporters/markdown_exporter.ts";
import { MERMAID_MAX_SPANS } from "../../src/exporters/mermaid_exporter.ts";
import { SVG_MAX_SPANS } from "../../src/exporters/svg_exporter.ts";
import { APP_JS } from "../../src/web/page_assets.generated.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { exportTo } from "./_export_all.ts";
import { manySpans, oddSpans, richSpan } from "./sample_spans.ts";

Deno.test("formats are listed by name and found by it", () => {
  const names = ALL_EXPORT_FORMATS.map(({ name }) => name);
  assertEquals(names, names.toSorted());
  for (const name of names) assertEquals(findExportFormat(name, ALL_EXPORT_FORMATS)?.name, name);
  assertEquals(findExportFormat("__proto__"), undefined);
  assertEquals(findExportFormat("markdown")?.defaultMaxSpans, MARKDOWN_MAX_SPANS);
  assertEquals(findExportFormat("mermaid")?.defaultMaxSpans, MERMAID_MAX_SPANS);
  assertEquals(findExportFormat("svg")?.defaultMaxSpans, SVG_MAX_SPANS);
});

Deno.test("only what needs a package or the page is left to the command line", () => {
  const own = new Set(EXPORT_FORMATS.map(({ name }) => name));
  const others = ALL_EXPORT_FORMATS.map(({ name }) => name).filter((name) => !own.has(name));
  assertEquals(others, ["html", "parquet"]);
});

Deno.test("span lines read back as the same span", async () => {
  const span = { ...richSpan(), name: "whole" };
  const { text, exporter } = await exportTo("jsonl", [span]);
  assertEquals(decodeSpanLine(text.trimEnd()), span);
  assertEquals([exporter.dropped, exporter.changed], [{}, {}]);
});

for (const format of ALL_EXPORT_FORMATS) {
  const { name, defaultMaxSpans } = format;

  Deno.test(`two exports to ${name} are equal to the byte`, async () => {
    const spans = [...manySpans(2000), richSpan(), ...oddSpans()];
    assertEquals((await exportTo(name, spans)).bytes, (await exportTo(name, spans)).bytes);
  });

  Deno.test(`200,000 spans stream to ${name} in small pieces`, async () => {
    const exporter = await format.create();
    let length = exporter.begin().length;
    let longest = 0;
    for (const span of manySpans(200_000)) {
      const piece = exporter.span(span);
      length += piece.length;
      longest = Math.max(longest, piece.length);
    }
    const rest = exporter.end().length;
    // Documents for people stay small, and folded stacks are sums.
    if (defaultMaxSpans === undefined && name !== "folded") {
      assert(length > 200_000 * 20, `${length} came out before the end`);
    }
    assert(longest < 2_000_000, `one piece has ${longest}`);
    assert(rest < 16_000_000, `${rest} were held back`);
  });

  Deno.test(`what no program should send has a defined form in ${name}`, async () => {
    const { text, exporter, bytes } = await exportTo(name, oddSpans());
    assert(bytes.length > 0);
    if (format.isBinary) return;
    // The program of a page may say what it likes.
    const data = text.replace(APP_JS.text, "");
    assert(!/\bundefined\b|\[object|"duration":-|"dur":-/.test(data), data.slice(0, 500));
    if (format.extension.endsWith("json")) JSON.parse(text);
    const counts = [...Object.values(exporter.dropped), ...Object.values(exporter.changed)];
    for (const count of counts) assert(Number.isInteger(count) && count > 0);
  });

  Deno.test(`no spans are a whole file in ${name}`, async () => {
    const { text } = await exportTo(name, []);
    if (format.extension.endsWith("json")) JSON.parse(text);
  });
}
