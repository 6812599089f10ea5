import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { activeSpan, createTracer } from "../../src/sdk/mod.ts";
import { LineReceiver } from "./_line_receiver.ts";

Deno.test("a span arrives as a start and an end in go-trace's form", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  const span = tracer.startSpan("work", {
    kind: "sql",
    attributes: { n: 1, ok: true, big: 2n ** 63n },
  });
  span.setAttribute("query", "SELECT '<1>'").end();
  await receiver.waitForLines(2);
  const [start, end] = receiver.events;
  assertEquals(Object.keys(start), ["type", "span_id", "trace_id", "name", "kind", "time"]);
  assertEquals([start.type, start.name, start.kind], [0, "work", 2]);
  assertMatch(start.span_id as string, /^[0-9a-f]{16}$/);
  assertMatch(start.trace_id as string, /^[0-9a-f]{16}$/);
  assertEquals(Object.keys(end), ["type", "span_id", "trace_id", "name", "kind", "time", "attrs"]);
  assertEquals([end.type, end.name, end.kind], [1, "", 0]);
  assertEquals(end.attrs, {
    n: "1",
    ok: "true",
    big: "9223372036854775808",
    query: "SELECT '<1>'",
  });
  assertEquals(tracer.counters.recorded, 2);
});

Deno.test("spans nest through calls, promises and timers, and side by side", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  await tracer.trace("root", async (root) => {
    assertStrictEquals(activeSpan(), root);
    await Promise.all(["a", "b"].map((name) =>
      tracer.trace(name, async (span) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        assertStrictEquals(tracer.activeSpan(), span);
        tracer.trace(name + "1", (child) => assertEquals(child.parentId, span.spanId));
      })
    ));
    assertStrictEquals(activeSpan(), root);
  });
  assertEquals(activeSpan(), undefined);
  await receiver.waitForLines(10);
  const starts = receiver.events.filter((event) => event.type === 0);
  const idOf = new Map(starts.map((event) => [event.name, event.span_id]));
  const parentOf = Object.fromEntries(starts.map((event) => [event.name, event.parent_id]));
  assertEquals(parentOf, {
    root: undefined,
    a: idOf.get("root"),
    b: idOf.get("root"),
    a1: idOf.get("a"),
    b1: idOf.get("b"),
  });
  assertEquals(new Set(starts.map((event) => event.trace_id)).size, 1);
});

Deno.test("what a traced function throws is recorded and thrown on", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  const error = new TypeError("bad thing");
  assertStrictEquals(
    assertThrows(() =>
      tracer.trace("sync", () => {
        throw error;
      })
    ),
    error,
  );
  const rejected = await tracer.trace("async", () => Promise.reject(error)).catch((e) => e);
  assertStrictEquals(rejected, error);
  await receiver.waitForLines(4);
  const ends = receiver.events.filter((event) => event.type === 1);
  assertEquals(ends.map((event) => event.attrs), [{ error: "bad thing" }, { error: "bad thing" }]);
});

Deno.test("without a socket nothing is recorded and everything still runs", async () => {
  await using tracer = createTracer({ socketPath: "" });
  assertEquals(tracer.isEnabled, false);
  const value = {};
  assertStrictEquals(tracer.trace("x", (span) => (assert(!span.isRecording), value)), value);
  const span = tracer.startSpan("y");
  span.setAttribute("a", 1).recordError(new Error("z")).end();
  assertEquals(tracer.withSpan(span, () => activeSpan()), undefined);
  assertEquals(tracer.counters, { recorded: 0, sent: 0, queued: 0, dropped: {} });
});

Deno.test("a collector that comes later gets what was recorded before", async () => {
  await using receiver = await LineReceiver.createClosed();
  await using tracer = createTracer({ socketPath: receiver.path });
  tracer.trace("early", () => {});
  assertEquals(await tracer.forceFlush(1), false);
  await receiver.open();
  await receiver.waitForLines(2);
  assertEquals(receiver.events.map((event) => event.type), [0, 1]);
});

Deno.test("a collector that restarts gets later spans, and every event is accounted for", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  tracer.trace("before", () => {});
  await receiver.waitForLines(2);
  await receiver.stop();
  tracer.trace("between", () => {});
  await receiver.open();
  while (!receiver.lines.some((line) => line.includes('"after"'))) {
    tracer.trace("after", () => {});
    await tracer.forceFlush();
  }
  const { recorded, sent, queued, dropped } = tracer.counters;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  assertEquals(recorded, sent + queued + lost);
  assertEquals(receiver.connectionCount, 2);
});

Deno.test("a span ends once, and what is set afterwards changes nothing", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  tracer.trace("once", (span) => {
    span.setAttributes({ a: 1, skipped: undefined }).setAttribute("a", 2);
    span.end();
    assertEquals(span.isRecording, false);
    span.setAttribute("late", true).recordError(new Error("late"));
  });
  tracer.startSpan("last").end();
  await receiver.waitForLines(4);
  assertEquals(receiver.events.filter((event) => event.type === 1).map((event) => event.attrs), [
    { a: "2" },
    undefined,
  ]);
});

Deno.test("a span can be a root within another, or the child of a given context", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  tracer.trace("outer", (outer) => {
    const root = tracer.startSpan("root", { root: true });
    assertEquals(root.parentId, undefined);
    assert(root.traceId !== outer.traceId);
    const far = tracer.startSpan("far", { parent: { traceId: 'any "text"', spanId: "1" } });
    assertEquals([far.traceId, far.parentId], ['any "text"', "1"]);
    const unparented = tracer.startSpan("unparented", { parent: { traceId: "", spanId: "" } });
    assertEquals(unparented.parentId, undefined);
    tracer.withSpan(root, () => assertStrictEquals(activeSpan(), root));
    assertStrictEquals(activeSpan(), outer);
  });
  await receiver.waitForLines(5);
});

Deno.test("values that no type allows do no harm", async () => {
  await using receiver = await LineReceiver.create();
  await using tracer = createTracer({ socketPath: receiver.path });
  const hostile = {
    toString(): never {
      throw new Error("hostile");
    },
  };
  const span = tracer.startSpan(hostile as never, { kind: NaN });
  span.setAttribute("hostile", hostile as never).setAttribute("none", null as never);
  span.setAttribute(Symbol("key") as never, 1).recordError(Object.create(null)).end();
  await receiver.waitForLines(2);
  assertEquals(receiver.events[0].kind, 0);
  assertEquals(receiver.events[1].attrs, { hostile: "", error: "unknown error" });
});

Deno.test("after shutdown nothing is recorded any more", async () => {
  await using receiver = await LineReceiver.create();
  const tracer = createTracer({ socketPath: receiver.path });
  const open = tracer.startSpan("open");
  await tracer.shutdown();
  open.end();
  assertEquals(tracer.startSpan("late").isRecording, false);
  assertEquals(tracer.isEnabled, false);
  assertEquals(tracer.counters, { recorded: 2, sent: 1, queued: 0, dropped: { closed: 1 } });
});
