import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { Playback } from "../../src/views/playback.ts";
import { TraceSelection } from "../../src/views/trace_selection.ts";
import { span, START } from "./_spans.ts";

function storeOf(...spans: readonly Span[]): TraceStore {
  const store = new TraceStore();
  for (const each of spans) store.add(each);
  return store;
}

/** Three traces: one from 0 to 100, one from 50 to 300 with a failure at 120, one from 400 to 500. */
function sample(): TraceStore {
  return storeOf(
    span("c1", undefined, 400, 500, { traceId: "c" }),
    span("a1", undefined, 0, 100, { traceId: "a" }),
    span("b1", undefined, 50, 300, { traceId: "b" }),
    span("b2", "b1", 60, 120, { traceId: "b", error: true }),
  );
}

function idsOf(playback: Playback): (string | undefined)[] {
  return Array.from({ length: playback.traceCount }, (_, i) => playback.entryAt(i)?.traceId);
}

Deno.test("at its last moment a playback is its source", () => {
  const store = sample();
  const playback = new Playback(store);
  assertEquals(playback.atUnixNano, START + 500n);
  assertEquals(idsOf(playback), ["c", "a", "b"]);
  assertStrictEquals(playback.entryAt(2), store.entryAt(2));
  assertEquals([playback.spanCount, playback.runningCount, playback.errorCount], [4, 0, 1]);
});

Deno.test("a moment shows the traces that had begun, with what was known of them", () => {
  const playback = new Playback(sample(), START + 110n);
  assertEquals(idsOf(playback), ["a", "b"]);
  assertEquals([playback.spanCount, playback.runningCount, playback.errorCount], [3, 2, 0]);
  const entry = playback.entryOf("b")!;
  assertEquals([entry.spanCount, entry.runningCount, entry.errorCount], [2, 2, 0]);
  assertEquals(playback.trace("b")?.runningCount, 2);
  assertEquals(playback.trace("c"), undefined);
  assertEquals(playback.entryOf("c"), undefined);
  assertEquals([...playback.spansOf("b")].map(({ state }) => state), ["running", "running"]);
  assertEquals([...playback.spansOf("c")], []);
  playback.seek(START + 120n);
  assertEquals([playback.runningCount, playback.errorCount], [1, 1]);
  playback.seek(START - 1n);
  assertEquals([playback.traceCount, playback.spanCount], [0, 0]);
});

Deno.test("an entry is the same one until something happens in its trace", () => {
  const playback = new Playback(sample(), START + 70n);
  const before = playback.entryOf("b");
  playback.seek(START + 110n);
  assertStrictEquals(playback.entryOf("b"), before);
  playback.seek(START + 130n);
  const after = playback.entryOf("b");
  assertNotStrictEquals(after, before);
  assert(after!.version > before!.version);
});

Deno.test("traces are found by their place and their sequence at any moment", () => {
  const store = sample();
  const playback = new Playback(store, START + 110n);
  for (let index = 0; index < playback.traceCount; index++) {
    assertEquals(playback.indexOf(playback.entryAt(index)!.sequence), index);
  }
  // The first trace of the source has not begun: the next one stands for it.
  assertEquals(playback.indexOf(store.entryAt(0)!.sequence), 0);
  assertEquals(playback.indexOf(1e9), playback.traceCount);
});

Deno.test("the next starts and the next activity are found in both directions", () => {
  const playback = new Playback(sample());
  assertEquals(playback.nextStart(START, 1), START + 50n);
  assertEquals(playback.nextStart(START + 50n, 1), START + 400n);
  assertEquals(playback.nextStart(START + 400n, 1), undefined);
  assertEquals(playback.nextStart(START + 400n, -1), START + 50n);
  assertEquals(playback.nextActivity(START + 200n), START + 200n);
  assertEquals(playback.nextActivity(START + 300n), START + 400n);
  assertEquals(playback.nextActivity(START + 500n), undefined);
});

Deno.test("what comes into the source is in the playback", () => {
  const store = sample();
  const playback = new Playback(store, START + 1000n);
  const { version } = playback;
  store.add(span("d1", undefined, 900, 1200, { traceId: "d" }));
  assert(playback.version > version);
  assertEquals(playback.entryOf("d")?.runningCount, 1);
  assertEquals(playback.toUnixNano, START + 1200n);
});

Deno.test("a selection over a playback follows it forwards and back", () => {
  const playback = new Playback(sample(), START + 110n);
  const failed = new TraceSelection(playback, { where: compileQuery("error") });
  const settle = (): number => {
    for (let wait = 0; wait !== Infinity;) wait = failed.advance(performance.now() + 1000);
    return failed.traceCount;
  };
  assertEquals(settle(), 0);
  playback.seek(START + 150n);
  assertEquals(settle(), 1);
  playback.seek(START + 110n);
  assertEquals(settle(), 0);
});

Deno.test("an empty list plays", () => {
  const playback = new Playback(new TraceStore());
  assertEquals([playback.traceCount, playback.fromUnixNano, playback.toUnixNano], [0, 0n, 0n]);
  assertEquals(playback.nextActivity(0n), undefined);
});
