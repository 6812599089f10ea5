import { assertEquals } from "@std/assert";
import { normalizePath } from "../../src/analysis/normalize_path.ts";
import { MAX_OPERATION_NAME, operationOf } from "../../src/analysis/operation.ts";
import type { AttributeValue } from "../../src/model/attributes.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { SpanKind } from "../../src/model/span_kind.ts";
import { makeSpan } from "../assemble/_make_span.ts";

type Attrs = Readonly<Record<string, AttributeValue>>;

function describe(
  kind: SpanKind,
  name: string,
  attrs: Attrs = {},
): string {
  const operation = operationOf(makeSpan("a", { kind, name, attrs, ms: 1 }));
  return `${operation.category}: ${operation.name}`;
}

Deno.test("go-trace's spans are named by its conventions", () => {
  assertEquals(describe("http", "GET /users/7", { method: "GET" }), "endpoint: GET /users/{id}");
  assertEquals(describe("function", "Load.Users"), "function: Load.Users");
  const query = "SELECT * FROM t WHERE a = 'x'";
  assertEquals(describe("sql", "SQL Query", { query }), "sql: SELECT * FROM t WHERE a = ?");
  assertEquals(describe("sql", "SQL Query"), "sql: SQL Query");
  assertEquals(describe(7, "odd"), "function: odd");
});

Deno.test("the SDK's fetch is a request made, not one that is served", () => {
  const attrs = { method: "GET", path: "/users/7", url: "http://api:80/users/7", host: "api:80" };
  assertEquals(describe("http", "GET /users/7", attrs), "http: GET api:80/users/{id}");
});

Deno.test("OpenTelemetry's kinds are known where go-trace's protocol carried the span", () => {
  const client = { "otel.kind": "client", "db.system": "mysql", "db.statement": 'SELECT "a", 1' };
  assertEquals(describe("http", "SELECT", client), "sql: SELECT ?, ?");
  const server = { "otel.kind": "server", "http.route": "/a/:id", "http.method": "GET" };
  assertEquals(describe("http", "GET /a/1", server), "endpoint: GET /a/:id");
  assertEquals(describe("function", "send", { "otel.kind": "producer" }), "messaging: send");
});

Deno.test("requests are named by their route, else by their path without ids", () => {
  for (const method of ["http.request.method", "http.method"]) {
    const attrs = { [method]: "POST", "http.route": "/users/:id" };
    assertEquals(describe("server", "anything", attrs), "endpoint: POST /users/:id");
  }
  const old = { "http.method": "GET", "http.target": "/users/7?x=1" };
  assertEquals(describe("server", "HTTP GET", old), "endpoint: GET /users/{id}");
  const stable = { "http.request.method": "GET", "url.path": "/users/7" };
  assertEquals(describe("server", "GET", stable), "endpoint: GET /users/{id}");
  assertEquals(describe("server", "/users/7#top"), "endpoint: /users/{id}");
  assertEquals(describe("server", "users.List"), "endpoint: users.List");
  const grpc = { "rpc.service": "shop.Users", "rpc.method": "Get" };
  assertEquals(describe("server", "x", grpc), "endpoint: shop.Users/Get");
});

Deno.test("requests made are named by method, host and path", () => {
  const full = "https://user:secret@api.example/users/7?token=x";
  for (
    const attrs of [
      { "http.request.method": "GET", "url.full": full },
      { "http.method": "GET", "http.url": full },
    ] as Attrs[]
  ) {
    assertEquals(describe("client", "GET", attrs), "http: GET api.example/users/{id}");
  }
  const template = { "http.request.method": "GET", "url.full": full, "url.template": "/users/{u}" };
  assertEquals(describe("client", "GET", template), "http: GET api.example/users/{u}");
  const address = { "http.request.method": "GET", "server.address": "api" };
  assertEquals(describe("client", "GET", address), "http: GET api");
  const rpc = { "rpc.system": "grpc", "rpc.service": "S", "rpc.method": "M" };
  assertEquals(describe("client", "x", rpc), "rpc: S/M");
  assertEquals(describe("client", "x", { "rpc.method": "S/M" }), "rpc: S/M");
  assertEquals(describe("client", "connect"), "function: connect");
});

Deno.test("statements are known by the old names and by the new ones", () => {
  for (
    const attrs of [
      { "db.system": "postgresql", "db.statement": "SELECT $$a$$" },
      { "db.system.name": "postgresql", "db.query.text": "SELECT $$a$$" },
    ] as Attrs[]
  ) {
    assertEquals(describe("client", "pg.query", attrs), "sql: SELECT ?");
    assertEquals(describe("internal", "pg.query", attrs), "sql: SELECT ?");
  }
  assertEquals(describe("client", "pg.connect", { "db.system": "postgresql" }), "sql: pg.connect");
  const mongo = {
    "db.system": "mongodb",
    "db.operation": "find",
    "db.mongodb.collection": "users",
  };
  assertEquals(describe("client", "mongodb.find", mongo), "database: find users");
});

Deno.test("commands of caches are named without keys and values", () => {
  const command = (text: string): string =>
    describe("client", "redis", { "db.system": "redis", "db.statement": text });
  assertEquals(command("get user:123:name"), "cache: GET user:{id}:name");
  assertEquals(command('SET user:123 "a b"'), "cache: SET user:{id} ?");
  assertEquals(command("HGET a-550e8400-e29b-41d4-a716-446655440000 f"), "cache: HGET a-{id} ?");
  assertEquals(command("PING"), "cache: PING");
  const verb = { "db.system": "redis", "db.operation": "get" };
  assertEquals(describe("client", "x", verb), "cache: GET");
});

Deno.test("messages are named by what is done where", () => {
  const attrs = { "messaging.operation": "publish", "messaging.destination.name": "orders" };
  assertEquals(describe("producer", "x", attrs), "messaging: publish orders");
  assertEquals(describe("consumer", "orders process"), "messaging: orders process");
});

Deno.test("a service is SSF's, else the resource's", () => {
  const resource = createAttributes([["service.name", "shop"]]);
  const kind = "function";
  assertEquals(operationOf(makeSpan("a", { kind, ms: 1, resource })).service, "shop");
  assertEquals(operationOf(makeSpan("a", { kind, ms: 1, resource, service: "x" })).service, "x");
  assertEquals(operationOf(makeSpan("a", { kind, ms: 1 })).service, "");
});

Deno.test("what is left out of a name is told", () => {
  const values: string[] = [];
  const span = makeSpan("a", { kind: "http", name: "GET /users/7/files/8.png", ms: 1 });
  operationOf(span, (value) => values.push(value));
  assertEquals(values, ["7", "8"]);
});

Deno.test("names are bounded", () => {
  const long = "x".repeat(100_000);
  for (const [kind, attrs] of [["function", {}], ["sql", { query: `SELECT ${long}` }]] as const) {
    const { name } = operationOf(makeSpan("a", { kind, name: long, attrs, ms: 1 }));
    assertEquals([name.length, name.at(-1)], [MAX_OPERATION_NAME + 1, "…"]);
  }
});

Deno.test("ids in paths are numbers, UUIDs and long hexadecimal", () => {
  const cases: [string, string][] = [
    ["/users/123", "/users/{id}"],
    ["/users/123/", "/users/{id}/"],
    ["/users/-5", "/users/{id}"],
    ["/a/550E8400-e29b-41d4-a716-446655440000/b", "/a/{id}/b"],
    ["/a/5f2b6c1e9d3a", "/a/{id}"],
    ["/a/deadbeefdeadbeef", "/a/{id}"],
    ["/a/507f1f77bcf86cd799439011?x=1", "/a/{id}"],
    ["/files/12.tar.gz", "/files/12.tar.gz"],
    ["/files/12.gz", "/files/{id}.gz"],
    ["/12/34", "/{id}/{id}"],
    ["/v2/users", "/v2/users"],
    ["/feed/cafe/facade", "/feed/cafe/facade"],
    ["/a-1/x1/b2c", "/a-1/x1/b2c"],
    ["/a/1-2", "/a/1-2"],
    ["/-/--/", "/-/--/"],
    ["/", "/"],
    ["", ""],
    ["/?q=/7", "/"],
  ];
  for (const [path, expected] of cases) assertEquals(normalizePath(path), expected, path);
});
