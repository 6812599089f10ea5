import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  currentTrace,
  newChannelClient,
  setDefaultClient,
  setService,
  Span,
  spanFromContext,
  startChildSpan,
  startSpanFromContext,
  startTrace,
  Trace,
} from "../../src/veneur/mod.ts";
import { veneur, w3c } from "../../src/sdk/propagation/mod.ts";
import type { TraceContext } from "../../src/sdk/propagation/trace_context.ts";
import { count, type SsfSpan } from "../../src/veneur/ssf/mod.ts";

/** Runs a test with a default client that hands spans to an array. */
async function withDefaultClient(test: (spans: SsfSpan[]) => Promise<void> | void): Promise<void> {
  const spans: SsfSpan[] = [];
  await setDefaultClient(newChannelClient(spans));
  try {
    await test(spans);
  } finally {
    await setDefaultClient(undefined);
  }
}

Deno.test("a root span has its own id as trace id, no parent, and positive ids", () => {
  const ids = new Set<bigint>();
  for (let index = 0; index < 1000; index++) {
    const root = startTrace("checkout");
    assertEquals([root.traceId, root.parentId, root.resource], [root.spanId, 0n, "checkout"]);
    assert(root.spanId > 0n && root.spanId < 2n ** 63n);
    ids.add(root.spanId);
  }
  assertEquals(ids.size, 1000);
});

Deno.test("a child and a grandchild are of one trace, each under its parent", () => {
  const root = startTrace("checkout");
  const child = startChildSpan(root);
  const grandchild = startChildSpan(child);
  assertEquals([child.traceId, child.parentId], [root.traceId, root.spanId]);
  assertEquals([grandchild.traceId, grandchild.parentId], [root.traceId, child.spanId]);
  assertEquals(new Set([root.spanId, child.spanId, grandchild.spanId]).size, 3);
  assertEquals(grandchild.resource, "checkout");
});

Deno.test("a parent that is set later gives its trace, its span id and its resource", () => {
  const parent = startTrace("checkout");
  const span = startTrace("other");
  span.setParent(parent);
  assertEquals([span.traceId, span.parentId, span.resource], [
    parent.traceId,
    parent.spanId,
    "checkout",
  ]);
});

Deno.test("a trace goes on in another program, by headers", () => {
  for (const propagator of [veneur, w3c]) {
    const caller = startChildSpan(startTrace("checkout"));
    caller.setBaggageItem("user", "ada");
    const headers: Record<string, string> = {};
    propagator.inject(caller.context(), headers);
    const context = propagator.extract(headers) as TraceContext;
    const callee = startSpanFromContext("callee", { parent: context, resource: "order" });
    assertEquals([callee.traceId, callee.parentId], [caller.traceId, caller.spanId]);
    assertEquals(callee.resource, "order");
    assertEquals(startChildSpan(context).parentId, caller.spanId);
    if (propagator === w3c) assertEquals(startChildSpan(callee).baggageItem("user"), "ada");
    assertEquals([callee.baggageItem("nobody"), callee.baggageItem("toString")], ["", ""]);
  }
});

Deno.test("a context that names no span begins a new trace", () => {
  for (const traceId of ["", "0", "0000000000000000", "no hex", "1".repeat(33)]) {
    const span = startSpanFromContext("entry", { parent: { traceId, spanId: "1" } });
    assertEquals([span.traceId, span.parentId], [span.spanId, 0n], traceId);
  }
});

Deno.test("what runs inside of an attached span has it as parent, also asynchronously", async () => {
  assertEquals(currentTrace(), undefined);
  const root = startSpanFromContext("root");
  assertEquals(root.parentId, 0n);
  await root.attach(async () => {
    await Promise.resolve();
    const child = startSpanFromContext("child");
    assertEquals([child.parentId, child.traceId], [root.spanId, root.traceId]);
    child.attach(() => assertEquals(spanFromContext().parentId, child.spanId));
    assertEquals(spanFromContext().parentId, root.spanId);
  });
  assertEquals([currentTrace(), spanFromContext().parentId], [undefined, 0n]);
});

Deno.test("a finished span arrives whole at the default client", () =>
  withDefaultClient(async (spans) => {
    setService("shop");
    const span = startSpanFromContext("checkout", {
      resource: "order",
      tags: { given: "yes" },
      startTime: 1_700_000_000_000_000_001n,
    });
    span.setTag("answer", 42).setTag("__proto__", "data");
    span.indicator = true;
    span.add(count("orders", 1));
    const sent = new Promise((resolve) => span.onSent = resolve);
    const result = span.finishWithOptions({ finishTime: 1_700_000_000_000_000_012n });
    assertEquals(result, { status: "accepted" });
    assertEquals(span.finish(), result);
    assertEquals(await sent, { status: "sent" });
    setService("");
    assertEquals(span.duration(), 11n);
    assertEquals(spans.length, 1);
    const { tags, metrics, ...rest } = spans[0];
    assertEquals(Object.entries(tags), [
      ["resource", "order"],
      ["given", "yes"],
      ["answer", "42"],
      ["__proto__", "data"],
    ]);
    assertEquals(metrics.map((sample) => sample.name), ["orders"]);
    assertEquals(rest, {
      version: 0,
      traceId: span.spanId,
      id: span.spanId,
      parentId: 0n,
      startTimestamp: 1_700_000_000_000_000_001n,
      endTimestamp: 1_700_000_000_000_000_012n,
      error: false,
      service: "shop",
      indicator: true,
      name: "checkout",
      rootStartTimestamp: 0n,
    });
  }));

Deno.test("recording gives a trace its end, its name and more tags", () =>
  withDefaultClient(async (spans) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const trace = startTrace("checkout");
    assertEquals(trace.record("shop.charge", { card: "visa" }), { status: "accepted" });
    const other: SsfSpan[] = [];
    await using client = newChannelClient(other);
    startChildSpan(trace).clientRecord(client, "shop.ship");
    using disposed = startSpanFromContext("disposed");
    disposed.clientFinish(client);
    await client.flush();
    assertEquals(spans.map((span) => [span.name, span.tags.card]), [["shop.charge", "visa"]]);
    assertEquals(other.map((span) => span.name), ["shop.ship", "disposed"]);
    const [{ startTimestamp, endTimestamp }] = spans;
    assert(startTimestamp <= endTimestamp);
    // The wall clock has milliseconds, and may be set by a hair.
    assert(startTimestamp >= before - 5_000_000n && trace.duration() < 60_000_000_000n);
  }));

Deno.test("a trace that was given its end keeps it when it is recorded", () =>
  withDefaultClient(async (spans) => {
    const trace = startTrace("checkout");
    trace.end = trace.start + 5n;
    const sent = new Promise((resolve) => trace.onSent = resolve);
    trace.record("charge");
    await sent;
    assertEquals(spans.map((span) => span.endTimestamp - span.startTimestamp), [5n]);
  }));

Deno.test("without a default client a finished span says so", () => {
  assertEquals(startSpanFromContext("lost").finish().status, "no_client");
  assertEquals(startTrace("lost").record("lost").status, "no_client");
});

Deno.test("a span that ends before it starts lasts no time", () => {
  const span = startSpanFromContext("odd", { startTime: 1000n });
  span.finishWithOptions({ finishTime: 1n });
  assertEquals([span.end, span.duration()], [1000n, 0n]);
});

Deno.test("setting the clock back gives no negative duration", () => {
  const clock = { monotonicMs: () => monotonicMs, wallMs: () => 1e12 - monotonicMs * 100 };
  let monotonicMs = 1;
  const root = new Trace({ clock });
  monotonicMs = 3;
  const child = startChildSpan(root);
  monotonicMs = 4;
  child.record("child");
  root.record("root");
  assertEquals([child.start - root.start, child.duration()], [2_000_000n, 1_000_000n]);
  assertEquals(root.duration(), 3_000_000n);
});

Deno.test("an error marks the span and says its message, type and stack", () => {
  const trace = startTrace("checkout");
  assertEquals(trace.ssfSpan().error, false);
  trace.error(new TypeError("no money"));
  const span = trace.ssfSpan();
  assertEquals([span.error, span.tags["error.msg"], span.tags["error.type"]], [
    true,
    "no money",
    "TypeError",
  ]);
  assertMatch(span.tags["error.stack"], /TypeError: no money\n\s+at .*trace_test\.ts/);
});

Deno.test("whatever is thrown can be an error of a span", () => {
  const hostile = { toString: () => Symbol.iterator };
  const cases: [unknown, string, string][] = [
    ["text", "text", "string"],
    [undefined, "undefined", "undefined"],
    [42n, "42", "bigint"],
    [Object.create(null), "unknown error", "object"],
    [hostile, "unknown error", "object"],
  ];
  for (const [thrown, msg, type] of cases) {
    const trace = startTrace("checkout");
    trace.error(thrown);
    assertEquals([trace.tags["error.msg"], trace.tags["error.type"]], [msg, type]);
  }
});

Deno.test("a span without a name is called after the function that started or recorded it", () => {
  function loadCart(): Span {
    return startSpanFromContext();
  }
  async function loadLater(): Promise<Span> {
    await Promise.resolve();
    return startSpanFromContext();
  }
  class Shop {
    open(): Span {
      return startSpanFromContext("");
    }
    close(): string {
      const trace = startTrace("shop");
      trace.clientRecord(undefined);
      return trace.name;
    }
    static record(): string {
      const trace = startTrace("shop");
      trace.record();
      return trace.name;
    }
  }
  assertEquals(loadCart().name, "loadCart");
  assertEquals([new Shop().open().name, new Shop().close()], ["Shop.open", "Shop.close"]);
  assertEquals(Shop.record(), "Shop.record");
  assertEquals((() => startSpanFromContext().name)(), "trace_test.ts");
  return loadLater().then((span) => assertEquals(span.name, "loadLater"));
});

Deno.test("an SSF span shares nothing with its trace", () => {
  const trace = startTrace("checkout");
  trace.add(count("a", 1));
  const span = trace.ssfSpan();
  trace.add(count("b", 1));
  trace.tags.late = "yes";
  assertEquals([span.metrics.length, span.tags.late], [1, undefined]);
});
