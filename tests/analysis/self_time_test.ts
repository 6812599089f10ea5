import { assert, assertEquals } from "@std/assert";
import { selfTimesNano } from "../../src/analysis/self_time.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import type { Trace } from "../../src/model/trace.ts";
import { createRandom, makeSpan, shuffle } from "../assemble/_make_span.ts";

Deno.test("a span without children has all of its time to itself", () => {
  assertEquals(selfTimes([makeSpan("root", { ms: 10 })]), { root: 10 });
});

Deno.test("time that several children share is taken off once", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("a", { parentId: "root", at: 1, ms: 4 }),
    makeSpan("b", { parentId: "root", at: 2, ms: 1 }),
    makeSpan("c", { parentId: "root", at: 3, ms: 4 }),
    makeSpan("d", { parentId: "root", at: 8, ms: 1 }),
  ];
  assertEquals(selfTimes(spans), { root: 3, a: 4, b: 1, c: 4, d: 1 });
});

Deno.test("grandchildren take time off their parent alone", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("child", { parentId: "root", at: 2, ms: 6 }),
    makeSpan("grandchild", { parentId: "child", at: 3, ms: 2 }),
  ];
  assertEquals(selfTimes(spans), { root: 4, child: 4, grandchild: 2 });
});

Deno.test("a child that outlives its parent takes off what lies within the parent", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("job", { parentId: "root", at: 7, ms: 100 }),
    makeSpan("later", { parentId: "root", at: 50, ms: 5 }),
  ];
  assertEquals(selfTimes(spans), { root: 7, job: 100, later: 5 });
});

Deno.test("a child whose clock is behind takes off what lies within the parent", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("early", { parentId: "root", at: -5, ms: 7 }),
    makeSpan("before", { parentId: "root", at: -50, ms: 5 }),
  ];
  assertEquals(selfTimes(spans), { root: 8, early: 7, before: 5 });
});

Deno.test("a span whose end lies before its start has no time and takes none", () => {
  const spans = [
    makeSpan("root", { ms: 10 }),
    makeSpan("back", { parentId: "root", at: 5, ms: -3 }),
    makeSpan("inner", { parentId: "back", at: 5, ms: 2 }),
  ];
  assertEquals(selfTimes(spans), { root: 10, back: 0, inner: 2 });
});

Deno.test("spans without an end count up to the latest moment known of the trace", () => {
  const spans = [
    makeSpan("root", { state: "unfinished" }),
    makeSpan("done", { parentId: "root", at: 2, ms: 6 }),
    makeSpan("open", { parentId: "root", at: 7, state: "running" }),
  ];
  assertEquals(selfTimes(spans), { root: 2, done: 6, open: 1 });
});

Deno.test("a trace in which nothing ever ended has self times of known length", () => {
  const spans = [
    makeSpan("root", { state: "unfinished" }),
    makeSpan("child", { parentId: "root", at: 3, state: "unfinished" }),
  ];
  assertEquals(selfTimes(spans), { root: 3, child: 0 });
});

Deno.test("orphans and rings have their own time", () => {
  const spans = [
    makeSpan("orphan", { parentId: "gone", ms: 10 }),
    makeSpan("a", { parentId: "b", at: 1, ms: 8 }),
    makeSpan("b", { parentId: "a", at: 2, ms: 3 }),
  ];
  assertEquals(selfTimes(spans), { orphan: 10, a: 5, b: 3 });
});

Deno.test("self times are exact at today's nanoseconds", () => {
  const start = 1_795_172_592_123_456_789n;
  const root = makeSpan("root", {
    startTimeUnixNano: start,
    endTimeUnixNano: start + 3n,
    state: "ended",
  });
  const child = makeSpan("child", {
    parentId: "root",
    startTimeUnixNano: start + 1n,
    endTimeUnixNano: start + 2n,
    state: "ended",
  });
  assertEquals([...selfTimesNano(buildTrace("t", [root, child]))], [2, 1]);
});

Deno.test("times centuries apart give no negative and no undefined self time", () => {
  const spans = [
    makeSpan("root", { startTimeUnixNano: 0n, endTimeUnixNano: 2n ** 64n, state: "ended" }),
    ...Array.from(
      { length: 50 },
      (_, at) =>
        makeSpan(`s${at}`, {
          parentId: "root",
          startTimeUnixNano: 2n ** 58n * BigInt(at) + 1n,
          endTimeUnixNano: 2n ** 58n * BigInt(at + 14) + 7n,
          state: "ended",
        }),
    ),
  ];
  for (const time of selfTimesNano(buildTrace("t", spans))) assert(time >= 0);
});

Deno.test("self times agree with counting the milliseconds in which no child ran", () => {
  const random = createRandom(7);
  for (let round = 0; round < 200; round++) {
    const spans: Span[] = [];
    for (let at = 0; at < 12; at++) {
      spans.push(
        makeSpan(`s${at}`, {
          parentId: at === 0 ? undefined : `s${Math.floor(random() * at)}`,
          at: Math.floor(random() * 30),
          ms: Math.floor(random() * 20) - 2,
        }),
      );
    }
    const trace = buildTrace("t", shuffle(spans, random));
    assertEquals([...selfTimesNano(trace)].map((nano) => nano / 1e6), countUncovered(trace));
  }
});

Deno.test("100,000 children and chains of 100,000 take linear time", () => {
  const count = 100_000;
  const wide = [makeSpan("root", { ms: count })];
  const deep = [makeSpan("s0", { ms: count * 2 })];
  for (let at = 1; at < count; at++) {
    wide.push(makeSpan(`s${at}`, { parentId: "root", at, ms: 50 }));
    deep.push(makeSpan(`s${at}`, { parentId: `s${at - 1}`, at, ms: (count - at) * 2 }));
  }
  const [wideTrace, deepTrace] = [buildTrace("t", wide), buildTrace("t", deep)];
  const startMs = performance.now();
  assertEquals(selfTimesNano(wideTrace)[0], 1e6);
  assertEquals(selfTimesNano(deepTrace)[0], 2e6);
  // A quadratic walk takes minutes.
  assert(performance.now() - startMs < 5_000);
});

/** Self times in milliseconds by span id. */
function selfTimes(spans: readonly Span[]): Record<string, number> {
  const trace = buildTrace("t", spans);
  const times = selfTimesNano(trace);
  return Object.fromEntries(spans.map(({ spanId }) => {
    const index = trace.nodes.findIndex(({ span }) => span.spanId === spanId);
    return [spanId, times[index] / 1e6];
  }));
}

function countUncovered(trace: Trace): number[] {
  const start = trace.startTimeUnixNano;
  const intervals = trace.nodes.map(({ span }) => ({
    from: Number(span.startTimeUnixNano - start) / 1e6,
    to: Number(span.endTimeUnixNano as bigint - start) / 1e6,
  }));
  return trace.nodes.map((_, index) => {
    const children = intervals.filter((_, at) => trace.nodes[at].parent === index);
    let count = 0;
    for (let ms = intervals[index].from; ms < intervals[index].to; ms++) {
      if (!children.some(({ from, to }) => from <= ms && ms < to)) count++;
    }
    return count;
  });
}
