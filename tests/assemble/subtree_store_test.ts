import { assertEquals } from "@std/assert";
import { SubtreeStore } from "../../src/assemble/subtree_store.ts";
import type { Trace } from "../../src/model/trace.ts";
import { createRandom, makeSpan, shuffle } from "./_make_span.ts";

/** A tree in short: `a(b(c),d)`. */
function sketch({ nodes }: Trace): string {
  return nodes.map(({ span, depth, isOrphan }) =>
    " ".repeat(depth) + span.name + (isOrphan ? "?" : "")
  )
    .join("/");
}

Deno.test("each subtree is given out once it is finished, whatever the others do", () => {
  const store = new SubtreeStore("top");
  store.add(makeSpan("top"), 0);
  store.add(makeSpan("a", { parentId: "top" }), 0);
  store.add(makeSpan("b", { parentId: "top", ms: 5 }), 10);
  store.add(makeSpan("c", { parentId: "b", ms: 1 }), 10);
  assertEquals(store.finishedTraces(109).map(sketch), []);
  assertEquals(store.finishedTraces(110).map(sketch), ["b/ c"]);
  store.add(makeSpan("a", { parentId: "top", ms: 200 }), 200);
  assertEquals(store.finishedTraces(300).map(sketch), ["a"]);
  assertEquals(store.finishedTraces(9000, true), []);
});

Deno.test("the order in which spans come makes no difference", () => {
  const spans = ["a", "b"].flatMap((top) => [
    makeSpan(top, { parentId: "top", ms: 9 }),
    makeSpan(`${top}1`, { parentId: top, ms: 8, at: 1 }),
    makeSpan(`${top}2`, { parentId: `${top}1`, ms: 7, at: 2 }),
    makeSpan(`${top}3`, { parentId: `${top}2`, ms: 6, at: 3 }),
    makeSpan(`${top}4`, { parentId: `${top}1`, ms: 5, at: 4 }),
  ]);
  for (let seed = 0; seed < 200; seed++) {
    const store = new SubtreeStore("top");
    for (const span of shuffle(spans, createRandom(seed))) store.add(span, 0);
    assertEquals(store.finishedTraces(100).map(sketch).sort(), [
      "a/ a1/  a2/   a3/  a4",
      "b/ b1/  b2/   b3/  b4",
    ]);
  }
});

Deno.test("a subtree whose topmost span does not come is waited for longer, and given out as an orphan", () => {
  const store = new SubtreeStore("top");
  store.add(makeSpan("a", { parentId: "missing", ms: 1 }), 0);
  assertEquals(store.finishedTraces(1999).map(sketch), []);
  assertEquals(store.finishedTraces(2000).map(sketch), ["a?"]);
});

Deno.test("the end gives out what still runs, and a full store its oldest subtree", () => {
  const store = new SubtreeStore("top", { maxSpans: 3 });
  for (const id of ["a", "b", "c", "d"]) store.add(makeSpan(id, { parentId: "top" }), 0);
  assertEquals(store.finishedTraces(0).map(sketch), ["a"]);
  assertEquals(store.finishedTraces(0, true).map(sketch), ["b", "c", "d"]);
});

Deno.test("a chain of 100,000 spans that comes from its end is one subtree", () => {
  const store = new SubtreeStore("s0", { maxSpans: 200_000 });
  for (let n = 100_000; n > 0; n--) {
    store.add(makeSpan(`s${n}`, { parentId: `s${n - 1}`, ms: 1 }), 0);
  }
  assertEquals(store.finishedTraces(100).map(({ nodes }) => nodes.length), [100_000]);
});
