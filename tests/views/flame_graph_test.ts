import { assert, assertEquals } from "@std/assert";
import { FlameGraph } from "../../src/views/flame_graph.ts";
import { chain, queries, span, traceOf } from "./_spans.ts";

const TRACE = traceOf(
  span("root", undefined, 0, 100, { name: "main" }),
  span("a1", "root", 0, 20, { name: "a" }),
  span("b1", "a1", 5, 10, { name: "b", error: true }),
  span("c", "root", 20, 30, { name: "c" }),
  span("a2", "root", 30, 80, { name: "a" }),
  span("b2", "a2", 40, 60, { name: "b" }),
);

function boxesOf(graph: FlameGraph): string[] {
  return Array.from(
    { length: graph.boxCount },
    (_, box) =>
      `${"  ".repeat(graph.depths[box])}${graph.nameOf(box)} ×${graph.counts[box]} ` +
      `${graph.from[box]}+${graph.widths[box]} total ${graph.totalNano[box]} self ${
        graph.selfNano[box]
      }`,
  );
}

Deno.test("spans of one path are one box, children inside of parents, the widest first", () => {
  assertEquals(boxesOf(new FlameGraph(TRACE)), [
    "main ×1 0+100 total 100 self 20",
    "  a ×2 0+70 total 70 self 45",
    "    b ×2 0+25 total 25 self 25",
    "  c ×1 70+10 total 10 self 10",
  ]);
});

Deno.test("a box knows its spans and a span its box", () => {
  const graph = new FlameGraph(TRACE);
  const names = Array.from(graph.indexesOf(2), (index) => TRACE.nodes[index].span.spanId);
  assertEquals(names, ["b1", "b2"]);
  assertEquals(graph.errorCounts[2], 1);
  const found = TRACE.nodes.findIndex(({ span }) => span.spanId === "b2");
  assertEquals([...graph.countIn([found])], [0, 0, 1, 0]);
});

Deno.test("zoomed to, a box takes the whole width below its ancestors", () => {
  const graph = new FlameGraph(TRACE);
  assertEquals(
    graph.boxes({ zoom: 1 }).map(({ box, row, from, width }) => [box, row, from, width]),
    [
      [0, 0, 0, 1],
      [1, 1, 0, 1],
      [2, 2, 0, 25 / 70],
    ],
  );
  assertEquals(graph.boxes({ minWidth: 0.2 }).map(({ box }) => box), [0, 1, 2]);
  assertEquals(graph.boxes({ fromRow: 1, toRow: 2 }).map(({ box }) => box), [1, 3]);
});

Deno.test("statements that differ in their values are one box, by name or by what they do", () => {
  const trace = traceOf(span("root", undefined, 0, 100), ...queries(5, "root"));
  assertEquals(new FlameGraph(trace).nameOf(1), "SELECT * FROM orders WHERE id = ?");
  assertEquals(new FlameGraph(trace, { by: "name" }).nameOf(1), "query");
});

Deno.test("the same name in two services is two boxes", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    span("a", "root", 0, 40, { name: "x", service: "one" }),
    span("b", "root", 40, 50, { name: "x", service: "two" }),
  );
  const graph = new FlameGraph(trace);
  assertEquals([1, 2].map((box) => graph.serviceOf(box)), ["one", "two"]);
});

Deno.test("parallel children fit into their parent", () => {
  const graph = new FlameGraph(traceOf(
    span("root", undefined, 0, 100),
    ...[0, 1, 2].map((i) => span(`p${i}`, "root", 0, 90, { name: `p${i}` })),
  ));
  for (let box = 1; box < graph.boxCount; box++) {
    const above = graph.parents[box];
    assert(graph.from[box] + graph.widths[box] <= graph.from[above] + graph.widths[above] + 1e-9);
  }
});

Deno.test("a trace in which nothing took any time has boxes all the same", () => {
  const graph = new FlameGraph(traceOf(span("root", undefined, 5, 5), span("a", "root", 5, 5)));
  assertEquals(graph.boxes().map(({ width }) => width), [1, 0]);
});

Deno.test("a chain of 100,000 spans is as many boxes", () => {
  const graph = new FlameGraph(chain(100_000));
  assertEquals([graph.boxCount, graph.rowCount], [100_000, 100_000]);
  assertEquals(graph.width, 200_000);
});
