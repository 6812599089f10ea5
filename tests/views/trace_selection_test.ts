import { assert, assertEquals, assertThrows } from "@std/assert";
import type { TraceEntry, TraceList } from "../../src/assemble/trace_list.ts";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Trace } from "../../src/model/trace.ts";
import { compileQuery, type SpanQuery } from "../../src/query/compile_query.ts";
import { TRACE_SORTS, TraceSelection, type TraceSort } from "../../src/views/trace_selection.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";

/** Calls `advance` until nothing is left to do. */
function settle(selection: TraceSelection): void {
  const untilMs = performance.now() + 10_000;
  while (selection.advance(Infinity) !== Infinity) assert(performance.now() < untilMs, "no end");
}

function entriesOf(list: TraceList): TraceEntry[] {
  const entries: TraceEntry[] = [];
  for (let index = 0; index < list.traceCount; index++) entries.push(list.entryAt(index)!);
  return entries;
}

function idsOf(list: TraceList): string {
  return entriesOf(list).map(({ traceId }) => traceId).join(" ");
}

/** Traces `a`, `b`, … of one span for each number of milliseconds. */
function storeOf(durationsMs: readonly number[]): TraceStore {
  const store = new TraceStore();
  durationsMs.forEach((ms, index) =>
    store.add(makeSpan("1", { traceId: "abcdefgh"[index], at: index, ms }))
  );
  return store;
}

Deno.test("without a query and an order a selection is its source", () => {
  const store = storeOf([1, 2]);
  const selection = new TraceSelection(store);
  assertEquals(idsOf(selection), "a b");
  assertEquals(selection.advance(0), Infinity);
  assertEquals(selection.progress, { judgedCount: 2, traceCount: 2 });
  assertEquals([selection.version, selection.spanCount], [store.version, 2]);
  assertEquals(selection.indexOf(2), 1);
});

Deno.test("traces in which the query finds something are selected, in the order in which they were seen", () => {
  const store = storeOf([1, 90, 2, 80]);
  const selection = new TraceSelection(store, { where: compileQuery("duration > 50ms") });
  assertEquals(selection.traceCount, 0);
  assertEquals(selection.progress, { judgedCount: 0, traceCount: 4 });
  settle(selection);
  assertEquals(idsOf(selection), "b d");
  assertEquals(selection.spanCount, 2);
  assertEquals(selection.progress, { judgedCount: 4, traceCount: 4 });
  assertEquals(selection.trace("b")?.nodes.length, 1);
  assertEquals([...selection.spansOf("d")].length, 1);
  assertEquals([selection.entryOf("a"), selection.trace("a"), [...selection.spansOf("a")]], [
    undefined,
    undefined,
    [],
  ]);
});

Deno.test("each order puts what it names first, and what is alike as it was seen", () => {
  const store = new TraceStore();
  const add = (traceId: string, at: number, ms: number, name: string, errors: number): void => {
    for (let id = 0; id <= errors; id++) {
      const parentId = id === 0 ? undefined : "0";
      store.add(makeSpan(`${id}`, { traceId, at, ms, name, parentId, error: id > 0 }));
    }
  };
  add("a", 2, 1, "load", 0);
  add("b", 1, 3, "cart", 2);
  add("c", 3, 2, "load", 1);
  const orders: Record<TraceSort, string> = {
    start: "b a c",
    newest: "c a b",
    duration: "b c a",
    spans: "b c a",
    errors: "b c a",
    name: "b a c",
  };
  for (const sort of TRACE_SORTS) {
    const selection = new TraceSelection(store, { sort });
    settle(selection);
    assertEquals(idsOf(selection), orders[sort], sort);
  }
});

Deno.test("nanoseconds decide the order of times that are alike as doubles", () => {
  const store = new TraceStore();
  for (const nanos of [2n, 1n, 3n]) {
    const startTimeUnixNano = 1_795_172_592_000_000_000n + nanos;
    store.add(makeSpan("1", { traceId: `${nanos}`, startTimeUnixNano, state: "ended" }));
  }
  const selection = new TraceSelection(store, { sort: "start" });
  settle(selection);
  assertEquals(idsOf(selection), "1 2 3");
});

Deno.test("a trace that changes is judged again, moves to its new place, and goes when nothing is found", () => {
  const store = new TraceStore();
  for (const traceId of ["a", "b"]) store.add(makeSpan("1", { traceId }));
  const selection = new TraceSelection(store, {
    where: compileQuery("running || duration > 50ms"),
    sort: "duration",
  });
  settle(selection);
  assertEquals([idsOf(selection), selection.runningCount], ["b a", 2]);
  const { version } = selection;
  store.add(makeSpan("1", { traceId: "a", ms: 70, attrs: { error: "no" } }));
  settle(selection);
  assertEquals([idsOf(selection), selection.runningCount, selection.errorCount], ["a b", 1, 1]);
  assert(selection.version > version);
  store.add(makeSpan("1", { traceId: "b", ms: 10 }));
  settle(selection);
  assertEquals([idsOf(selection), selection.runningCount, selection.spanCount], ["a", 0, 1]);
});

Deno.test("traces that the source gave up are gone after the next call", () => {
  const store = new TraceStore({ maxTraces: 2 });
  const selection = new TraceSelection(store, { sort: "newest" });
  for (const [at, traceId] of ["a", "b", "c"].entries()) {
    store.add(makeSpan("1", { traceId, at, ms: 1 }));
    settle(selection);
  }
  assertEquals(idsOf(selection), "c b");
  assertEquals(selection.droppedSpans, { trace_evicted: 1 });
  assertEquals(selection.spanCount, 2);
});

Deno.test("a structural query judges the whole tree", () => {
  const store = new TraceStore();
  store.add(makeSpan("1", { traceId: "a", name: "root", ms: 1 }));
  store.add(makeSpan("1", { traceId: "b", name: "root", ms: 1 }));
  store.add(makeSpan("2", { traceId: "b", name: "leaf", parentId: "1", ms: 1 }));
  const selection = new TraceSelection(store, {
    where: compileQuery("{ name = root } >> { name = leaf }"),
  });
  settle(selection);
  assertEquals(idsOf(selection), "b");
});

/** A query that counts what it is asked, and takes as long as the clock is made to say. */
function countingQuery(onJudge: (trace: Trace) => void): SpanQuery {
  return {
    text: "counting",
    isSpanwise: false,
    matchesSpan: () => false,
    findSpans(trace): number[] {
      onJudge(trace);
      return [0];
    },
  };
}

Deno.test("with no time left one trace is judged a call, and what is judged is there to see", () => {
  const store = storeOf([1, 2, 3]);
  const judged: string[] = [];
  const selection = new TraceSelection(store, {
    where: countingQuery(({ traceId }) => judged.push(traceId)),
  });
  for (const count of [1, 2, 3]) {
    assertEquals(selection.advance(0), 0);
    assertEquals([selection.traceCount, judged.length], [count, count]);
    assertEquals(selection.progress, { judgedCount: count, traceCount: 3 });
  }
  settle(selection);
  assertEquals(judged, ["a", "b", "c"]);
});

Deno.test("only traces that changed are judged again", () => {
  const store = storeOf([1, 2, 3]);
  const judged: string[] = [];
  const selection = new TraceSelection(store, {
    where: countingQuery(({ traceId }) => judged.push(traceId)),
  });
  settle(selection);
  judged.length = 0;
  store.add(makeSpan("2", { traceId: "b", parentId: "1", ms: 1 }));
  settle(selection);
  assertEquals(judged, ["b"]);
});

Deno.test("another order takes over what has been judged", () => {
  const store = storeOf([1, 3, 2]);
  let judgedCount = 0;
  const selection = new TraceSelection(store, { where: countingQuery(() => judgedCount++) });
  settle(selection);
  store.add(makeSpan("2", { traceId: "b", parentId: "1", ms: 9 }));
  const sorted = selection.sortedBy("duration");
  settle(sorted);
  assertEquals([idsOf(sorted), judgedCount], ["b c a", 4]);
});

Deno.test("a trace that is dear to judge and keeps changing is judged seldom, and in the end once more", () => {
  const store = storeOf([1]);
  let judgedCount = 0;
  const query = countingQuery(() => {
    judgedCount++;
    const untilMs = performance.now() + 3;
    while (performance.now() < untilMs);
  });
  const selection = new TraceSelection(store, { where: query });
  settle(selection);
  assertEquals(judgedCount, 1);
  for (let id = 2; id < 6; id++) {
    store.add(makeSpan(`${id}`, { traceId: "a", parentId: "1", ms: 1 }));
    const waitMs = selection.advance(Infinity);
    assert(waitMs > 0 && waitMs < Infinity, `${waitMs}`);
    assertEquals([judgedCount, selection.spanCount], [1, id]);
  }
  settle(selection);
  assertEquals(judgedCount, 2);
});

Deno.test("a trace that cannot be read is told of once, and the others are judged", () => {
  const store = storeOf([1, 2, 3]);
  const query = countingQuery(({ traceId }) => {
    if (traceId === "b") throw new Error("the file has changed");
  });
  const selection = new TraceSelection(store, { where: query });
  assertThrows(() => settle(selection), Error, "the file has changed");
  settle(selection);
  assertEquals(idsOf(selection), "a c");
});

Deno.test("a trace is found by its sequence number in any order, and by the next one when it is gone", () => {
  const store = storeOf([4, 1, 3, 2, 5]);
  for (const sort of [undefined, ...TRACE_SORTS]) {
    const selection = new TraceSelection(store, { where: compileQuery("duration != 3ms"), sort });
    settle(selection);
    for (const [index, { sequence }] of entriesOf(selection).entries()) {
      assertEquals(selection.indexOf(sequence), index);
    }
    assertEquals(selection.indexOf(3), selection.indexOf(4));
    assertEquals(selection.indexOf(6), selection.traceCount);
  }
});

Deno.test("whatever spans come, traces go and calls are cut short: in the end the selection is right", () => {
  const random = createRandom(17);
  for (const sort of [undefined, ...TRACE_SORTS]) {
    const store = new TraceStore({ maxTraces: 40, maxSpansPerTrace: 6 });
    const where = compileQuery("error || duration > 12ms");
    const selection = new TraceSelection(store, { where, sort });
    for (let step = 0; step < 1_500; step++) {
      store.add(makeSpan(`${Math.floor(8 * random())}`, {
        traceId: `${Math.floor(60 * random())}`,
        name: `${Math.floor(9 * random())}`,
        at: Math.floor(30 * random()),
        ms: random() < 0.2 ? undefined : Math.floor(20 * random()),
        attrs: random() < 0.2 ? { error: "no" } : {},
      }));
      if (random() < 0.5) selection.advance(0);
      const place = Math.floor(selection.traceCount * random());
      const entry = selection.entryAt(place);
      if (entry !== undefined) assertEquals(selection.indexOf(entry.sequence), place);
    }
    settle(selection);
    const expected = entriesOf(store).filter(({ traceId }) =>
      where.findSpans(store.trace(traceId)!).length > 0
    );
    const sign = sort === undefined || sort === "start" || sort === "name" ? 1 : -1;
    expected.sort((a, b) => sign * (compareBy(sort, a, b) || a.sequence - b.sequence));
    assertEquals(idsOf(selection), expected.map(({ traceId }) => traceId).join(" "), sort);
    for (const count of ["spanCount", "runningCount", "errorCount"] as const) {
      assertEquals(selection[count], expected.reduce((sum, entry) => sum + entry[count], 0));
    }
  }
});

function compareBy(sort: TraceSort | undefined, a: TraceEntry, b: TraceEntry): number {
  switch (sort) {
    case undefined:
      return 0;
    case "start":
    case "newest":
      return Number(a.startTimeUnixNano - b.startTimeUnixNano);
    case "duration":
      return Number(a.durationNano - b.durationNano);
    case "spans":
      return a.spanCount - b.spanCount;
    case "errors":
      return a.errorCount - b.errorCount;
    case "name":
      return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  }
}
