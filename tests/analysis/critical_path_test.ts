import { assert, assertEquals } from "@std/assert";
import { criticalPath } from "../../src/analysis/critical_path.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import { createRandom, makeSpan, shuffle, type SpanSketch } from "../assemble/_make_span.ts";

Deno.test("a span alone is all of its path", () => {
  assertEquals(path([makeSpan("root", { ms: 10 })]), ["root 0-10"]);
});

Deno.test("one call after another is on the path, and so is the time between them", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("a", { parentId: "root", at: 1, ms: 2 }),
    makeSpan("b", { parentId: "root", at: 5, ms: 4 }),
    makeSpan("c", { parentId: "b", at: 6, ms: 1 }),
  ];
  assertEquals(path(spans), [
    "root 0-1",
    "a 1-3",
    "root 3-5",
    "b 5-6",
    "c 6-7",
    "b 7-9",
    "root 9-10",
  ]);
});

Deno.test("of calls at the same time the last to finish is waited for", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("short", { parentId: "root", at: 1, ms: 3 }),
    makeSpan("long", { parentId: "root", at: 1, ms: 8 }),
  ];
  assertEquals(path(spans), ["root 0-1", "long 1-9", "root 9-10"]);
});

Deno.test("a call that was still running when the next one started was not waited for", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("early", { parentId: "root", at: 0, ms: 5 }),
    makeSpan("late", { parentId: "root", at: 3, ms: 7 }),
  ];
  assertEquals(path(spans), ["root 0-3", "late 3-10"]);
});

Deno.test("an overlap as small as clocks are inexact counts as one after the other", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("a", { parentId: "root", at: 0, ms: 5.01 }),
    makeSpan("b", { parentId: "root", at: 5, ms: 5 }),
    makeSpan("last", { parentId: "b", at: 9, ms: 1.002 }),
  ];
  assertEquals(path(spans), ["a 0-5", "b 5-9", "last 9-10"]);
});

Deno.test("work that outlives its parent was not waited for", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("mail", { parentId: "root", at: 8, ms: 200 }),
    makeSpan("later", { parentId: "root", at: 50, ms: 20 }),
    makeSpan("read", { parentId: "root", at: 2, ms: 3 }),
  ];
  assertEquals(path(spans), ["root 0-2", "read 2-5", "root 5-10"]);
});

Deno.test("a server whose clock is ahead or behind is moved into its client's call", () => {
  for (const at of [-30, 1, 6, 500]) {
    const spans = [
      makeSpan("root", { ms: 20 }),
      makeSpan("call", { parentId: "root", kind: "client", at: 4, ms: 10 }),
      makeSpan("serve", { parentId: "call", kind: "server", at, ms: 8 }),
      makeSpan("query", { parentId: "serve", at: at + 1, ms: 6 }),
    ];
    const lengths = lengthsByName(spans);
    assertEquals(lengths, { root: 10, call: 2, serve: 2, query: 6 }, `server at ${at}`);
  }
});

Deno.test("a child that starts before its parent counts from the parent's start", () => {
  const spans = [
    makeSpan("root", { at: 0, ms: 10 }),
    makeSpan("early", { parentId: "root", at: -5, ms: 9 }),
  ];
  assertEquals(path(spans), ["early 5-9", "root 9-15"]);
});

Deno.test("a span without an end is waited for only by one that has none either", () => {
  const hung = [
    makeSpan("root", { state: "unfinished" }),
    makeSpan("call", { parentId: "root", at: 2, state: "unfinished" }),
    makeSpan("other", { parentId: "root", at: 1, ms: 8 }),
  ];
  assertEquals(path(hung), ["root 0-2", "call 2-9"]);
  const abandoned = [
    makeSpan("root", { ms: 9 }),
    makeSpan("call", { parentId: "root", at: 2, state: "unfinished" }),
  ];
  assertEquals(path(abandoned), ["root 0-9"]);
});

Deno.test("spans without a length are on no path, and a trace of none has an empty one", () => {
  assertEquals(path([makeSpan("root", { ms: 0 })]), []);
  assertEquals(path([makeSpan("root", { ms: -4 })]), []);
  const spans = [
    makeSpan("root", { ms: 5 }),
    makeSpan("mark", { parentId: "root", at: 5, ms: 0 }),
    makeSpan("back", { parentId: "root", at: 3, ms: -2 }),
  ];
  assertEquals(path(spans), ["root 0-5"]);
});

Deno.test("orphans are not on the path of the root, rings have a path", () => {
  const spans = [
    makeSpan("root", { at: 2, ms: 5 }),
    makeSpan("orphan", { parentId: "gone", at: 0, ms: 50 }),
  ];
  assertEquals(path(spans), ["root 2-7"]);
  const ring = [
    makeSpan("a", { parentId: "b", at: 0, ms: 8 }),
    makeSpan("b", { parentId: "a", at: 2, ms: 3 }),
  ];
  assertEquals(path(ring), ["a 0-2", "b 2-5", "a 5-8"]);
});

Deno.test("whatever the spans, the segments join and are as long as the root", () => {
  const random = createRandom(11);
  const kinds = ["function", "client", "server", "producer", "consumer"] as const;
  for (let round = 0; round < 500; round++) {
    const spans: Span[] = [];
    for (let at = 0; at < 15; at++) {
      const isOpen = random() < 0.1;
      const sketch: SpanSketch = {
        parentId: at === 0 ? undefined : `s${Math.floor(random() * at)}`,
        kind: kinds[Math.floor(random() * kinds.length)],
        at: Math.floor(random() * 30),
        ms: isOpen ? undefined : Math.floor(random() * 40) - 4,
      };
      spans.push(makeSpan(`s${at}`, isOpen ? { ...sketch, state: "unfinished" } : sketch));
    }
    const trace = buildTrace("t", shuffle(spans, random));
    const { rootSpan, startTimeUnixNano, durationNano } = trace;
    const start = Number(rootSpan.startTimeUnixNano - startTimeUnixNano);
    const end = rootSpan.endTimeUnixNano === undefined
      ? Number(durationNano)
      : Math.max(start, Number(rootSpan.endTimeUnixNano - startTimeUnixNano));
    let at = start;
    for (const { fromNano, toNano } of criticalPath(trace)) {
      assertEquals(fromNano, at);
      assert(toNano > fromNano);
      at = toNano;
    }
    assertEquals(at, end);
  }
});

Deno.test("a chain of 100,000 and 100,000 siblings have a path", () => {
  const count = 100_000;
  const wide = [makeSpan("root", { ms: count })];
  const deep = [makeSpan("s0", { ms: count * 2 })];
  for (let at = 1; at < count; at++) {
    wide.push(makeSpan(`s${at}`, { parentId: "root", at, ms: 1 }));
    deep.push(makeSpan(`s${at}`, { parentId: `s${at - 1}`, at, ms: (count - at) * 2 }));
  }
  const [wideTrace, deepTrace] = [buildTrace("t", wide), buildTrace("t", deep)];
  const startMs = performance.now();
  assertEquals(criticalPath(wideTrace).length, count);
  assertEquals(criticalPath(deepTrace).length, 2 * count - 1);
  // A quadratic walk takes minutes.
  assert(performance.now() - startMs < 5_000);
});

/** The path in words, in milliseconds after the trace's start. */
function path(spans: readonly Span[]): string[] {
  const trace = buildTrace("t", spans);
  return criticalPath(trace).map(({ index, fromNano, toNano }) =>
    `${trace.nodes[index].span.name} ${fromNano / 1e6}-${toNano / 1e6}`
  );
}

function lengthsByName(spans: readonly Span[]): Record<string, number> {
  const trace = buildTrace("t", spans);
  const lengths: Record<string, number> = {};
  for (const { index, fromNano, toNano } of criticalPath(trace)) {
    const { name } = trace.nodes[index].span;
    lengths[name] = (lengths[name] ?? 0) + (toNano - fromNano) / 1e6;
  }
  return lengths;
}
