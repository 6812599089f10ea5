import { assert, assertEquals } from "@std/assert";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Trace } from "../../src/model/trace.ts";
import { type Folds, foldSpan, foldToDepth, NO_FOLDS, openGroup } from "../../src/views/folds.ts";
import { type GroupRow, revealSpan, SpanRows } from "../../src/views/span_rows.ts";
import { chain, queries, query, span, traceOf } from "./_spans.ts";

/** Rows as text: indentation, then the span's id or the group. */
function textOf(rows: SpanRows): string[] {
  return Array.from({ length: rows.count }, (_, i) => {
    const row = rows.rowAt(i)!;
    const indent = "  ".repeat(row.depth);
    if (row.type === "group") {
      return `${indent}${row.isOpen ? "-" : "+"} ×${row.count} ${row.name}`;
    }
    const hidden = row.isFolded ? ` (+${row.hiddenCount})` : "";
    return `${indent}${rows.trace.nodes[row.index].span.spanId}${hidden}`;
  });
}

function groupAt(rows: SpanRows, row: number): GroupRow {
  const found = rows.rowAt(row);
  if (found?.type !== "group") throw new Error(`Row ${row} is no group`);
  return found;
}

function indexOf(trace: Trace, spanId: string): number {
  return trace.nodes.findIndex(({ span }) => span.spanId === spanId);
}

Deno.test("the root comes first, further roots and orphans stand below it", () => {
  const rows = new SpanRows(traceOf(
    span("early", "gone", 0, 3),
    span("root", undefined, 1, 9),
    span("child", "root", 2, 8),
    span("late", undefined, 10, 12),
    span("below", "late", 11, 12),
  ));
  assertEquals(textOf(rows), ["root", "  early", "  child", "  late", "    below"]);
  assertEquals([1, 2, 3, 4].map((row) => rows.guidesOf(row, 9).isLoose), [
    true,
    false,
    true,
    false,
  ]);
  assertEquals(rows.guidesOf(3, 9).lines, [false]);
  assertEquals(rows.guidesOf(2, 9).lines, [true]);
  assertEquals(rows.guidesOf(4, 9).lines, [false, false]);
  assertEquals(rows.rowAt(5), undefined);
  assertEquals(rows.rowAt(-1), undefined);
});

Deno.test("five siblings that do the same are one row with their figures, wherever they stand", () => {
  const mixed = queries(5, "root", 10).flatMap((each, i) => [
    each,
    span(`other${i}`, "root", 12 + i * 10, 15 + i * 10),
  ]);
  const rows = new SpanRows(traceOf(span("root", undefined, 0, 100), ...mixed));
  assertEquals(textOf(rows), [
    "root",
    "  + ×5 SELECT * FROM orders WHERE id = ?",
    ...[0, 1, 2, 3, 4].map((i) => `  other${i}`),
  ]);
  const row = groupAt(rows, 1);
  assertEquals(
    [row.p50Nano, row.totalNano, row.errorCount, row.fromNano, row.toNano, row.hiddenCount],
    [10, 50, 0, 10, 60, 5],
  );
});

Deno.test("four siblings are no group, nor are spans of one name that do different things", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    ...queries(4, "root", 0, "orders"),
    ...queries(4, "root", 40, "users"),
  );
  assertEquals(new SpanRows(trace).count, 9);
});

Deno.test("different names of one operation are a group", () => {
  const requests = [1, 2, 3, 4, 5].map((id) =>
    span(`r${id}`, "root", id, id + 1, { kind: "server", name: `GET /users/${id}` })
  );
  const rows = new SpanRows(traceOf(span("root", undefined, 0, 9), ...requests));
  assertEquals(textOf(rows), ["root", "  + ×5 GET /users/{id}"]);
});

Deno.test("what failed or runs, in itself or below it, stays visible beside the group", () => {
  const failed = createAttributes([["query", "SELECT * FROM orders WHERE id = 9"], [
    "error",
    "deadlock",
  ]]);
  const trace = traceOf(
    span("root", undefined, 0, 200),
    ...queries(6, "root", 0),
    query("failed", "root", 70, "", { attributes: failed }),
    query("outer", "root", 80, "SELECT * FROM orders WHERE id = 10"),
    span("inner", "outer", 81, 82, { status: { code: "error" } }),
    query("runs", "root", 90, "SELECT * FROM orders WHERE id = 11", {
      endTimeUnixNano: undefined,
      state: "running",
    }),
  );
  assertEquals(textOf(new SpanRows(trace)), [
    "root",
    "  + ×6 SELECT * FROM orders WHERE id = ?",
    "  failed",
    "  outer",
    "    inner",
    "  runs",
  ]);
});

Deno.test("more than 50 failed siblings that do the same are a group of their own", () => {
  const failing = (count: number) =>
    queries(count, "root").map((each) => ({ ...each, error: true as const }));
  const root = span("root", undefined, 0, 1000);
  assertEquals(new SpanRows(traceOf(root, ...failing(50))).count, 51);
  const rows = new SpanRows(traceOf(root, ...failing(51), ...queries(7, "root", 600, "users")));
  assertEquals(textOf(rows), [
    "root",
    "  + ×51 SELECT * FROM orders WHERE id = ?",
    "  + ×7 SELECT * FROM users WHERE id = ?",
  ]);
  const row = groupAt(rows, 1);
  assertEquals(row.errorCount, 51);
});

Deno.test("an open group shows its members one level deeper, with what is below them", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    ...queries(5, "root"),
    span("inside", "orders3", 31, 32),
  );
  const closed = new SpanRows(trace);
  const group = groupAt(closed, 1);
  assertEquals(group.hiddenCount, 6);
  const rows = new SpanRows(trace, openGroup(NO_FOLDS, group.key, true));
  assertEquals(textOf(rows), [
    "root",
    "  - ×5 SELECT * FROM orders WHERE id = ?",
    "    orders0",
    "    orders1",
    "    orders2",
    "    orders3",
    "      inside",
    "    orders4",
  ]);
  assertEquals(rows.parentOf(6), 5);
  assertEquals(rows.parentOf(2), 1);
  assertEquals(rows.guidesOf(6, 9).lines, [false, true, false]);
});

Deno.test("a group keeps its key while its trace grows", () => {
  const root = span("root", undefined, 0, 100);
  const keyOf = (count: number): string => {
    return groupAt(new SpanRows(traceOf(root, ...queries(count, "root"))), 1).key;
  };
  assertEquals(keyOf(5), keyOf(8));
});

Deno.test("a folded span hides what is below it, and stands for it", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    span("a", "root", 1, 50),
    span("b", "a", 2, 40),
    span("c", "b", 3, 30),
    span("d", "root", 60, 70),
  );
  const rows = new SpanRows(trace, foldSpan(NO_FOLDS, "a", true));
  assertEquals(textOf(rows), ["root", "  a (+2)", "  d"]);
  assertEquals(rows.rowOf(indexOf(trace, "c")), 1);
  assertEquals(rows.rowOf(indexOf(trace, "d")), 2);
  assertEquals(textOf(new SpanRows(trace, foldSpan(NO_FOLDS, "root", true))), ["root (+4)"]);
});

Deno.test("folding by level leaves a level that can be opened one by one", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    span("a", "root", 1, 50),
    span("b", "a", 2, 40),
    span("c", "b", 3, 30),
    span("leaf", "root", 60, 70),
  );
  const folds = foldToDepth(NO_FOLDS, 1);
  assertEquals(textOf(new SpanRows(trace, folds)), ["root", "  a (+2)", "  leaf"]);
  const opened = foldSpan(folds, "a", false);
  assertEquals(textOf(new SpanRows(trace, opened)), ["root", "  a", "    b (+1)", "  leaf"]);
  assertEquals(new SpanRows(trace, foldSpan(opened, "a", true)).count, 3);
  assertEquals(new SpanRows(trace, foldToDepth(opened, undefined)).count, 5);
});

Deno.test("revealing a span opens what hides it and nothing else", () => {
  const trace = traceOf(
    span("root", undefined, 0, 200),
    span("a", "root", 0, 150),
    ...queries(6, "a"),
    span("deep", "orders2", 21, 22),
    span("z", "root", 160, 170),
    span("y", "z", 161, 162),
  );
  const all: Folds = {
    ...foldToDepth(NO_FOLDS, 0),
    foldedSpans: new Set(["a", "z", "orders2"]),
  };
  const index = indexOf(trace, "deep");
  const revealed = revealSpan(trace, all, index);
  const rows = new SpanRows(trace, revealed);
  const row = rows.rowAt(rows.rowOf(index));
  assertEquals(row?.type === "span" && row.index, index);
  assert(!textOf(rows).some((text) => text.includes("y")));
  assertEquals(revealSpan(trace, revealed, index), revealed);
});

Deno.test("every span has the row that shows it, under any folds", () => {
  const trace = traceOf(
    span("root", undefined, 0, 999),
    ...queries(30, "root"),
    ...queries(7, "orders3", 31, "users"),
    ...queries(6, undefined, 400, "roots"),
  );
  const { key } = groupAt(new SpanRows(trace), 1);
  for (
    const folds of [
      NO_FOLDS,
      openGroup(NO_FOLDS, key, true),
      foldSpan(openGroup(NO_FOLDS, key, true), "orders3", true),
      foldToDepth(NO_FOLDS, 1),
      { ...NO_FOLDS, isGrouping: false },
    ]
  ) {
    const rows = new SpanRows(trace, folds);
    let shown = 0;
    for (let i = 0; i < rows.count; i++) {
      const row = rows.rowAt(i)!;
      shown += row.type === "span" ? 1 + row.hiddenCount : row.hiddenCount;
      if (row.type === "span") assertEquals(rows.rowOf(row.index), i);
      else if (!row.isOpen) { for (const index of row.indexes) assertEquals(rows.rowOf(index), i); }
    }
    assertEquals(shown, trace.nodes.length);
  }
});

Deno.test("a chain of 100,000 spans has a row for each, and guides of a few levels", () => {
  const rows = new SpanRows(chain(100_000));
  assertEquals(rows.count, 100_000);
  assertEquals(rows.guidesOf(99_999, 4), {
    level: 99_999,
    lines: [false, false, false, false],
    isLoose: false,
  });
});
