import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { scatter } from "../../src/views/scatter.ts";
import { span } from "./_spans.ts";

function listOf(
  traces: readonly (readonly [id: string, from: number, nano: number, error?: boolean])[],
): TraceStore {
  const store = new TraceStore();
  for (const [traceId, from, nano, error] of traces) {
    store.add(span("a", undefined, from, from + nano, { traceId, error }));
  }
  return store;
}

Deno.test("traces that lie on one point are one, which opens a failed one, else the slowest", () => {
  const { points, traceCount, maxDurationNano } = scatter(
    listOf([
      ["a", 0, 5_000_000],
      ["b", 10, 5_000_001],
      ["c", 20, 4_999_000, true],
      ["far", 1_000_000_000, 9_000_000_000],
    ]),
    { columns: 10, rows: 10 },
  );
  assertEquals(points.map(({ traceId, count, errorCount }) => [traceId, count, errorCount]), [
    ["c", 3, 1],
    ["far", 1, 0],
  ]);
  assertEquals([traceCount, maxDurationNano], [4, 9_000_000_000n]);
});

Deno.test("there are no more points than there is room for, and all traces are counted", () => {
  const traces = Array.from(
    { length: 5000 },
    (_, i) => [`t${i}`, i * 1000, 1000 + (i * 7919) % 1_000_000] as const,
  );
  const { points } = scatter(listOf(traces), { columns: 20, rows: 10 });
  assert(points.length <= 200);
  assertEquals(points.reduce((sum, { count }) => sum + count, 0), 5000);
});

Deno.test("a single trace without a length is a point", () => {
  assertEquals(scatter(listOf([["a", 0, 0]])).points.length, 1);
});
