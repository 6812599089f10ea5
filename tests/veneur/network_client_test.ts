import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { bundleForNode } from "../testing/bundle_for_node.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { flush, newClient, record } from "../../src/veneur/mod.ts";
import { count } from "../../src/veneur/ssf/mod.ts";
import { assertBalanced, flushErrors, makeSpan, recorded, summary } from "./_record_spans.ts";
import { DatagramReceiver, StreamReceiver } from "./_ssf_receiver.ts";

/** Numbers from 1 on, as ids. */
function idsTo(last: number): bigint[] {
  return Array.from({ length: last }, (_, index) => BigInt(index + 1));
}

function sorted(ids: readonly bigint[]): bigint[] {
  return ids.toSorted((a, b) => a < b ? -1 : 1);
}

/** A port that was free a moment ago. */
async function closedUdpPort(): Promise<string> {
  await using receiver = DatagramReceiver.create();
  return receiver.address;
}

Deno.test("spans arrive whole over a Unix socket, TCP and UDP", async () => {
  await using unix = await StreamReceiver.create();
  await using tcp = await StreamReceiver.create({ isTcp: true });
  await using udp = DatagramReceiver.create();
  for (const receiver of [unix, tcp, udp]) {
    await using client = newClient(receiver.address);
    const big = makeSpan(2, { traceId: 2n ** 63n - 1n, tags: { a: "ü".repeat(10_000) } });
    const spans = [makeSpan(1, { metrics: [count("c", 1.5)] }), big];
    for (const span of spans) assertEquals(summary(await recorded(client, span)), "sent");
    await receiver.waitForSpans(2);
    const arrived = receiver.spans.toSorted((a, b) => Number(a.id - b.id));
    assertEquals(arrived.map((span) => [span.id, span.traceId, span.tags.a, span.metrics.length]), [
      [1n, 1n, undefined, 1],
      [2n, 2n ** 63n - 1n, "ü".repeat(10_000), 0],
    ]);
    assertEquals((await client.close()).status, "ok");
    assertBalanced(client);
  }
});

Deno.test("so many connections carry spans at the same time as there are backends", async () => {
  await using receiver = await StreamReceiver.create();
  await using client = newClient(receiver.address, { capacity: 1000, parallelBackends: 3 });
  for (const id of idsTo(1000)) record(client, makeSpan(Number(id)));
  await flush(client);
  await receiver.waitForSpans(1000);
  assertEquals(sorted(receiver.ids), idsTo(1000));
  assertEquals(receiver.connectionCount, 3);
});

Deno.test("a buffered client sends nothing before a flush", async () => {
  await using stream = await StreamReceiver.create();
  await using udp = DatagramReceiver.create();
  for (const receiver of [stream, udp]) {
    await using client = newClient(receiver.address, { buffered: true, parallelBackends: 2 });
    for (const id of idsTo(10)) {
      assertEquals(summary(await recorded(client, makeSpan(Number(id)))), "buffered");
    }
    assertEquals([client.counters.queued, client.counters.sent], [10, 0]);
    // A connection made now is accepted after all that was sent before.
    await using other = newClient(receiver.address);
    await recorded(other, makeSpan(99));
    await receiver.waitForSpans(1);
    assertEquals(receiver.ids, [99n]);
    assertEquals(await flush(client), { status: "ok" });
    await receiver.waitForSpans(11);
    assertEquals(sorted(receiver.ids.slice(1)), idsTo(10));
    assertEquals([client.counters.queued, client.counters.sent], [0, 10]);
    assertBalanced(client);
  }
});

Deno.test("a full buffer makes room by sending", async () => {
  await using receiver = await StreamReceiver.create();
  const options = { bufferSizeBytes: 200, parallelBackends: 1, capacity: 1000 };
  const client = newClient(receiver.address, options);
  for (const id of idsTo(100)) record(client, makeSpan(Number(id)));
  // Longer than the whole buffer.
  record(client, makeSpan(101, { tags: { long: "x".repeat(1000) } }));
  await receiver.waitForSpans(101);
  assertEquals(receiver.ids, idsTo(101));
  assertEquals((await client.close()).status, "ok");
  assertBalanced(client);
});

Deno.test("a broken connection loses the span that finds it; the next goes over a new one", async () => {
  for (const isTcp of [false, true]) {
    await using receiver = await StreamReceiver.create({ isTcp });
    await using client = newClient(receiver.address, { parallelBackends: 1 });
    assertEquals(summary(await recorded(client, makeSpan(1))), "sent");
    await receiver.waitForSpans(1);
    await receiver.stop();
    receiver.open();
    // TCP takes a span before it hears that the other side has gone.
    let outcome = "";
    let id = 2;
    for (; outcome !== "failed: connection_lost"; id++) {
      outcome = summary(await recorded(client, makeSpan(id)));
      if (!isTcp) assertEquals(outcome, "failed: connection_lost");
    }
    assertEquals(summary(await recorded(client, makeSpan(id))), "sent");
    await receiver.waitForSpans(2);
    assertEquals(receiver.ids, [1n, BigInt(id)]);
    assertBalanced(client);
  }
});

Deno.test("on Node a UDP port where nobody listens is noticed, and tried again", async () => {
  const program = fileURLToPath(new URL("./_udp_program.ts", import.meta.url));
  await inTemporaryFolder(async (folder) => {
    const node = await bundleForNode(program, folder);
    if (node === undefined) return;
    const address = await closedUdpPort();
    const { stdout, stderr } = await new Deno.Command(node[0], {
      args: [...node.slice(1), address],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    const { outcomes, counters } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(outcomes, ["connection_lost", "sent"]);
    assertEquals(counters.dropped, { connection_lost: 1 });
    assertEquals(counters.recorded, counters.sent + 1);
  });
});

Deno.test("a flush of broken connections gives one error for each, the next one none", async () => {
  await using receiver = await StreamReceiver.create();
  await using client = newClient(receiver.address, { buffered: true, parallelBackends: 3 });
  for (const id of [1, 2, 3]) record(client, makeSpan(id));
  assertEquals(await flush(client), { status: "ok" });
  await receiver.waitForSpans(3);
  for (const id of [4, 5, 6]) record(client, makeSpan(id));
  await receiver.stop();
  receiver.open();
  assertEquals(flushErrors(await flush(client)).length, 3);
  assertEquals(client.counters.dropped.connection_lost, 3);
  for (const id of [7, 8, 9]) record(client, makeSpan(id));
  assertEquals(await flush(client), { status: "ok" });
  await receiver.waitForSpans(6);
  assertEquals(sorted(receiver.ids), [1n, 2n, 3n, 7n, 8n, 9n]);
  assertBalanced(client);
});

Deno.test("a server that comes later gets what was recorded before", async () => {
  await using receiver = await StreamReceiver.createClosed();
  await using client = newClient(receiver.address, { backoffTimeMs: 1, maxBackoffTimeMs: 5 });
  for (const id of idsTo(64)) {
    assertEquals(record(client, makeSpan(Number(id))).status, "accepted");
  }
  assertEquals(record(client, makeSpan(65)).status, "would_block");
  receiver.open();
  assertEquals(await flush(client), { status: "ok" });
  await receiver.waitForSpans(64);
  assertEquals(sorted(receiver.ids), idsTo(64));
  assertBalanced(client);
});

Deno.test("a span is discarded when nobody listens for as long as the timeout", async () => {
  const client = newClient("unix:///nowhere/at/all.sock", {
    connectTimeoutMs: 20,
    backoffTimeMs: 1,
    parallelBackends: 1,
  });
  const alive = setInterval(() => {}, 1000);
  const outcomes = await Promise.all([1, 2].map((id) => recorded(client, makeSpan(id))));
  clearInterval(alive);
  assertEquals(outcomes.map(summary), Array(2).fill("failed: connect_timeout"));
  assertEquals((await client.close()).status, "ok");
  assertBalanced(client);
});

Deno.test("a server restarted 20 times costs no more than the counters say", async () => {
  await using receiver = await StreamReceiver.create();
  const options = { capacity: 100_000, parallelBackends: 2, backoffTimeMs: 1, maxBackoffTimeMs: 2 };
  const client = newClient(receiver.address, options);
  let id = 0;
  for (let restart = 0; restart < 20; restart++) {
    const seen = receiver.spans.length;
    for (let burst = 0; burst < 100; burst++) record(client, makeSpan(++id));
    await receiver.waitForSpans(seen + 10);
    await receiver.stop();
    for (let burst = 0; burst < 20; burst++) record(client, makeSpan(++id));
    receiver.open();
  }
  await flush(client);
  const { sent, queued, recorded, dropped } = client.counters;
  assertEquals([recorded, queued], [20 * 120, 0]);
  assertBalanced(client);
  assertEquals(Object.keys(dropped), ["connection_lost"]);
  // Each of two connections loses one span a restart at most.
  assert(dropped.connection_lost <= 40, `${dropped.connection_lost} lost`);
  assertEquals(new Set(receiver.ids).size, receiver.ids.length);
  // What the kernel had taken when the server went may be gone, too, but nothing came from nowhere.
  assert(receiver.spans.length <= sent);
  await client.close();
});

Deno.test("a server that never reads costs spans and no more than the capacity", async () => {
  for (const isTcp of [false, true]) {
    await using receiver = await StreamReceiver.create({ isReading: false, isTcp });
    const client = newClient(receiver.address, {
      capacity: 8,
      parallelBackends: 1,
      writeTimeoutMs: 20,
    });
    const tags = { long: "x".repeat(8 * 1024 * 1024) };
    const outcomes = [1, 2].map((id) => recorded(client, makeSpan(id, { tags })));
    const alive = setInterval(() => {}, 1000);
    assertEquals(
      (await Promise.all(outcomes)).map(summary),
      Array(2).fill("failed: write_timeout"),
    );
    clearInterval(alive);
    for (let id = 3; id <= 10; id++) record(client, makeSpan(id, { tags }));
    assertEquals(record(client, makeSpan(11)).status, "would_block");
    assertEquals((await client.close(10)).status, "failed");
    assertEquals(client.counters.queued, 0);
    assertBalanced(client);
  }
});

Deno.test("what a client holds is bounded while nobody listens", async () => {
  const nowhere = "unix:///nowhere/at/all.sock";
  const cases = [
    { options: { capacity: 64 }, most: 64 },
    // Ten spans fit into the buffer of each connection.
    { options: { capacity: 64, bufferSizeBytes: 10_600, parallelBackends: 2 }, most: 64 + 20 },
  ];
  for (const { options, most } of cases) {
    const client = newClient(nowhere, { ...options, connectTimeoutMs: 60_000 });
    const before = Deno.memoryUsage().heapUsed;
    for (let id = 1; id <= 200_000; id++) {
      record(client, makeSpan(id, { tags: { long: `${id}`.padStart(1000) } }));
      if (id % 1000 === 0) await Promise.resolve();
    }
    const grownBytes = Deno.memoryUsage().heapUsed - before;
    const { recorded, queued, dropped } = client.counters;
    assert(queued >= 64 && queued <= most, `${queued} queued`);
    assertEquals([recorded, dropped.would_block], [200_000, 200_000 - queued]);
    // They would take 200 MB.
    assert(grownBytes < 100_000_000, `${grownBytes} bytes more`);
    assertEquals((await client.close(0)).status, "failed");
    assertBalanced(client);
  }
});

Deno.test("a client that is closed, also twice, takes no more and says so", async () => {
  await using stream = await StreamReceiver.create();
  await using udp = DatagramReceiver.create();
  for (const { address } of [stream, udp, { address: "unix:///nowhere/at/all.sock" }]) {
    const client = newClient(address);
    const [first, second] = await Promise.all([client.close(), client.close()]);
    assertEquals([first, second, await client.close()], Array(3).fill({ status: "ok" }));
    const outcomes: unknown[] = [];
    const refused = record(client, makeSpan(1), (outcome) => outcomes.push(outcome));
    assertEquals([refused.status, (await flush(client)).status], ["closed", "closed"]);
    assertEquals(outcomes, []);
    assertEquals(client.counters.dropped, Object.assign(Object.create(null), { closed: 1 }));
    assertBalanced(client);
  }
});

Deno.test("a span over the limit is refused and leaves the connection as it is", async () => {
  await using stream = await StreamReceiver.create();
  await using udp = DatagramReceiver.create();
  for (const [receiver, limit] of [[stream, 16 * 1024 * 1024], [udp, 65_507]] as const) {
    await using client = newClient(receiver.address, { parallelBackends: 1 });
    await recorded(client, makeSpan(1));
    const tooLong = makeSpan(2, { tags: { long: "x".repeat(limit) } });
    assertEquals(summary(await recorded(client, tooLong)), "failed: too_long");
    assertEquals(summary(await recorded(client, makeSpan(3))), "sent");
    await receiver.waitForSpans(2);
    assertEquals(receiver.ids, [1n, 3n]);
    assertEquals([receiver.faultCount, client.counters.dropped.too_long], [0, 1]);
    assertBalanced(client);
  }
});

Deno.test("a span that cannot be encoded costs only itself", async () => {
  await using receiver = await StreamReceiver.create();
  await using client = newClient(receiver.address);
  const broken = makeSpan(1, { id: 2n ** 64n });
  assertEquals(summary(await recorded(client, broken)), "failed: unencodable");
  assertEquals(summary(await recorded(client, makeSpan(2))), "sent");
  assertBalanced(client);
});

Deno.test("statistics reach a statsd server over UDP, the last ones at the close", async () => {
  await using statsd = DatagramReceiver.create({ isText: true });
  await using receiver = await StreamReceiver.create();
  const client = newClient(receiver.address, {
    reportStatistics: { to: statsd.address, intervalMs: 60_000, tags: ["a:b", "c"] },
  });
  await recorded(client, makeSpan(1));
  await flush(client);
  await client.close();
  await statsd.waitForTexts(4);
  assertEquals(statsd.texts, [
    "trace_client.flushes_failed_total:0|c|#a:b,c",
    "trace_client.flushes_succeeded_total:1|c|#a:b,c",
    "trace_client.records_failed_total:0|c|#a:b,c",
    "trace_client.records_succeeded_total:1|c|#a:b,c",
  ]);
});
