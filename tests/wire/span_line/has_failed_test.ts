import { assertEquals } from "@std/assert";
import { isErrorSpan } from "../../../src/model/span.ts";
import { decodeSpanText } from "../../../src/wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../../../src/wire/span_line/encode_span_line.ts";
import { hasFailed } from "../../../src/wire/span_line/has_failed.ts";
import { makeSpan, type SpanSketch } from "../../assemble/_make_span.ts";

Deno.test("a line tells whether its span has failed, as the decoded span does", () => {
  const sketches: SpanSketch[] = [
    {},
    { attrs: { "http.response.status_code": 500n, errors: 3n } },
    { attrs: { error: "no" } },
    { attrs: { error: false } },
    { attrs: { error: "" } },
    { attrs: { status: "503" }, kind: "http" },
    { attrs: { status: "503" }, kind: "sql" },
    { attrs: { status: "200" }, kind: "http" },
    { attrs: { note: 'an "error"\n' } },
    { name: "error" },
    { error: true },
    { status: { code: "error" } },
    { status: { code: "ok" }, attrs: { error: "no" } },
    { resource: { error: "no" } },
    { state: "unfinished", ms: undefined, attrs: { error: "no" } },
  ];
  for (const sketch of sketches) {
    const made = makeSpan("a", { ms: 1, ...sketch });
    const [span] = decodeSpanText(encodeSpanLine(made));
    assertEquals(hasFailed(span), isErrorSpan(made), Object.keys(sketch).join());
    assertEquals(hasFailed(made), isErrorSpan(made));
  }
  // No writer of ours writes a key so, but others may.
  const line = encodeSpanLine(makeSpan("a", { ms: 1, attrs: { error: "no" } }));
  const [escaped] = decodeSpanText(line.replace('"error"', '"err\\u006fr"'));
  assertEquals(hasFailed(escaped), true);
});
