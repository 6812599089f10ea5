import { assertEquals } from "@std/assert";
import { findRepeatedCalls, type RepeatedCall } from "../../src/analysis/repeated_calls.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import { makeSpan, type SpanSketch } from "../assemble/_make_span.ts";

const ROOT = makeSpan("root", { kind: "http", name: "GET /", ms: 1000 });

function query(number: number, sketch: SpanSketch = {}): Span {
  return makeSpan(`q${number}`, {
    parentId: "root",
    kind: "sql",
    name: "SQL Query",
    at: number * 10,
    ms: 5,
    attrs: { query: `SELECT * FROM users WHERE id = ${number}` },
    ...sketch,
  });
}

function queries(count: number, sketch: (number: number) => SpanSketch = () => ({})): Span[] {
  return Array.from({ length: count }, (_, number) => query(number, sketch(number)));
}

function find(spans: readonly Span[]): RepeatedCall[] {
  return findRepeatedCalls(buildTrace("t", spans));
}

function counts(spans: readonly Span[]): number[] {
  return find(spans).map(({ indexes }) => indexes.length);
}

Deno.test("six of the same statement are repeated calls, with what they cost", () => {
  const [found, ...more] = find([ROOT, ...queries(6)]);
  assertEquals(more, []);
  assertEquals(found.operation.name, "SELECT * FROM users WHERE id = ?");
  assertEquals(found.indexes, [1, 2, 3, 4, 5, 6]);
  assertEquals([found.parentIndex, found.totalNano, found.wallNano, found.isParallel], [
    0,
    30e6,
    30e6,
    false,
  ]);
});

Deno.test("three of the same are not, and five are", () => {
  assertEquals(counts([ROOT, ...queries(3)]), []);
  assertEquals(counts([ROOT, ...queries(4)]), []);
  assertEquals(counts([ROOT, ...queries(5)]), [5]);
  const trace = buildTrace("t", [ROOT, ...queries(3)]);
  assertEquals(findRepeatedCalls(trace, { minCalls: 3 }).length, 1);
});

Deno.test("calls at the same time are repeated calls, too, and take the time of the longest", () => {
  const [found] = find([ROOT, ...queries(6, (number) => ({ at: number, ms: 10 }))]);
  assertEquals([found.totalNano, found.wallNano, found.isParallel], [60e6, 15e6, true]);
});

Deno.test("different statements of one parent are not repeated", () => {
  const different = queries(6, (number) => ({ attrs: { query: `SELECT a FROM t${number}` } }));
  assertEquals(counts([ROOT, ...different]), []);
});

Deno.test("the same statement below different parents is not repeated", () => {
  const parents = [0, 1, 2, 3, 4, 5].map((number) =>
    makeSpan(`p${number}`, { parentId: "root", ms: 1000 })
  );
  const spread = queries(6, (number) => ({ parentId: `p${number}` }));
  assertEquals(counts([ROOT, ...parents, ...spread]), []);
});

Deno.test("fetching from a cursor is no repeated call", () => {
  const statements = [
    "FETCH 100 FROM c1",
    'FETCH FORWARD 100 FROM "c1"',
    "exec sp_cursorfetch 1, 2, 3",
    "MOVE 10 IN c1",
  ];
  for (const text of statements) {
    assertEquals(counts([ROOT, ...queries(8, () => ({ attrs: { query: text } }))]), [], text);
  }
  for (const name of ["sql.rows", "cursor.fetchmany", "fetch", "pg.cursor"]) {
    const rows = queries(8, () => ({ name, attrs: { query: "SELECT * FROM users" } }));
    assertEquals(counts([ROOT, ...rows]), [], name);
  }
});

Deno.test("transactions and connections are no repeated calls", () => {
  for (const text of ["BEGIN", "COMMIT", "SET search_path = 'a'", "SAVEPOINT s1", "DISCARD ALL"]) {
    assertEquals(counts([ROOT, ...queries(8, () => ({ attrs: { query: text } }))]), [], text);
  }
  const connects = queries(8, () => ({
    kind: "client",
    name: "pg.connect",
    attrs: { "db.system": "postgresql" },
  }));
  assertEquals(counts([ROOT, ...connects]), []);
});

Deno.test("several statements in one are more than the first of them", () => {
  const text = "SET NOCOUNT ON; SELECT * FROM users WHERE id = 1";
  assertEquals(counts([ROOT, ...queries(6, () => ({ attrs: { query: text } }))]), [6]);
  assertEquals(counts([ROOT, ...queries(6, () => ({ attrs: { query: "COMMIT;" } }))]), []);
});

Deno.test("connections between the statements do not hide them", () => {
  const connects = [0, 1, 2, 3, 4, 5].map((number) =>
    makeSpan(`c${number}`, { parentId: "root", name: "pg-pool.connect", at: number * 10, ms: 1000 })
  );
  assertEquals(counts([ROOT, ...connects, ...queries(6)]), [6]);
  // Not even where each statement has a connection of its own above it.
  const [found] = find([
    ROOT,
    ...connects,
    ...queries(6, (number) => ({ parentId: `c${number}` })),
  ]);
  assertEquals([found.indexes.length, found.parentIndex], [6, 0]);
});

Deno.test("an endpoint or a root that is called like a connection stays the parent", () => {
  const connect = makeSpan("root", { name: "connect", ms: 1000 });
  assertEquals(find([connect, ...queries(6)]).map(({ parentIndex }) => parentIndex), [0]);
  const endpoint = makeSpan("e", { parentId: "root", kind: "server", name: "/connect", ms: 1000 });
  const below = queries(6, () => ({ parentId: "e" }));
  assertEquals(find([ROOT, endpoint, ...below]).map(({ parentIndex }) => parentIndex), [1]);
});

Deno.test("requests and commands of caches are repeated calls as well", () => {
  const requests = queries(6, (number) => ({
    kind: "client",
    name: "GET",
    attrs: { "http.request.method": "GET", "url.full": `http://api/users/${number}` },
  }));
  assertEquals(find([ROOT, ...requests]).map(({ operation }) => operation.name), [
    "GET api/users/{id}",
  ]);
  const commands = queries(6, (number) => ({
    kind: "client",
    name: "GET",
    attrs: { "db.system": "redis", "db.statement": `GET user:${number}` },
  }));
  assertEquals(find([ROOT, ...commands]).map(({ operation }) => operation.name), [
    "GET user:{id}",
  ]);
});

Deno.test("functions called often are no repeated calls", () => {
  assertEquals(counts([ROOT, ...queries(9, () => ({ kind: "function", name: "f" }))]), []);
});

Deno.test("calls whose parent was not seen are found by its id, and roots are not", () => {
  const [found] = find(queries(6, () => ({ parentId: "gone" })));
  assertEquals([found.indexes.length, found.parentIndex], [6, -1]);
  assertEquals(counts(queries(6, (number) => ({ parentId: `gone${number}` }))), []);
  assertEquals(counts(queries(6, () => ({ parentId: undefined }))), []);
});

Deno.test("calls that still run or never ended count, and cost nothing yet", () => {
  const spans = queries(6, (number) => ({ ms: number < 3 ? 5 : undefined }));
  const [found] = find([ROOT, ...spans]);
  assertEquals([found.indexes.length, found.totalNano], [6, 15e6]);
});

Deno.test("100,000 calls of one parent take linear time", () => {
  const [found] = find([ROOT, ...queries(100_000)]);
  assertEquals(found.indexes.length, 100_000);
});
