import { assert, assertEquals } from "@std/assert";
import { decodeSpanBatch } from "../../src/wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { HtmlExporter, type HtmlExporterOptions } from "../../src/web/html_exporter.ts";
import type { Span } from "../../src/model/span.ts";
import { hostileSpans, shopSpan, shopTrace } from "../testing/shop_trace.ts";

function exportAll(spans: readonly Span[], options?: HtmlExporterOptions): {
  readonly html: string;
  readonly lines: string;
  readonly dropped: Readonly<Record<string, number>>;
} {
  const exporter = new HtmlExporter(options);
  const html = [exporter.begin(), ...spans.map((span) => exporter.span(span)), exporter.end()]
    .join("");
  const lines = [...html.matchAll(/<script type="application\/x-trace-spans">\n([^<]*)<\/script>/g)]
    .map(([, text]) => text).join("");
  return { html, lines, dropped: exporter.dropped };
}

Deno.test("the lines in the page are those of the spans", () => {
  const spans = [...shopTrace(), ...hostileSpans()];
  const { lines } = exportAll(spans);
  const read = decodeSpanBatch(new TextEncoder().encode(lines));
  const encode = (span: Span): string => encodeSpanLine(span);
  assertEquals(read.map(encode), spans.map(encode));
});

Deno.test("no text of a span can end the element that it is in", () => {
  const { lines } = exportAll(hostileSpans());
  assert(!/[<>&\u2028\u2029]/.test(lines));
});

Deno.test("the only script that is one stands where the policy names its hash", async () => {
  const { html } = exportAll(shopTrace());
  const scripts = [...html.matchAll(/<script type="module">([^]*?)<\/script>/g)];
  assertEquals(scripts.length, 1);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(scripts[0][1]));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  assert(html.includes(`script-src 'sha256-${hash}'`));
});

Deno.test("beyond the bound further traces are left out, and one that has begun is whole", () => {
  const first = [1, 2, 3].map((id) =>
    shopSpan({ id: `a${id}`, traceId: "a", fromMs: id, toMs: 9 })
  );
  const other = shopSpan({ id: "b", traceId: "b", fromMs: 1, toMs: 2 });
  const { lines, dropped } = exportAll([first[0], first[1], other, first[2]], { maxSpans: 2 });
  assertEquals(lines.trim().split("\n").length, 3);
  assertEquals(dropped, { max_spans: 1 });
});

Deno.test("a page has a bound on its size, too", () => {
  const { lines, dropped } = exportAll(hostileSpans(), { maxCharacters: 1_000 });
  assertEquals(lines.trim().split("\n").length, 1);
  assertEquals(dropped, { max_size: 1 });
});
