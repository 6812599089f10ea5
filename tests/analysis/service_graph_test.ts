import { assertEquals } from "@std/assert";
import { CriticalPathTable } from "../../src/analysis/critical_path_table.ts";
import { ServiceGraph } from "../../src/analysis/service_graph.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import { makeSpan, type SpanSketch } from "../assemble/_make_span.ts";

Deno.test("a server's span under a client's is one call, as long as the client waited", () => {
  const graph = graphOf([
    span("root", { kind: "server", service: "shop", ms: 20 }),
    span("call", { parentId: "root", kind: "client", service: "shop", at: 1, ms: 10 }),
    span("serve", { parentId: "call", kind: "server", service: "users", at: 2, ms: 7 }),
  ]);
  assertEquals(edgesOf(graph), ["shop → service users: 1 call, 0 errors, 10 ms"]);
});

Deno.test("databases, queues and hosts that send no spans stand at the ends", () => {
  const graph = graphOf([
    span("root", { kind: "server", service: "shop", ms: 50 }),
    span("query", {
      parentId: "root",
      kind: "client",
      service: "shop",
      ms: 3,
      attrs: {
        "db.system.name": "postgresql",
        "db.namespace": "shop",
        "db.query.text": "SELECT 1",
      },
      status: { code: "error" },
    }),
    span("sql", {
      parentId: "root",
      kind: "sql",
      service: "shop",
      ms: 1,
      attrs: { query: "SELECT 1" },
    }),
    span("http", {
      parentId: "root",
      kind: "http",
      service: "shop",
      ms: 9,
      attrs: { method: "GET", url: "https://api.example.com:8443/pay?x=1", path: "/pay" },
    }),
    span("send", {
      parentId: "root",
      kind: "producer",
      service: "shop",
      ms: 2,
      attrs: { "messaging.system": "kafka", "messaging.destination.name": "mails" },
    }),
  ]);
  assertEquals(edgesOf(graph).sort(), [
    "shop → database : 1 call, 0 errors, 1 ms",
    "shop → database postgresql shop: 1 call, 1 error, 3 ms",
    "shop → external api.example.com: 1 call, 0 errors, 9 ms",
    "shop → queue kafka mails: 1 call, 0 errors, 2 ms",
  ]);
});

Deno.test("a consumer's call takes as long as the consumer works, for nobody waits", () => {
  const graph = graphOf([
    span("send", { kind: "producer", service: "shop", ms: 1 }),
    span("take", { parentId: "send", kind: "consumer", service: "mailer", at: 500, ms: 40 }),
  ]);
  assertEquals(edgesOf(graph), ["shop → service mailer: 1 call, 0 errors, 40 ms"]);
});

Deno.test("a span of another service under any parent is a call, within one service it is none", () => {
  const graph = graphOf([
    span("root", { service: "shop", ms: 9 }),
    span("inner", { parentId: "root", service: "shop", ms: 5 }),
    span("other", { parentId: "inner", service: "stock", ms: 4, error: true }),
    span("orphan", { parentId: "gone", service: "stock", ms: 4 }),
  ]);
  assertEquals(edgesOf(graph), ["shop → service stock: 1 call, 1 error, 4 ms"]);
});

Deno.test("a database library around its driver is one call, not two", () => {
  const sql: SpanSketch = { kind: "sql", service: "shop", attrs: { query: "SELECT 1" } };
  const graph = graphOf([
    span("library", { ...sql, ms: 5 }),
    span("driver", { ...sql, parentId: "library", at: 1, ms: 3 }),
  ]);
  assertEquals(edgesOf(graph), ["shop → database : 1 call, 0 errors, 3 ms"]);
});

Deno.test("edges add up over traces; those that have no room are counted", () => {
  const graph = new ServiceGraph({ maxEdges: 1 });
  for (const name of ["users", "users", "stock"]) {
    graph.add(buildTrace("t", [
      span("call", { kind: "client", service: "shop", state: "unfinished" }),
      span("serve", { parentId: "call", kind: "server", service: name, state: "unfinished" }),
    ]));
  }
  assertEquals(edgesOf(graph), ["shop → service users: 2 calls, 0 errors, 0 ms"]);
  assertEquals(graph.otherCallCount, 1);
});

Deno.test("the critical paths of many traces add up by operation, to all of the roots' time", () => {
  const table = new CriticalPathTable();
  for (let at = 0; at < 3; at++) {
    table.add(buildTrace("t", [
      span("root", { name: `GET /users/${at}`, kind: "http", ms: 10 }),
      span("load", { parentId: "root", at: 1, ms: 6 }),
      span("hidden", { parentId: "root", at: 1, ms: 4 }),
    ]));
  }
  assertEquals(
    table.operations.map(({ operation, traceCount, pathNano, share }) =>
      `${operation.name} ${traceCount} ${pathNano / 1e6} ${share}`
    ),
    ["load 3 18 0.6", "GET /users/{id} 3 12 0.4"],
  );
  assertEquals(table.totalNano, 30e6);
});

function span(spanId: string, sketch: SpanSketch): Span {
  return makeSpan(spanId, sketch);
}

function graphOf(spans: readonly Span[]): ServiceGraph {
  const graph = new ServiceGraph();
  graph.add(buildTrace("t", spans));
  return graph;
}

function edgesOf(graph: ServiceGraph): string[] {
  return graph.edges.map(({ caller, callee, callCount, errorCount, durations }) =>
    `${caller.name} → ${callee.type} ${callee.name}: ${callCount} call${
      callCount === 1 ? "" : "s"
    }, ` +
    `${errorCount} error${errorCount === 1 ? "" : "s"}, ${durations.percentileNano(0.5) / 1e6} ms`
  );
}
