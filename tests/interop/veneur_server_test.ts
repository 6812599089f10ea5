import { assertEquals } from "@std/assert";
import {
  type Client,
  flush,
  newClient,
  record,
  type SendOutcome,
  setService,
  startChildSpan,
  startTrace,
} from "../../src/veneur/mod.ts";
import { reportOne } from "../../src/veneur/metrics/mod.ts";
import { count, set, type SsfSpan, timing } from "../../src/veneur/ssf/mod.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { buildPublished } from "./_go_programs.ts";
import { TRANSPORTS } from "./_veneur.ts";
import { type ReportedSpan, VeneurServer } from "./_veneur_server.ts";

const veneur = await buildPublished("veneur_client", "github.com/stripe/veneur/v14/cmd/veneur");
const program = veneur.ok ? veneur.path : "";

/** Runs a test with a veneur. */
function withVeneur(test: (server: VeneurServer, folder: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    await using server = await VeneurServer.start(program, folder);
    await test(server, folder);
  });
}

/** Spans of requests, each with a child. */
function makeSpans(requests: number): SsfSpan[] {
  setService("shop");
  const spans: SsfSpan[] = [];
  for (let number = 0; number < requests; number++) {
    const request = startTrace("order");
    request.name = "shop.request";
    request.indicator = number % 2 === 0;
    const query = startChildSpan(request);
    query.name = "shop.query";
    query.add(count("shop.rows", 2, { cache: "hit" }), timing("shop.wait", 3_000_000n, "ms"));
    query.tags.number = String(number);
    if (number % 10 === 0) query.error(new RangeError("no such row"));
    for (const trace of [query, request]) {
      trace.end = trace.start + 1_000_000n;
      // Tested elsewhere, and not to be told from other tags in veneur's log.
      delete trace.tags["error.stack"];
      spans.push(trace.ssfSpan());
    }
  }
  setService("");
  return spans;
}

/** A span in the form in which veneur reports it. */
function asReported(span: SsfSpan): ReportedSpan {
  const tags = Object.keys(span.tags).sort().map((key) => `${key}:${span.tags[key]}`);
  const flags = `${span.indicator ? "I" : ""}${span.error ? "E" : ""}`;
  return {
    id: String(span.id),
    traceId: String(span.traceId),
    parentId: String(span.parentId),
    name: span.name,
    service: span.service,
    start: String(span.startTimestamp),
    tags: `map[${tags.join(" ")}]`,
    info: flags === "" ? "" : ` (${flags})`,
    numMetrics: String(span.metrics.length),
    validationError: "<nil>",
  };
}

function sortedById(spans: readonly ReportedSpan[]): ReportedSpan[] {
  return spans.toSorted((a, b) => a.id < b.id ? -1 : 1);
}

/** Records a span that must be accepted. */
function recorded(client: Client, span: SsfSpan): Promise<SendOutcome> {
  return new Promise((resolve) => assertEquals(record(client, span, resolve).status, "accepted"));
}

const WAYS = [
  { name: "one by one", options: { parallelBackends: 1 } },
  { name: "over parallel backends", options: {} },
  { name: "from the buffers of parallel backends", options: { buffered: true } },
];

for (const transport of TRANSPORTS) {
  for (const { name, options } of WAYS) {
    Deno.test({
      name: `veneur reports each span that we send ${name} over ${transport} once, as it was`,
      ignore: !veneur.ok,
      fn: () =>
        withVeneur(async (server) => {
          const requests = transport === "udp" ? 50 : 500;
          const spans = makeSpans(requests);
          const address = server.addresses.get(`ssf ${transport}`)!;
          await using client = newClient(address, { ...options, capacity: 1000 });
          for (const span of spans) assertEquals(record(client, span).status, "accepted");
          assertEquals(await flush(client), { status: "ok" });
          await server.wait(() => server.spans.length >= spans.length);
          assertEquals(sortedById(server.spans), sortedById(spans.map(asReported)));
          assertEquals(client.counters, {
            recorded: spans.length,
            sent: spans.length,
            queued: 0,
            dropped: Object.create(null),
          });
          // The samples of all the spans add up.
          await server.wait(() => server.counters.get("shop.rows([cache:hit])") === 2 * requests);
          await server.wait(() => server.counters.get("shop.wait.count([])") === requests);
        }),
    });
  }
}

Deno.test({
  name: "veneur counts metrics that we report without a span, and a client's statistics",
  ignore: !veneur.ok,
  fn: () =>
    withVeneur(async (server) => {
      const client = newClient(server.addresses.get("ssf unix")!, {
        reportStatistics: {
          to: server.addresses.get("statsd udp")!,
          intervalMs: 60_000,
          tags: ["service:shop"],
        },
      });
      reportOne(client, count("shop.orders", 4, { shop: "berlin" }, { sampleRate: 0.5 }));
      reportOne(client, set("shop.users", "ada"));
      assertEquals(await flush(client), { status: "ok" });
      assertEquals((await client.close()).status, "ok");
      // A count of which half is sent stands for twice as much.
      await server.wait(() => server.counters.get("shop.orders([shop:berlin])") === 8);
      await server.wait(() => {
        return server.counters.get("trace_client.records_succeeded_total([service:shop])") === 2;
      });
      assertEquals(server.spans, []);
    }),
});

Deno.test({
  name: "a veneur that was killed and started again gets the spans of the same client",
  ignore: !veneur.ok,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const [first, lost, ...rest] = makeSpans(11);
      const server = await VeneurServer.start(program, folder);
      const address = server.addresses.get("ssf unix")!;
      await using client = newClient(address, { parallelBackends: 1, backoffTimeMs: 1 });
      assertEquals((await recorded(client, first)).status, "sent");
      await server.wait(() => server.spans.length === 1);
      await server.stop();
      // The span that finds the connection broken is lost; what follows waits for the next veneur.
      assertEquals((await recorded(client, lost)).status, "failed");
      const outcomes = rest.map((span) => recorded(client, span));
      await using again = await VeneurServer.start(program, folder);
      for (const outcome of await Promise.all(outcomes)) assertEquals(outcome, { status: "sent" });
      await again.wait(() => again.spans.length >= rest.length);
      assertEquals(sortedById(again.spans), sortedById(rest.map(asReported)));
      assertEquals(client.counters.dropped, { connection_lost: 1 });
    }),
});
