import { assert, assertEquals } from "@std/assert";
import { operationOf } from "../../src/analysis/operation.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { operationQuery, serviceQuery } from "../../src/tui/operation_query.ts";
import { makeSpan, type SpanSketch } from "../assemble/_make_span.ts";

const SKETCHES: readonly SpanSketch[] = [
  { kind: "function", name: 'say "hi"\n\\o/' },
  { kind: "function", name: "" },
  {
    kind: "http",
    name: "GET /users/7/orders/8",
    attrs: { method: "GET", path: "/users/7/orders/8" },
  },
  { kind: "http", name: "GET /" },
  {
    kind: "server",
    name: "GET",
    attrs: { "http.request.method": "GET", "http.route": "/users/{id}" },
  },
  {
    kind: "client",
    name: "GET",
    attrs: { "http.request.method": "GET", "url.full": "https://api.example:8443/v1/items/12?x=1" },
  },
  {
    kind: "client",
    name: "POST",
    attrs: { "http.method": "POST", "net.peer.name": "api", "http.target": "/v1/items/12" },
  },
  {
    kind: "sql",
    name: "query",
    attrs: { query: "SELECT *\n  FROM t WHERE a IN (1, 2, 3) AND b = 'x\"y'" },
    service: "shop",
  },
  {
    kind: "client",
    name: "db",
    attrs: { "db.system": "mongodb", "db.operation": "find", "db.mongodb.collection": "users" },
  },
  { kind: "client", name: "db", attrs: { "db.system": "redis", "db.statement": "GET user:7" } },
  { kind: "client", name: "call", attrs: { "rpc.service": "shop.Cart", "rpc.method": "Add" } },
  {
    kind: "producer",
    name: "send",
    attrs: { "messaging.operation": "publish", "messaging.destination.name": "mails" },
  },
];

Deno.test("an operation's query finds its spans, whatever they are made of", () => {
  for (const sketch of SKETCHES) {
    const span = makeSpan("a", sketch);
    const operation = operationOf(span);
    const query = operationQuery(operation);
    const isFound = compileQuery(query).matchesSpan(span);
    assert(isFound, `${JSON.stringify(operation)}: ${query}`);
    assert(!compileQuery(query).matchesSpan(makeSpan("b", { name: "other" })), query);
  }
});

Deno.test("a service's query finds its spans, and those without one", () => {
  const span = makeSpan("a", { service: 'a "b" \\' });
  assert(compileQuery(serviceQuery('a "b" \\')).matchesSpan(span));
  assert(compileQuery(serviceQuery("")).matchesSpan(makeSpan("a")));
  assertEquals(compileQuery(serviceQuery("")).matchesSpan(span), false);
});
