import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Trace } from "../../src/model/trace.ts";
import { traceAt } from "../../src/views/trace_at.ts";
import { chain, span, START, traceOf } from "./_spans.ts";

const TRACE = traceOf(
  span("root", undefined, 0, 100),
  span("a", "root", 10, 40),
  span("b", "a", 20, 30, { status: { code: "error", message: "no" } }),
  span("c", "root", 50, 90),
);

/** Each node as `depth:id:state`. */
function textOf(trace: Trace | undefined): string[] {
  return trace?.nodes.map(({ depth, span }) => `${depth}:${span.spanId}:${span.state}`) ?? [];
}

Deno.test("spans that began later are absent, those that end later are running", () => {
  assertEquals(textOf(traceAt(TRACE, START + 25n)), [
    "0:root:running",
    "1:a:running",
    "2:b:running",
  ]);
  assertEquals(textOf(traceAt(TRACE, START + 45n)), ["0:root:running", "1:a:ended", "2:b:ended"]);
  assertEquals(traceAt(TRACE, START - 1n), undefined);
  assertStrictEquals(traceAt(TRACE, START + 100n), TRACE);
});

Deno.test("a failure is not known before its span has ended", () => {
  assertEquals(traceAt(TRACE, START + 29n)?.errorCount, 0);
  assertEquals(traceAt(TRACE, START + 30n)?.errorCount, 1);
  const gotrace = traceOf(
    span("root", undefined, 0, 100),
    span("a", "root", 0, 50, { attributes: createAttributes([["error", "x"], ["user", "u"]]) }),
  );
  const before = traceAt(gotrace, START + 10n)!;
  assertEquals(before.errorCount, 0);
  assertEquals(before.nodes[1].span.attributes.user, "u");
});

Deno.test("events that come later are absent from a running span", () => {
  const event = (at: number) => ({
    timeUnixNano: START + BigInt(at),
    name: `at ${at}`,
    attributes: createAttributes(),
  });
  const trace = traceOf(span("root", undefined, 0, 100, { events: [event(10), event(60)] }));
  assertEquals(traceAt(trace, START + 50n)?.rootSpan.events?.map(({ name }) => name), ["at 10"]);
});

Deno.test("a span that never ended runs until the trace's last moment", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    span("hung", "root", 10, undefined, { state: "unfinished" }),
  );
  assertEquals(textOf(traceAt(trace, START + 99n)), ["0:root:running", "1:hung:running"]);
  assertEquals(traceAt(trace, START + 100n)?.unfinishedCount, 1);
});

Deno.test("a span whose parent begins later is an orphan until then, and trees stay whole", () => {
  const trace = traceOf(
    span("root", undefined, 0, 100),
    span("late", "root", 50, 90),
    span("child", "late", 20, 80),
    span("grandchild", "child", 25, 30),
    span("other", "root", 10, 60),
  );
  const past = traceAt(trace, START + 40n)!;
  assertEquals(textOf(past), [
    "0:root:running",
    "1:other:running",
    "0:child:running",
    "1:grandchild:ended",
  ]);
  assertEquals(past.nodes.map(({ isOrphan }) => isOrphan), [false, false, true, false]);
  assertEquals(past.nodes.map(({ subtreeSize }) => subtreeSize), [2, 1, 2, 1]);
  assertEquals(past.nodes.map(({ parent }) => parent), [-1, 0, -1, 2]);
  assertEquals(past.rootSpan.spanId, "root");
});

Deno.test("a chain of 100,000 spans is cut at a moment", () => {
  const past = traceAt(chain(100_000), START + 60_000n)!;
  assertEquals(past.nodes.length, 60_001);
  assert(past.runningCount === 60_001);
});
