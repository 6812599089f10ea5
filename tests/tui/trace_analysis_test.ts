import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { analysisOf, type AnalysisSource, TraceAnalysis } from "../../src/tui/trace_analysis.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";
import { shopStore } from "./_shop_traces.ts";

function sourceOf(traces: TraceStore, isLive = false): AnalysisSource {
  return { traces, query: undefined, nowUnixNano: isLive ? EPOCH : undefined };
}

/** A clock that goes on by a millisecond each time somebody looks. */
function createClock(): { nowMs: () => number; advance: (ms: number) => void } {
  let ms = 0;
  return { nowMs: () => ms++, advance: (by) => ms += by };
}

Deno.test("traces are counted in slices, and all of them once", () => {
  const source = sourceOf(shopStore(200));
  const analysis = new TraceAnalysis();
  const { nowMs } = createClock();
  let turns = 1;
  for (; analysis.work(source, 3, nowMs) === "busy"; turns++) assert(analysis.isPartial);
  assert(turns > 3, `${turns}`);
  assert(!analysis.isPartial);
  const { stats, services, criticalPath, errors } = analysis.result;
  assertEquals(stats.summary.traceCount, 200);
  assertEquals(stats.summary.spanCount, 4_000);
  assertEquals(criticalPath.traceCount, 200);
  assertEquals(errors.entries.map(({ message, count }) => [message, count]), [
    ["payment failed", 20],
    ["card declined", 20],
  ]);
  assertEquals(services.edges[0].callCount, 2_400);
  assertEquals(analysis.work(source, 3, nowMs), "idle");
});

Deno.test("a query counts the spans that it finds", () => {
  const traces = shopStore();
  const analysis = new TraceAnalysis();
  analysis.work({ ...sourceOf(traces), query: compileQuery("service = billing") }, 1e9);
  assertEquals(
    analysis.result.stats.groups("service").map(({ name, spanCount }) => [name, spanCount])
      .filter(([, count]) => count !== 0),
    [["billing", 40]],
  );
  assertEquals(analysis.result.errors.entries.map(({ message }) => message), ["card declined"]);
  analysis.work(sourceOf(traces), 1e9);
  assertEquals(analysis.result.stats.summary.spanCount, 400);
});

Deno.test("new traces are added, and running ones once they have ended", () => {
  const traces = new TraceStore();
  const analysis = new TraceAnalysis();
  const source = sourceOf(traces, true);
  traces.add(makeSpan("a", { traceId: "1", ms: 1 }));
  traces.add(makeSpan("a", { traceId: "2" }));
  assertEquals(analysis.work(source, 100), "idle");
  assertEquals([analysis.result.stats.summary.spanCount, analysis.waitingCount], [1, 1]);
  const { result } = analysis;
  traces.add(makeSpan("a", { traceId: "2", ms: 4 }));
  assertEquals(analysis.work(source, 100), "idle");
  assertEquals([analysis.result.stats.summary.spanCount, analysis.waitingCount], [2, 0]);
  assertEquals(analysis.result, result);
});

Deno.test("when nothing runs any more, what never ended counts, too", () => {
  const traces = new TraceStore();
  traces.add(makeSpan("a"));
  const analysis = new TraceAnalysis();
  analysis.work(sourceOf(traces, true), 100);
  assertEquals(analysis.waitingCount, 1);
  analysis.work(sourceOf(traces), 100);
  assertEquals(analysis.waitingCount, 0);
  assertEquals(analysis.result.stats.summary.runningCount, 1);
});

Deno.test("a trace that changed is counted anew after a while, and until then as it was", () => {
  const traces = new TraceStore();
  traces.add(makeSpan("a", { ms: 9 }));
  const analysis = new TraceAnalysis();
  const source = sourceOf(traces);
  const { nowMs, advance } = createClock();
  analysis.work(source, 100, nowMs);
  traces.add(makeSpan("b", { parentId: "a", ms: 1 }));
  assertEquals(analysis.work(source, 100, nowMs), "waiting");
  assertEquals(analysis.work(source, 100, nowMs), "waiting");
  assertEquals(analysis.result.stats.summary.spanCount, 1);
  advance(2_000);
  assertEquals(analysis.work(source, 100, nowMs), "idle");
  assertEquals(analysis.result.stats.summary.spanCount, 2);
});

Deno.test("traces that are gone are in no figure after a while", () => {
  const traces = new TraceStore({ maxTraces: 2 });
  const analysis = new TraceAnalysis();
  const source = sourceOf(traces);
  const { nowMs, advance } = createClock();
  for (const id of ["1", "2"]) traces.add(makeSpan("a", { traceId: id, ms: 1 }));
  analysis.work(source, 100, nowMs);
  traces.add(makeSpan("a", { traceId: "3", ms: 1 }));
  assertEquals(analysis.work(source, 100, nowMs), "waiting");
  assertEquals(analysis.result.stats.summary.spanCount, 3);
  advance(2_000);
  analysis.work(source, 100, nowMs);
  assertEquals(analysis.result.stats.summary.spanCount, 2);
});

Deno.test("pages of one list share what was counted", () => {
  const traces = shopStore(1);
  assertEquals(analysisOf(traces), analysisOf(traces));
  assert(analysisOf(traces) !== analysisOf(shopStore(1)));
});
