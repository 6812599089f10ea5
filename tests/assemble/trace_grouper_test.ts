import { assertEquals } from "@std/assert";
import { TraceCensus, TraceGrouper } from "../../src/assemble/trace_grouper.ts";
import type { Span } from "../../src/model/span.ts";
import { makeSpan } from "./_make_span.ts";

function spanOf(traceId: string, spanId: string): Span {
  return makeSpan(spanId, { traceId, ms: 1 });
}

function censusOf(spans: readonly Span[]): TraceCensus {
  const census = new TraceCensus();
  for (const { traceId } of spans) census.add(traceId);
  return census;
}

function ids(spans: readonly Span[] | undefined): string[] | undefined {
  return spans?.map(({ spanId }) => spanId);
}

Deno.test("a trace is handed out with its last span, and no sooner", () => {
  const spans = [spanOf("a", "1"), spanOf("b", "2"), spanOf("a", "3"), spanOf("b", "4")];
  const grouper = new TraceGrouper(censusOf(spans));
  assertEquals(spans.map((span) => ids(grouper.add(span))), [
    undefined,
    undefined,
    ["1", "3"],
    ["2", "4"],
  ]);
  assertEquals([...grouper.finish()], []);
});

Deno.test("both forms of a 64-bit trace id are one trace", () => {
  const [short, long] = ["463ac35c9f6413ad", "0000000000000000463ac35c9f6413ad"];
  const spans = [spanOf(short, "1"), spanOf(long, "2")];
  const census = censusOf(spans);
  assertEquals([census.countOf(short), census.countOf(long)], [2, 2]);
  const grouper = new TraceGrouper(census);
  assertEquals(spans.map((span) => ids(grouper.add(span))), [undefined, ["1", "2"]]);
});

Deno.test("without a census, and of a source that grew since, no span is lost", () => {
  const spans = [spanOf("a", "1"), spanOf("b", "2"), spanOf("a", "3")];
  const blind = new TraceGrouper();
  assertEquals(spans.map((span) => blind.add(span)), [undefined, undefined, undefined]);
  assertEquals([...blind.finish()].map(ids), [["1", "3"], ["2"]]);

  const grown = new TraceGrouper(censusOf(spans));
  for (const span of [...spans, spanOf("a", "4"), spanOf("c", "5")]) grown.add(span);
  assertEquals([...grown.finish()].map(ids), [["4"], ["5"]]);
});
