import { assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { SpanQuery } from "../../src/query/compile_query.ts";
import { SelectionTimer } from "../../src/tui/selection_timer.ts";
import { TraceSelection } from "../../src/views/trace_selection.ts";
import { makeSpan } from "../assemble/_make_span.ts";

function queryOf(findSpans: SpanQuery["findSpans"]): SpanQuery {
  return { text: "", isSpanwise: false, matchesSpan: () => false, findSpans };
}

function storeOf(...traceIds: string[]): TraceStore {
  const store = new TraceStore();
  for (const traceId of traceIds) store.add(makeSpan("1", { traceId, ms: 1 }));
  return store;
}

Deno.test("a selection follows its source turn by turn until nothing is left", async () => {
  const selection = new TraceSelection(storeOf("a", "b", "c"), { where: queryOf(() => [0]) });
  const counts: number[] = [];
  const done = Promise.withResolvers<void>();
  using timer = new SelectionTimer(selection, {
    turnMs: 0,
    onChange: () => {
      counts.push(selection.traceCount);
      if (selection.traceCount === 3) done.resolve();
    },
    onProblem: done.reject,
  });
  timer.request();
  timer.request();
  await done.promise;
  assertEquals(counts, [1, 2, 3]);
});

Deno.test("a trace that cannot be read is told, and the others are selected", async () => {
  const query = queryOf(({ traceId }) => {
    if (traceId === "a") throw new Error("the file has changed");
    return [0];
  });
  const selection = new TraceSelection(storeOf("a", "b"), { where: query });
  const told: string[] = [];
  const done = Promise.withResolvers<void>();
  using timer = new SelectionTimer(selection, {
    onChange: () => done.resolve(),
    onProblem: (text) => told.push(text),
  });
  timer.request();
  await done.promise;
  assertEquals([told, selection.traceCount], [["the file has changed"], 1]);
});
