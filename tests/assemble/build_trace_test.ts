import { assert, assertEquals, assertThrows } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import type { Trace } from "../../src/model/trace.ts";
import { createRandom, EPOCH, makeSpan, shuffle } from "./_make_span.ts";

function outline(trace: Trace): string[] {
  return trace.nodes.map((node) => "-".repeat(node.depth) + node.span.spanId);
}

Deno.test("a parent stands before its children, siblings by start and then by id", () => {
  const trace = buildTrace("t", [
    makeSpan("c2", { parentId: "r", at: 5, ms: 1 }),
    makeSpan("g", { parentId: "c1", at: 3, ms: 1 }),
    makeSpan("b", { parentId: "r", at: 5, ms: 1 }),
    makeSpan("c1", { parentId: "r", at: 2, ms: 3 }),
    makeSpan("r", { ms: 10 }),
  ]);
  assertEquals(outline(trace), ["r", "-c1", "--g", "-b", "-c2"]);
  assertEquals(trace.nodes.map((node) => node.parent), [-1, 0, 1, 0, 0]);
  assertEquals(trace.nodes.map((node) => node.subtreeSize), [5, 2, 1, 1, 1]);
  assertEquals(trace.warnings, []);
});

Deno.test("a child that ends after its root counts into the trace's end and duration", () => {
  const trace = buildTrace("t", [
    makeSpan("r", { ms: 10 }),
    makeSpan("late", { parentId: "r", at: 5, ms: 20 }),
  ]);
  assertEquals(trace.startTimeUnixNano, EPOCH);
  assertEquals(trace.endTimeUnixNano, EPOCH + 25_000_000n);
  assertEquals(trace.durationNano, 25_000_000n);
});

Deno.test("a trace with a running span has no end yet", () => {
  const trace = buildTrace("t", [
    makeSpan("r", {}),
    makeSpan("c", { parentId: "r", at: 1, ms: 2 }),
  ]);
  assertEquals(trace.endTimeUnixNano, undefined);
  assertEquals(trace.runningCount, 1);
  assertEquals(trace.durationNano, 3_000_000n);
});

Deno.test("a span whose parent is not seen is an orphan and stands as a root", () => {
  const trace = buildTrace("t", [
    makeSpan("early-orphan", { parentId: "nowhere", at: 0, ms: 1 }),
    makeSpan("child", { parentId: "early-orphan", at: 1, ms: 1 }),
    makeSpan("r", { at: 2, ms: 5 }),
  ]);
  assertEquals(outline(trace), ["early-orphan", "-child", "r"]);
  assertEquals(trace.nodes.map((node) => node.isOrphan), [true, false, false]);
  assertEquals(trace.rootSpan.spanId, "r");
  assertEquals(trace.rootIndex, 2);
});

Deno.test("where there are only orphans the earliest stands for the trace", () => {
  const trace = buildTrace("t", [
    makeSpan("b", { parentId: "x", at: 3, ms: 1 }),
    makeSpan("a", { parentId: "y", at: 1, ms: 1 }),
  ]);
  assertEquals(trace.rootSpan.spanId, "a");
});

Deno.test("several roots are allowed", () => {
  const trace = buildTrace("t", [makeSpan("b", { at: 1, ms: 1 }), makeSpan("a", { ms: 1 })]);
  assertEquals(outline(trace), ["a", "b"]);
  assertEquals(trace.rootSpan.spanId, "a");
});

Deno.test("a span that is its own parent becomes a root, with a warning", () => {
  const trace = buildTrace("t", [makeSpan("a", { parentId: "a", ms: 1 })]);
  assertEquals(outline(trace), ["a"]);
  assertEquals(trace.nodes[0].isOrphan, false);
  assertEquals(trace.warnings, ['Span "a" names itself as its parent, it is shown as a root']);
});

Deno.test("a ring of parents is cut at its earliest span, with a warning", () => {
  const trace = buildTrace("t", [
    makeSpan("a", { parentId: "c", at: 3, ms: 1 }),
    makeSpan("b", { parentId: "a", at: 1, ms: 1 }),
    makeSpan("c", { parentId: "b", at: 2, ms: 1 }),
    makeSpan("leaf", { parentId: "a", at: 4, ms: 1 }),
  ]);
  assertEquals(outline(trace), ["b", "-c", "--a", "---leaf"]);
  assertEquals(trace.warnings.length, 1);
});

Deno.test("of spans with one id the most complete is kept, in whatever order they come", () => {
  const running = makeSpan("a", { name: "running" });
  const unfinished = makeSpan("a", { name: "unfinished", state: "unfinished" });
  const ended = makeSpan("a", { name: "ended", ms: 3 });
  const random = createRandom(1);
  for (let round = 0; round < 10; round++) {
    const trace = buildTrace("t", shuffle([running, unfinished, ended], random));
    assertEquals(trace.nodes.map((node) => node.span.name), ["ended"]);
  }
  assertEquals(buildTrace("t", [unfinished, running]).rootSpan.name, "unfinished");
});

Deno.test("different ended spans under one id are told about", () => {
  const trace = buildTrace("t", [
    makeSpan("a", { name: "one", ms: 1 }),
    makeSpan("a", { name: "two", ms: 1 }),
  ]);
  assertEquals(trace.nodes.length, 1);
  assertEquals(trace.warnings.length, 1);
});

Deno.test("errors, running and unfinished spans are counted", () => {
  const trace = buildTrace("t", [
    makeSpan("r", { ms: 1, attrs: { error: "no" } }),
    makeSpan("a", { parentId: "r" }),
    makeSpan("b", { parentId: "r", state: "unfinished" }),
  ]);
  assertEquals([trace.errorCount, trace.runningCount, trace.unfinishedCount], [1, 1, 1]);
});

Deno.test("a trace of no spans is refused", () => {
  assertThrows(() => buildTrace("t", []), RangeError, 'Cannot build trace "t"');
});

Deno.test("any order of arrival gives the same tree", () => {
  const random = createRandom(7);
  for (let round = 0; round < 60; round++) {
    const spans = randomSpans(random, 1 + Math.floor(random() * 25));
    const expected = buildTrace("t", spans);
    for (let again = 0; again < 4; again++) {
      assertEquals(buildTrace("t", shuffle(spans, random)), expected);
    }
    assertIsTree(expected, new Set(spans.map((span) => span.spanId)));
  }
});

/** Parents of all kinds: absent, unknown, itself, one another; ids that repeat; starts that tie. */
function randomSpans(random: () => number, count: number): Span[] {
  return Array.from({ length: count }, () => {
    const parent = Math.floor(random() * (count + 4));
    const end = Math.floor(random() * 4);
    return makeSpan(`s${Math.floor(random() * count)}`, {
      parentId: parent < count ? `s${parent}` : parent === count ? "unknown" : undefined,
      name: `n${Math.floor(random() * 3)}`,
      at: Math.floor(random() * 5),
      ms: end === 0 ? undefined : end,
      attrs: random() < 0.5 ? {} : { key: Math.floor(random() * 2) },
    });
  });
}

function assertIsTree(trace: Trace, ids: ReadonlySet<string>): void {
  assertEquals(new Set(trace.nodes.map((node) => node.span.spanId)), ids);
  assertEquals(trace.nodes.length, ids.size);
  let at = 0;
  while (at < trace.nodes.length) at += trace.nodes[at].subtreeSize;
  assertEquals(at, trace.nodes.length);
  trace.nodes.forEach((node, index) => {
    assert(node.parent < index);
    assertEquals(node.depth, node.parent < 0 ? 0 : trace.nodes[node.parent].depth + 1);
    if (node.parent < 0) return;
    const parent = trace.nodes[node.parent];
    assert(index + node.subtreeSize <= node.parent + parent.subtreeSize);
    assertEquals(node.span.parentId, parent.span.spanId);
  });
}

Deno.test("a chain 100,000 deep is built in time and without recursion", () => {
  const count = 100_000;
  const spans: Span[] = [];
  for (let depth = 0; depth < count; depth++) {
    const parentId = depth === 0 ? undefined : `s${depth - 1}`;
    spans.push(makeSpan(`s${depth}`, { parentId, at: depth / 1000, ms: 1 }));
  }
  const startMs = performance.now();
  const trace = buildTrace("t", shuffle(spans, createRandom(3)));
  assert(performance.now() - startMs < 5_000);
  assertEquals(trace.nodes[count - 1].depth, count - 1);
  assertEquals(trace.nodes[0].subtreeSize, count);
});

Deno.test("a ring of 100,000 spans is cut in time", () => {
  const count = 100_000;
  const spans = Array.from(
    { length: count },
    (_, at) => makeSpan(`s${at}`, { parentId: `s${(at + 1) % count}`, at: at % 977, ms: 1 }),
  );
  const trace = buildTrace("t", spans);
  assertEquals(trace.nodes[count - 1].depth, count - 1);
  assertEquals(trace.warnings.length, 1);
});
