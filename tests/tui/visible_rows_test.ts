import { assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { VisibleRows } from "../../src/tui/visible_rows.ts";
import { foldSpan, NO_FOLDS } from "../../src/views/folds.ts";
import { makeSpan } from "../assemble/_make_span.ts";

const TRACE = buildTrace("t", [
  makeSpan("root", { ms: 10 }),
  makeSpan("a", { parentId: "root", at: 1, ms: 2 }),
  makeSpan("a1", { parentId: "a", at: 1, ms: 1 }),
  makeSpan("b", { parentId: "root", at: 4, ms: 4 }),
  makeSpan("b1", { parentId: "b", at: 5, ms: 1 }),
  makeSpan("b2", { parentId: "b", at: 6, ms: 1 }),
]);

function names(rows: VisibleRows): string[] {
  return Array.from({ length: rows.count }, (_, at) => {
    const row = rows.rowAt(at);
    return row?.type === "span" ? TRACE.nodes[row.index].span.name : "group";
  });
}

function keep(...wanted: string[]): Uint8Array {
  return Uint8Array.from(TRACE.nodes, ({ span }) => wanted.includes(span.name) ? 1 : 0);
}

Deno.test("all rows are there unless some are asked for", () => {
  const rows = new VisibleRows(TRACE, NO_FOLDS);
  assertEquals(names(rows), ["root", "a", "a1", "b", "b1", "b2"]);
  assertEquals([rows.rowOf(4), rows.parentOf(4)], [4, 3]);
});

Deno.test("the rows of some spans come with those above them", () => {
  const rows = new VisibleRows(TRACE, NO_FOLDS, keep("b2"));
  assertEquals(names(rows), ["root", "b", "b2"]);
  assertEquals([0, 1, 2].map((row) => rows.parentOf(row)), [-1, 0, 1]);
  // What is left out is found in the row above it.
  assertEquals(TRACE.nodes.map((_, index) => rows.rowOf(index)), [0, 0, 0, 1, 1, 2]);
  assertEquals(rows.guidesOf(2, 8), undefined);
});

Deno.test("a span that is folded away stands in the row of what hides it", () => {
  const rows = new VisibleRows(TRACE, foldSpan(NO_FOLDS, "b", true), keep("b2"));
  assertEquals(names(rows), ["root", "b"]);
  assertEquals(rows.rowOf(5), 1);
});

Deno.test("a trace of which nothing is kept still has its root", () => {
  assertEquals(names(new VisibleRows(TRACE, NO_FOLDS, keep())), ["root"]);
});
