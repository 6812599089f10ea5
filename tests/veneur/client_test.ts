import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  type Client,
  defaultClient,
  disable,
  enable,
  ErrClientNotNetworked,
  ErrNoClient,
  ErrWouldBlock,
  flush,
  flushAsync,
  FlushError,
  type FlushResult,
  isDisabled,
  neutralizeClient,
  newBackendClient,
  newChannelClient,
  newClient,
  record,
  sendClientStatistics,
  setDefaultClient,
} from "../../src/veneur/mod.ts";
import type { SsfSample, SsfSpan } from "../../src/veneur/ssf/mod.ts";
import { count, gauge } from "../../src/veneur/ssf/mod.ts";
import { CollectingBackend, FlushingBackend } from "../../src/veneur/testing/mod.ts";
import {
  assertBalanced,
  errorOf,
  flushErrors,
  makeSpan,
  recorded,
  summary,
} from "./_record_spans.ts";

/** A client whose backend holds each span until it is let go. */
function makeStuckClient(
  capacity: number,
): { client: Client; letGo: () => void; spans: SsfSpan[] } {
  const gate = Promise.withResolvers<void>();
  const spans: SsfSpan[] = [];
  const client = newChannelClient((span) => {
    spans.push(span);
    return gate.promise;
  }, { capacity });
  return { client, letGo: gate.resolve, spans };
}

Deno.test("a span more than the capacity would block, exactly then", async () => {
  for (const capacity of [1, 4, 64]) {
    const { client, letGo, spans } = makeStuckClient(capacity);
    for (let id = 1; id <= capacity; id++) {
      assertEquals(record(client, makeSpan(id)), { status: "accepted" });
    }
    const refused = record(client, makeSpan(99));
    assertInstanceOf(errorOf(refused, "would_block"), ErrWouldBlock);
    // Still so once the first one is on its way: that one still counts.
    await Promise.resolve();
    assertEquals(record(client, makeSpan(99)).status, "would_block");
    assertBalanced(client);
    letGo();
    assertEquals(await flush(client), { status: "ok" });
    assertEquals(record(client, makeSpan(100)).status, "accepted");
    assertEquals((await client.close()).status, "ok");
    assertEquals(spans.length, capacity + 1);
    assertEquals(client.counters, {
      recorded: capacity + 3,
      sent: capacity + 1,
      queued: 0,
      dropped: Object.assign(Object.create(null), { would_block: 2 }),
    });
  }
});

Deno.test("what a backend can take at once never would block", async () => {
  const spans: SsfSpan[] = [];
  await using client = newChannelClient(spans, { capacity: 2 });
  for (let id = 1; id <= 1000; id++) assertEquals(record(client, makeSpan(id)).status, "accepted");
  await flush(client);
  assertEquals(spans.map((span) => Number(span.id)), Array.from({ length: 1000 }, (_, i) => i + 1));
});

Deno.test("the outcome of each span reaches its callback, later and once", async () => {
  const spans: SsfSpan[] = [];
  const backend = new CollectingBackend(spans, {
    sendError: (span) => span.id === 2n ? new Error("as told") : undefined,
  });
  await using client = newBackendClient(backend);
  const outcomes: string[] = [];
  for (const id of [1, 2, 3]) {
    record(client, makeSpan(id), (outcome) => outcomes.push(`${id} ${summary(outcome)}`));
  }
  assertEquals(outcomes, []);
  await flush(client);
  assertEquals(outcomes, ["1 sent", "2 failed: as told", "3 sent"]);
  assertEquals(client.counters.dropped.backend_error, 1);
  assertBalanced(client);
});

Deno.test("a callback, a normaliser and a backend that throw harm nothing", async () => {
  const fail = (): never => {
    throw new TypeError("hostile");
  };
  await using client = newBackendClient({ sendSync: fail, close: fail });
  record(client, makeSpan(1), fail);
  assertEquals(summary(await recorded(client, makeSpan(2))), "failed: hostile");
  await using strict = newChannelClient([], { normalizeSamples: fail });
  const failed = await recorded(strict, makeSpan(1, { metrics: [count("c", 1)] }));
  assertEquals(summary(failed), "failed: unencodable");
  assertEquals(summary(await recorded(strict, makeSpan(2))), "sent");
  assertEquals(flushErrors(await client.close()).map((error) => error.message), ["hostile"]);
  assertBalanced(client);
  assertBalanced(strict);
});

Deno.test("without a client, and after disabling, nothing is recorded", async () => {
  const nobody = record(undefined, makeSpan(1));
  assertInstanceOf(errorOf(nobody, "no_client"), ErrNoClient);
  assertEquals((await flush(undefined)).status, "no_client");
  const spans: SsfSpan[] = [];
  await using client = newChannelClient(spans);
  try {
    disable();
    assertEquals([isDisabled(), record(client, makeSpan(1)).status], [true, "disabled"]);
  } finally {
    enable();
  }
  assertEquals([isDisabled(), record(client, makeSpan(2)).status], [false, "accepted"]);
  await flush(client);
  assertEquals(spans.map((span) => span.id), [2n]);
  assertEquals(client.counters.recorded, 1);
});

Deno.test("a flush passes on what was recorded before, then flushes the backend", async () => {
  const batches: (readonly SsfSpan[])[] = [];
  await using client = newBackendClient(new FlushingBackend(batches));
  for (const id of [1, 2, 3]) record(client, makeSpan(id));
  const first = flush(client);
  record(client, makeSpan(4));
  assertEquals(await first, { status: "ok" });
  assertEquals(batches.map((batch) => batch.map((span) => span.id)), [[1n, 2n, 3n]]);
  const result = await new Promise<FlushResult>((resolve) => flushAsync(client, resolve));
  assertEquals(result, { status: "ok" });
  assertEquals(batches[1].map((span) => span.id), [4n]);
});

Deno.test("a backend that is told to fail a flush gives a flush error", async () => {
  const backend = new FlushingBackend([], { flushError: () => new Error("as told") });
  const client = newBackendClient(backend);
  const result = await flush(client);
  assertInstanceOf(errorOf(result, "failed"), FlushError);
  assertEquals(flushErrors(result).map((error) => error.message), ["as told"]);
  assertEquals((await client.close()).status, "failed");
});

Deno.test("more flushes than the capacity would block", async () => {
  const { client, letGo } = makeStuckClient(2);
  record(client, makeSpan(1));
  const flushes = [flush(client), flush(client), flush(client)];
  letGo();
  assertEquals((await Promise.all(flushes)).map((result) => result.status), [
    "ok",
    "ok",
    "would_block",
  ]);
  await client.close();
});

Deno.test("a flush trigger flushes: an iterable, an event target, an interval", async () => {
  const flushed: string[] = [];
  let wake = (): void => {};
  const backend = (name: string): FlushingBackend =>
    new FlushingBackend((spans) => {
      flushed.push(`${name} ${spans.length}`);
      wake();
    });
  const next = (): Promise<void> => new Promise((resolve) => wake = resolve);
  const { readable, writable } = new TransformStream<number, number>();
  const writer = writable.getWriter();
  const iterated = newBackendClient(backend("iterable"), { flushTrigger: readable });
  record(iterated, makeSpan(1));
  const first = next();
  await writer.write(0);
  await first;
  await iterated.close();
  const target = new EventTarget();
  const evented = newBackendClient(backend("target"), { flushTrigger: target });
  record(evented, makeSpan(1));
  const second = next();
  target.dispatchEvent(new Event("flush"));
  await second;
  await evented.close();
  target.dispatchEvent(new Event("flush"));
  const timed = newBackendClient(backend("interval"), { flushIntervalMs: 1 });
  record(timed, makeSpan(1));
  // The timer does not keep the program alive, so this has to.
  const alive = setInterval(() => {}, 1000);
  await next();
  clearInterval(alive);
  await timed.close();
  assertEquals(flushed.filter((entry) => !entry.endsWith(" 0")), [
    "iterable 1",
    "target 1",
    "interval 1",
  ]);
});

Deno.test("options of a network are refused where there is none", () => {
  for (
    const options of [
      { buffered: true },
      { bufferSizeBytes: 1 },
      { backoffTimeMs: 1 },
      { maxBackoffTimeMs: 1 },
      { connectTimeoutMs: 1 },
      { parallelBackends: 1 },
      { flushIntervalMs: 1 },
      { flushTrigger: new EventTarget() },
    ]
  ) {
    assertThrows(
      () => newChannelClient([], options),
      ErrClientNotNetworked,
      Object.keys(options)[0],
    );
  }
});

Deno.test("wrong addresses and numbers are refused at once", () => {
  for (
    const address of ["", "8128", "http://localhost:8128", "udp://a:0", "udp://a:65536", "unix://"]
  ) {
    assertThrows(() => newClient(address), TypeError, `"${address}"`);
  }
  for (const options of [{ capacity: 0 }, { parallelBackends: NaN }, { flushIntervalMs: 0 }]) {
    assertThrows(() => newClient("udp://", options), RangeError, Object.keys(options)[0]);
  }
});

Deno.test("samples are normalised, without changing what was recorded", async () => {
  const spans: SsfSpan[] = [];
  await using client = newChannelClient(spans, {
    normalizeSamples: (sample: SsfSample) => ({ ...sample, name: sample.name.toLowerCase() }),
  });
  const span = makeSpan(1, { metrics: [count("A.Count", 1), gauge("B", 2)] });
  await recorded(client, span);
  assertEquals(spans[0].metrics.map((sample) => sample.name), ["a.count", "b"]);
  assertEquals(span.metrics[0].name, "A.Count");
});

Deno.test("statistics are reported with their names and begin anew", async () => {
  const { client, letGo } = makeStuckClient(2);
  for (const id of [1, 2, 3, 4, 5]) record(client, makeSpan(id));
  const flushed = flush(client);
  letGo();
  await flushed;
  const counts: unknown[] = [];
  const counter = { count: (...all: unknown[]): unknown => counts.push(all) };
  sendClientStatistics(client, counter, ["service:shop"]);
  assertEquals(counts.splice(0), [
    ["trace_client.flushes_failed_total", 0, ["service:shop"], 1],
    ["trace_client.flushes_succeeded_total", 1, ["service:shop"], 1],
    ["trace_client.records_failed_total", 3, ["service:shop"], 1],
    ["trace_client.records_succeeded_total", 2, ["service:shop"], 1],
  ]);
  sendClientStatistics(client, counter);
  assertEquals(counts.map((each) => (each as unknown[])[1]), [0, 0, 0, 0]);
  await client.close();
});

Deno.test("a neutralised client would block whatever it is asked", async () => {
  const spans: SsfSpan[] = [];
  await using client = newChannelClient(spans);
  neutralizeClient(client);
  assertEquals(record(client, makeSpan(1)).status, "would_block");
  assertEquals((await flush(client)).status, "would_block");
  assertEquals(spans, []);
});

Deno.test("the default client is replaced, and the old one sends what it holds", async () => {
  assertEquals(defaultClient(), undefined);
  const old: SsfSpan[] = [];
  const first = newChannelClient(old);
  const second = newChannelClient([]);
  await setDefaultClient(first);
  assertEquals(defaultClient(), first);
  record(defaultClient(), makeSpan(1));
  await setDefaultClient(second);
  assertEquals([defaultClient(), old.length], [second, 1]);
  assertEquals(record(first, makeSpan(2)).status, "closed");
  await setDefaultClient(undefined);
});

Deno.test("closing drains, then refuses; again it gives the same answer", async () => {
  const batches: (readonly SsfSpan[])[] = [];
  const client = newBackendClient(new FlushingBackend(batches));
  for (const id of [1, 2, 3]) record(client, makeSpan(id));
  const [first, second] = [client.close(), client.close()];
  assertEquals(record(client, makeSpan(4)).status, "closed");
  assertEquals([await first, await second], [{ status: "ok" }, { status: "ok" }]);
  assertEquals((await flush(client)).status, "closed");
  assertEquals(batches.flat().length, 3);
  assertEquals([client.counters.sent, client.counters.dropped.closed], [3, 1]);
  assertBalanced(client);
});

Deno.test("closing gives up a backend that hangs, and says what was lost", async () => {
  const client = newChannelClient(() => new Promise(() => {}));
  const outcomes = [1, 2, 3].map((id) => recorded(client, makeSpan(id)));
  const result = await client.close(5);
  assertEquals(result.status, "failed");
  assertEquals((await Promise.all(outcomes)).map(summary), Array(3).fill("failed: closed"));
  assertEquals(client.counters.dropped.closed, 3);
  assertEquals(client.counters.queued, 0);
});
