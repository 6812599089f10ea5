import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import { describeEntry, describeTraceSummary } from "./_describe_entry.ts";
import { createRandom, makeSpan, shuffle, type SpanSketch } from "./_make_span.ts";

function spanOf(traceId: string, spanId: string, sketch: SpanSketch = { ms: 1 }): Span {
  return makeSpan(spanId, { traceId, ...sketch });
}

Deno.test("traces stand in the order in which they were first seen", () => {
  const store = new TraceStore();
  for (const [trace, span] of [["b", "1"], ["a", "1"], ["b", "2"], ["c", "1"]]) {
    store.add(spanOf(trace, span));
  }
  assertEquals(store.traceIds, ["b", "a", "c"]);
  assertEquals(store.traceCount, 3);
  assertEquals(store.spanCount, 4);
  assertEquals(store.entryAt(0)?.spanCount, 2);
  assertEquals(store.entryAt(3), undefined);
  assertEquals(store.entryAt(-1), undefined);
});

Deno.test("a trace id with zeros in front of it is the one without", () => {
  const store = new TraceStore();
  const [short, long] = ["00f067aa0ba902b7", "000000000000000000f067aa0ba902b7"];
  store.add(spanOf(short, "1"));
  store.add(spanOf(long, "2", { parentId: "1", ms: 1 }));
  store.add(spanOf("1" + long.slice(1), "3"));
  assertEquals(store.traceIds, [short, "1" + long.slice(1)]);
  assertEquals(store.trace(long)?.nodes.map(({ span }) => span.traceId), [short, long]);
});

Deno.test("a trace's tree is built once until the trace changes", () => {
  const store = new TraceStore();
  store.add(spanOf("a", "1"));
  const tree = store.trace("a");
  store.add(spanOf("b", "1"));
  assert(store.trace("a") === tree);
  store.add(spanOf("a", "2", { parentId: "1", ms: 1 }));
  assertEquals(store.trace("a")?.nodes.length, 2);
  assertEquals(store.trace("unknown"), undefined);
});

Deno.test("the version changes with every change, and only then", () => {
  const store = new TraceStore();
  const ended = spanOf("a", "1", { ms: 1 });
  store.add(ended);
  const { version } = store;
  assertEquals(store.add(ended), false);
  assertEquals(store.add(spanOf("a", "1", {})), false);
  assertEquals(store.version, version);
  assertEquals(store.add(spanOf("a", "2")), true);
  assert(store.version !== version);
});

Deno.test("an end replaces the running span, and a late running line never replaces an end", () => {
  const store = new TraceStore();
  store.add(spanOf("a", "1", {}));
  assertEquals(store.runningCount, 1);
  store.add(spanOf("a", "1", { ms: 5, attrs: { error: "no" } }));
  assertEquals([store.runningCount, store.errorCount, store.spanCount], [0, 1, 1]);
  store.add(spanOf("a", "1", { attrs: { more: "1", than: "2", before: "3" } }));
  assertEquals(store.trace("a")?.rootSpan.state, "ended");
  assertEquals([store.runningCount, store.errorCount, store.spanCount], [0, 1, 1]);
});

Deno.test("spans of one id in two traces do not meet", () => {
  const store = new TraceStore();
  store.add(spanOf("a", "1", {}));
  store.add(spanOf("b", "1", { ms: 1 }));
  assertEquals(store.trace("a")?.rootSpan.state, "running");
});

Deno.test("the oldest trace that does not run goes first when there are too many", () => {
  const store = new TraceStore({ maxTraces: 3 });
  store.add(spanOf("runs", "1", {}));
  store.add(spanOf("old", "1"));
  store.add(spanOf("young", "1"));
  store.add(spanOf("new", "1"));
  assertEquals(store.traceIds, ["runs", "young", "new"]);
  assertEquals(store.evictedTraces, 1);
  assertEquals(store.droppedSpans, { trace_evicted: 1 });
  store.add(spanOf("runs", "1", { ms: 9 }));
  store.add(spanOf("newer", "1"));
  assertEquals(store.traceIds, ["young", "new", "newer"]);
});

Deno.test("when all traces run the oldest of them goes", () => {
  const store = new TraceStore({ maxTraces: 2 });
  for (const id of ["a", "b", "c", "d"]) store.add(spanOf(id, "1", {}));
  assertEquals(store.traceIds, ["c", "d"]);
  assertEquals(store.runningCount, 2);
});

Deno.test("a trace holds no more spans than allowed, and says how many it refused", () => {
  const store = new TraceStore({ maxSpansPerTrace: 2 });
  for (const id of ["1", "2", "3", "4"]) store.add(spanOf("a", id, {}));
  assertEquals(store.spanCount, 2);
  assertEquals(store.droppedSpans, { trace_full: 2 });
  store.add(spanOf("a", "2", { ms: 1 }));
  assertEquals(store.runningCount, 1);
});

Deno.test("all traces together hold no more spans than allowed", () => {
  const store = new TraceStore({ maxSpans: 3 });
  for (const id of ["1", "2"]) store.add(spanOf("a", id));
  store.add(spanOf("b", "1"));
  store.add(spanOf("c", "1"));
  assertEquals(store.traceIds, ["b", "c"]);
  for (const id of ["2", "3", "4"]) store.add(spanOf("c", id));
  assertEquals(store.traceIds, ["c"]);
  assertEquals(store.spanCount, 3);
  assertEquals(store.droppedSpans, { trace_evicted: 3, store_full: 1 });
});

Deno.test("a sequence number finds its trace, or the next one when it is gone", () => {
  const store = new TraceStore({ maxTraces: 3 });
  for (const id of ["a", "b", "c"]) store.add(spanOf(id, "1"));
  const sequences = [0, 1, 2].map((index) => store.entryAt(index)?.sequence ?? -1);
  store.add(spanOf("d", "1"));
  assertEquals(store.indexOf(sequences[0]), 0);
  assertEquals(store.entryAt(store.indexOf(sequences[0]))?.traceId, "b");
  assertEquals(store.entryAt(store.indexOf(sequences[2]))?.traceId, "c");
  assertEquals(store.indexOf(1e9), 3);
});

Deno.test("whatever comes, the bounds hold and the counts agree with what is stored", () => {
  const random = createRandom(11);
  const store = new TraceStore({ maxTraces: 7, maxSpansPerTrace: 5, maxSpans: 20 });
  for (let round = 0; round < 3_000; round++) {
    const traceId = `t${Math.floor(random() * 12)}`;
    const ms = random() < 0.5 ? undefined : 1;
    const attrs: Record<string, string> = random() < 0.2 ? { error: "no" } : {};
    store.add(spanOf(traceId, `s${Math.floor(random() * 8)}`, { ms, attrs }), round);
    assert(store.traceCount <= 7 && store.spanCount <= 20);
    if (round % 50 !== 0) continue;
    const traces = store.traceIds.map((id) => store.trace(id));
    const sum = (pick: "errorCount" | "runningCount"): number =>
      traces.reduce((total, trace) => total + (trace?.[pick] ?? 0), 0);
    assertEquals(store.spanCount, traces.reduce((n, trace) => n + (trace?.nodes.length ?? 0), 0));
    assertEquals(store.runningCount, sum("runningCount"));
    assertEquals(store.errorCount, sum("errorCount"));
    store.traceIds.forEach((id, index) => {
      const entry = store.entryAt(index);
      assertEquals(entry?.traceId, id);
      assertEquals(store.indexOf(entry?.sequence ?? -1), index);
    });
  }
});

Deno.test("two hundred thousand traces pass through in bounded memory and time", () => {
  const store = new TraceStore({ maxTraces: 1_000 });
  for (let at = 0; at < 200_000; at++) store.add(spanOf(`t${at}`, "1"));
  assertEquals(store.traceCount, 1_000);
  assertEquals(store.evictedTraces, 199_000);
  assertEquals(store.entryAt(0)?.traceId, "t199000");
});

Deno.test("a trace is finished when its root has ended, nothing runs, and it is quiet", () => {
  const store = new TraceStore({ quietMs: 100 });
  store.add(spanOf("a", "r", {}), 0);
  store.add(spanOf("a", "c", { parentId: "r", ms: 1 }), 10);
  assertEquals(store.finishedTraces(1_000), []);
  store.add(spanOf("a", "r", { ms: 5 }), 1_000);
  assertEquals(store.finishedTraces(1_050), []);
  const [finished] = store.finishedTraces(1_100);
  assertEquals([finished.trace.traceId, finished.isRepeat], ["a", false]);
  assertEquals(store.finishedTraces(9_000), []);
});

Deno.test("a span that comes late makes its trace due once more", () => {
  const store = new TraceStore({ quietMs: 100 });
  store.add(spanOf("a", "r"), 0);
  assertEquals(store.finishedTraces(100).length, 1);
  store.add(spanOf("a", "late", { parentId: "r", ms: 1 }), 200);
  assertEquals(store.finishedTraces(250), []);
  const [again] = store.finishedTraces(300);
  assertEquals([again.trace.nodes.length, again.isRepeat], [2, true]);
});

Deno.test("a trace without a root waits longer, and everything comes out at the end", () => {
  const store = new TraceStore({ quietMs: 100, rootlessQuietMs: 500 });
  store.add(spanOf("orphans", "c", { parentId: "elsewhere", ms: 1 }), 0);
  store.add(spanOf("running", "r", {}), 0);
  assertEquals(store.finishedTraces(400), []);
  assertEquals(store.finishedTraces(500).map(({ trace }) => trace.traceId), ["orphans"]);
  assertEquals(store.finishedTraces(500, true).map(({ trace }) => trace.traceId), ["running"]);
});

Deno.test("a trace that is evicted before it was reported is handed out, one that was is not", () => {
  const evicted: string[] = [];
  const store = new TraceStore({
    maxTraces: 2,
    onEvict: (trace) => evicted.push(`${trace.traceId}:${trace.nodes.length}`),
  });
  store.add(spanOf("reported", "r"), 0);
  store.finishedTraces(1_000);
  for (const id of ["a", "b", "c"]) store.add(spanOf(id, "r"), 1_000);
  assertEquals(evicted, ["a:1"]);
  assertEquals(store.traceIds, ["b", "c"]);
});

Deno.test("the trees do not depend on the order of arrival", () => {
  const spans = ["r", "a", "b", "c"].flatMap((id, at) => {
    const parentId = at === 0 ? undefined : "r";
    return [spanOf("t", id, { parentId, at }), spanOf("t", id, { parentId, at, ms: 1 })];
  });
  const random = createRandom(5);
  const ids = ["r", "a", "b", "c"];
  for (let round = 0; round < 20; round++) {
    const store = new TraceStore();
    for (const span of shuffle(spans, random)) store.add(span);
    assertEquals(store.trace("t")?.nodes.map((node) => node.span.spanId), ids);
    assertEquals(store.runningCount, 0);
  }
});

Deno.test("traces that are to be held go last, and take no more than half of the room", () => {
  const store = new TraceStore({ maxTraces: 6, holds: ({ name }) => name === "held" });
  const add = (traceId: string, name = "other"): boolean =>
    store.add(spanOf(traceId, "1", { ms: 1, name }));
  add("a", "held");
  for (let count = 0; count < 20; count++) add(`x${count}`);
  assertEquals(store.traceIds, ["a", "x15", "x16", "x17", "x18", "x19"]);
  for (const id of "bcde") add(id, "held");
  for (let count = 20; count < 40; count++) add(`x${count}`);
  assertEquals(store.traceIds, ["c", "d", "e", "x37", "x38", "x39"]);
  // One that is held may grow; what it takes counts.
  store.add(spanOf("d", "2"));
  assertEquals(store.spanCount, 7);
});

Deno.test("traces that are held keep within half of the spans", () => {
  const store = new TraceStore({ maxSpans: 20, holds: () => true });
  for (let trace = 0; trace < 100; trace++) {
    for (let span = 0; span < 4; span++) store.add(spanOf(`${trace}`, `${span}`));
    assert(store.spanCount <= 20);
  }
  assertEquals(store.traceIds.length, 5);
  assertEquals(store.traceIds.at(-1), "99");
});

Deno.test("what the store knows of a trace is at any time what its tree says", () => {
  const random = createRandom(11);
  const store = new TraceStore({ maxSpansPerTrace: 30, maxTraces: 6 });
  for (let step = 0; step < 2_000; step++) {
    const id = Math.floor(random() * 40);
    const isRunning = random() < 0.3;
    store.add(spanOf(`trace-${Math.floor(random() * 8)}`, `${id}`, {
      // Some say something else each time, as a program that is started again may.
      parentId: id < 3 || random() < 0.1 ? undefined : "missing",
      name: `${step}`,
      at: id % 5 === 0 ? Math.floor(10 * random()) : id % 7,
      ms: isRunning ? undefined : Math.floor(20 * random()) - 5,
      state: isRunning ? (random() < 0.5 ? "running" : "unfinished") : "ended",
      service: id % 2 === 0 ? "shop" : undefined,
      attrs: random() < 0.2 ? { error: "no" } : {},
    }));
    const entry = store.entryAt(Math.floor(random() * store.traceCount))!;
    assertEquals(describeEntry(entry), describeTraceSummary(store.trace(entry.traceId)!));
    assert(store.entryOf(entry.traceId) === entry);
  }
});

Deno.test("the version of a trace is the one that the store had when it last changed", () => {
  const store = new TraceStore();
  for (const [trace, span] of [["a", "1"], ["b", "1"], ["a", "2"], ["a", "2"]]) {
    store.add(spanOf(trace, span));
  }
  assertEquals([store.version, store.entryOf("a")?.version, store.entryOf("b")?.version], [
    3,
    3,
    2,
  ]);
});
