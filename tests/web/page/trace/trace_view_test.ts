import { assert, assertEquals } from "@std/assert";
import { buildTrace } from "../../../../src/assemble/build_trace.ts";
import { changeSpan } from "../../../../src/model/change_span.ts";
import type { Span } from "../../../../src/model/span.ts";
import type { Trace } from "../../../../src/model/trace.ts";
import { TraceView } from "../../../../src/web/page/trace/trace_view.ts";
import { SHOP_START, shopSpan, shopTrace } from "../../../testing/shop_trace.ts";

function traceOf(spans: readonly Span[]): Trace {
  return buildTrace(spans[0].traceId, spans);
}

function rowNames(view: TraceView): string[] {
  return Array.from({ length: view.rows.value.count }, (_, place) => {
    const row = view.rowAt(place)!;
    return row.type === "group"
      ? `×${row.count} ${row.name}`
      : view.model.value.trace.nodes[row.index].span.spanId;
  });
}

Deno.test("selecting a hidden span unfolds what hides it", () => {
  const view = new TraceView(traceOf(shopTrace()));
  view.foldTo(0);
  assertEquals(view.rows.value.count, 1);
  view.selectSpan(view.indexOf("query3")!);
  assertEquals(rowNames(view)[view.selectedPlace.value], "query3");
});

Deno.test("the selection, the folds and the window stay when the trace grows", () => {
  const spans = shopTrace();
  const view = new TraceView(traceOf(spans));
  view.selectSpan(view.indexOf("charge")!);
  view.fold(view.rows.value.placeOf(view.rows.value.rows.rowOf(view.indexOf("cart")!)), true);
  view.setWindow({ fromNano: 1e6, toNano: 9e6 });
  const early = shopSpan({ id: "early", parent: "root", fromMs: 1, toMs: 2 });
  view.show(traceOf([...spans, early]));
  assertEquals(rowNames(view), ["root", "early", "cart", "charge"]);
  assertEquals(view.selectedPlace.value, 3);
  assertEquals(view.window.value, { fromNano: 1e6, toNano: 9e6 });
});

Deno.test("while nothing is zoomed, the window keeps up with spans that run", () => {
  const [root, ...rest] = shopTrace();
  const running = changeSpan(root, { state: "running", endTimeUnixNano: undefined });
  const view = new TraceView(traceOf([running, ...rest]));
  view.advance(SHOP_START + 500_000_000n);
  assertEquals(view.window.value, { fromNano: 0, toNano: 500e6 });
  assertEquals(view.model.value.ends[0], 500e6);
});

Deno.test("a filter leaves rows that lead to what is of interest", () => {
  const view = new TraceView(traceOf(shopTrace()));
  view.filter.value = "errors";
  assertEquals(rowNames(view), ["root", "charge"]);
  view.search.value = { text: "SELECT" };
  view.filter.value = "matches";
  assertEquals(rowNames(view), ["root", "cart", "×6 SELECT * FROM items WHERE id = ?"]);
});

Deno.test("going to a span that a filter hides lifts the filter", () => {
  const view = new TraceView(traceOf(shopTrace()));
  view.filter.value = "errors";
  view.selectSpan(view.indexOf("cart")!);
  assertEquals(view.filter.value, "all");
  assertEquals(rowNames(view)[view.selectedPlace.value], "cart");
});

Deno.test("the next match comes after the last one from the start again", () => {
  const view = new TraceView(traceOf(shopTrace()));
  view.search.value = { text: "duration < 7ms" };
  const seen: string[] = [];
  for (let step = 0; step < 7; step++) {
    view.goToNext(view.matches.value.indexes, 1);
    seen.push(view.model.value.trace.nodes[view.selectedIndex.value].span.spanId);
  }
  const queries = [0, 1, 2, 3, 4, 5].map((number) => `query${number}`);
  assertEquals(seen, [...queries, "query0"]);
});

Deno.test("what looks like a query and is none is looked for as text, and the reason is told", () => {
  const view = new TraceView(traceOf(shopTrace()));
  view.search.value = { text: "id = " };
  assertEquals(view.matches.value.indexes.length, 6);
  assert(view.matches.value.problem?.includes("column"));
});

Deno.test("a chain of 100,000 spans is shown, selected and folded", () => {
  const spans = Array.from({ length: 100_000 }, (_, number) =>
    shopSpan({
      id: `s${number}`,
      parent: number === 0 ? undefined : `s${number - 1}`,
      fromMs: number * 0.001,
      toMs: 200,
    }));
  const view = new TraceView(traceOf(spans));
  view.foldTo(3);
  assertEquals(view.rows.value.count, 4);
  view.selectSpan(view.indexOf("s99999")!);
  assertEquals(view.selectedPlace.value, 99_999);
  assertEquals(view.model.value.depth, 100_000);
});
