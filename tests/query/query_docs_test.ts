import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Trace } from "../../src/model/trace.ts";
import { describeQueryError } from "../../src/query/query_error.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/query.md", import.meta.url));

/** The traces of the page's block of span lines. */
function readTraces(): Trace[] {
  const [, lines] = /```jsonl\n([^]*?)```/.exec(PAGE) as RegExpExecArray;
  const spans = lines.trim().split("\n").map(decodeSpanLine);
  return [...Map.groupBy(spans, ({ traceId }) => traceId)].map(([id, all]) => buildTrace(id, all));
}

/** The rows of the table of examples: the query, and what it finds. */
function readExamples(): { query: string; finds: string }[] {
  const section = /## Examples\n([^]*?)\n## /.exec(PAGE) as RegExpExecArray;
  const rows = section[1].split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [, query, , finds] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { query: query.replace(/^`|`$/g, "").replaceAll("\\|", "|"), finds };
  });
}

const traces = readTraces();

Deno.test("the page of the query language has examples", () => {
  assert(readExamples().length > 40);
});

for (const { query, finds } of readExamples()) {
  Deno.test(`as documented, ${query} finds ${finds || "nothing"}`, () => {
    const { findSpans } = compileQuery(query);
    const ids = traces.flatMap((trace) =>
      Array.from(findSpans(trace), (index) => trace.nodes[index].span.spanId)
    );
    assertEquals(ids.sort().join(" "), finds);
  });
}

Deno.test("the page shows an error as it is printed", () => {
  const error = assertThrows(() => compileQuery("duration > 100"));
  assertStringIncludes(PAGE, `trace: Cannot read --where: ${describeQueryError(error)}\n`);
});
