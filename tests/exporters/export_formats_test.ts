import { assert, assertEquals } from "@std/assert";
import { EXPORT_FORMATS, findExportFormat } from "../../src/exporters/export_formats.ts";
import type { Span } from "../../src/model/span.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { BASE_NANO, richSpan, sampleSpan } from "./sample_spans.ts";

function* manySpans(count: number): Generator<Span> {
  for (let i = 0; i < count; i++) {
    const start = BASE_NANO + BigInt(i) * 1000n;
    yield sampleSpan({
      traceId: Math.floor(i / 10).toString(16).padStart(16, "0"),
      spanId: (i + 1).toString(16).padStart(16, "0"),
      parentId: i % 10 === 9
        ? undefined
        : (Math.floor(i / 10) * 10 + 10).toString(16).padStart(16, "0"),
      startTimeUnixNano: start,
      endTimeUnixNano: start + 5000n,
    });
  }
}

Deno.test("formats are listed by name and found by it", () => {
  const names = EXPORT_FORMATS.map(({ name }) => name);
  assertEquals(names, names.toSorted());
  for (const name of ["jsonl", "otlp-jsonl", "chrome"]) {
    assertEquals(findExportFormat(name)?.name, name);
  }
  assertEquals(findExportFormat("__proto__"), undefined);
});

Deno.test("span lines read back as the same span", async () => {
  const exporter = await findExportFormat("jsonl")!.create();
  const span = { ...richSpan(), name: "whole" };
  assertEquals(exporter.begin() + exporter.end(), "");
  assertEquals(decodeSpanLine(exporter.span(span)), span);
});

for (const format of EXPORT_FORMATS) {
  Deno.test(`two exports to ${format.name} are equal to the byte`, async () => {
    async function exportAll(): Promise<string> {
      const exporter = await format.create();
      let text = exporter.begin();
      for (const span of [...manySpans(2000), richSpan()]) text += exporter.span(span);
      return text + exporter.end();
    }
    assertEquals(await exportAll(), await exportAll());
  });

  Deno.test(`200,000 spans stream to ${format.name} in small pieces`, async () => {
    const exporter = await format.create();
    let length = exporter.begin().length;
    let longest = 0;
    for (const span of manySpans(200_000)) {
      const piece = exporter.span(span);
      length += piece.length;
      longest = Math.max(longest, piece.length);
    }
    const rest = exporter.end().length;
    assert(length > 200_000 * 100, `${length} characters came out before the end`);
    assert(longest < 1_000_000, `one piece has ${longest} characters`);
    assert(rest < 16_000_000, `${rest} characters were held back`);
  });
}
