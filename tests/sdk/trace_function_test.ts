import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { activeSpan } from "../../src/sdk/active_span.ts";
import { traceFunction } from "../../src/sdk/trace_function.ts";
import { createTracer } from "../../src/sdk/tracer.ts";
import { SpanRecorder } from "./_span_recorder.ts";

Deno.test("a traced function keeps its name, length, this, properties and results", () => {
  const { tracer } = new SpanRecorder();
  function area(this: { scale: number }, width: number, height: number): number {
    return this.scale * width * height;
  }
  area.unit = "m²";
  const traced = traceFunction(area, { tracer });
  assertEquals([traced.name, traced.length, traced.unit], ["area", 2, "m²"]);
  assertEquals(traced.call({ scale: 2 }, 3, 4), 24);
});

Deno.test("each call of a traced function is a span, nested as the calls are", async () => {
  const recorder = new SpanRecorder();
  const { tracer } = recorder;
  const inner = traceFunction(async (value: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return value + 1;
  }, { name: "inner", kind: "internal", attributes: { a: 1 }, tracer });
  const outer = traceFunction(async function outer(): Promise<number> {
    return await inner(1) + await inner(2);
  }, { tracer });
  assertEquals(await outer(), 5);
  assertEquals(recorder.summary, [
    ["inner", "internal", { a: 1 }],
    ["inner", "internal", { a: 1 }],
    ["outer", "function", {}],
  ]);
  const [first, second, parent] = recorder.ended;
  assertEquals([first.parentId, second.parentId], [parent.spanId, parent.spanId]);
});

Deno.test("a traced function throws and rejects with the very same error", async () => {
  const recorder = new SpanRecorder();
  const error = new RangeError("too far");
  const failing = traceFunction(() => {
    throw error;
  }, { tracer: recorder.tracer });
  const rejecting = traceFunction(() => Promise.reject(error), { tracer: recorder.tracer });
  assertStrictEquals(assertThrows(failing), error);
  assertStrictEquals(await rejecting().catch((reason) => reason), error);
  assertEquals(recorder.summary.map(([, , attributes]) => attributes), [
    { error: "too far" },
    { error: "too far" },
  ]);
});

Deno.test("a traced class still makes instances of itself and of its subclasses", () => {
  const recorder = new SpanRecorder();
  class Base {
    readonly value: number;
    constructor(value: number) {
      this.value = value;
    }
  }
  const Traced = traceFunction(Base as never, { tracer: recorder.tracer }) as typeof Base;
  class Derived extends Traced {}
  const base = new Traced(1);
  const derived = new Derived(2);
  assert(base instanceof Base && base instanceof Traced && derived instanceof Derived);
  assertEquals([base.value, derived.value, recorder.ended.length], [1, 2, 2]);
});

Deno.test("a promise with abilities of its own keeps them", async () => {
  const recorder = new SpanRecorder();
  const query = Object.assign(Promise.resolve(1), { cancel: () => "cancelled" });
  const traced = traceFunction(() => query, { tracer: recorder.tracer });
  assertStrictEquals(traced(), query);
  assertEquals(recorder.ended.length, 0);
  await query;
  assertEquals(recorder.ended.length, 1);
});

Deno.test("a lazy thenable is not started by being traced", () => {
  const recorder = new SpanRecorder();
  const lazy = {
    then(): never {
      throw new Error("started");
    },
  };
  assertStrictEquals(traceFunction(() => lazy, { tracer: recorder.tracer })(), lazy);
  assertEquals(recorder.ended.length, 1);
});

Deno.test("without a collector a traced function runs without a span", () => {
  const traced = traceFunction(() => activeSpan(), { tracer: createTracer({ socketPath: "" }) });
  assertEquals(traced(), undefined);
});
