import { assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Trace } from "../../src/model/trace.ts";
import { nodeIndexOfRow, rowOfNodeIndex, treeGuides } from "../../src/tui/trace_rows.ts";
import { makeSpan } from "../assemble/_make_span.ts";

function drawn(trace: Trace, maxLevels = 9): string[] {
  return trace.nodes.map((_, row) => {
    const index = nodeIndexOfRow(trace, row);
    assertEquals(rowOfNodeIndex(trace, index), row);
    return treeGuides(trace, index, maxLevels) + trace.nodes[index].span.spanId;
  });
}

Deno.test("further roots and orphans are drawn dashed, as children of the root span", () => {
  const trace = buildTrace("t", [
    makeSpan("orphan", { parentId: "?", at: 0, ms: 1 }),
    makeSpan("below", { parentId: "orphan", at: 1, ms: 1 }),
    makeSpan("root", { at: 2, ms: 1 }),
    makeSpan("child", { parentId: "root", at: 3, ms: 1 }),
    makeSpan("second", { at: 4, ms: 1 }),
  ]);
  assertEquals(drawn(trace), ["root", "├╌ orphan", "│  └─ below", "├─ child", "└╌ second"]);
});

Deno.test("an orphan before a root without children is the last row", () => {
  const trace = buildTrace("t", [
    makeSpan("orphan", { parentId: "?", at: 0, ms: 1 }),
    makeSpan("root", { at: 2, ms: 1 }),
  ]);
  assertEquals(drawn(trace), ["root", "└╌ orphan"]);
});

Deno.test("levels beyond the limit are told by a number", () => {
  const spans = ["a", "b", "c", "d", "e", "f"].map((id, at, ids) =>
    makeSpan(id, { parentId: ids[at - 1], at, ms: 1 })
  );
  assertEquals(drawn(buildTrace("t", spans), 3), [
    "a",
    "└─ b",
    "   └─ c",
    "      └─ d",
    "…4 └─ e",
    "…5 └─ f",
  ]);
});
