import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { traceDatabase } from "../../src/sdk/trace_database.ts";
import { createTracer, type Tracer } from "../../src/sdk/tracer.ts";
import { SpanRecorder } from "./_span_recorder.ts";

/** Deno 2.4 cannot dispose of a database by itself. */
function openDatabase(tracer: Tracer): { database: DatabaseSync; [Symbol.dispose](): void } {
  const database = traceDatabase(new DatabaseSync(":memory:"), { tracer });
  return { database, [Symbol.dispose]: () => database.close() };
}

Deno.test("statements of node:sqlite become spans as go-trace names them", () => {
  const recorder = new SpanRecorder();
  const plain = new DatabaseSync(":memory:");
  const database = traceDatabase(plain, { tracer: recorder.tracer });
  assertStrictEquals(database, plain);
  assertStrictEquals(traceDatabase(database), plain);
  assert(database instanceof DatabaseSync);
  database.exec("CREATE TABLE users (id INTEGER, name TEXT)");
  const insert = database.prepare("INSERT INTO users VALUES (?, ?)");
  assertEquals(insert.run(1, "ada").changes, 1);
  assertEquals(insert.run(2, "grace").changes, 1);
  assertEquals({ ...database.prepare("SELECT name FROM users WHERE id = ?").get(2) }, {
    name: "grace",
  });
  assertEquals(database.prepare("SELECT id FROM users").all().length, 2);
  database.close();
  assertEquals(recorder.summary, [
    ["SQL Exec", "sql", { query: "CREATE TABLE users (id INTEGER, name TEXT)" }],
    ["SQL Exec", "sql", { query: "INSERT INTO users VALUES (?, ?)" }],
    ["SQL Exec", "sql", { query: "INSERT INTO users VALUES (?, ?)" }],
    ["SQL Query", "sql", { query: "SELECT name FROM users WHERE id = ?" }],
    ["SQL Query", "sql", { query: "SELECT id FROM users" }],
  ]);
});

Deno.test("what SQLite refuses is recorded, at the call and when it is prepared", () => {
  const recorder = new SpanRecorder();
  using opened = openDatabase(recorder.tracer);
  const { database } = opened;
  database.exec("CREATE TABLE t (a UNIQUE)");
  const insert = database.prepare("INSERT INTO t VALUES (1)");
  insert.run();
  const message = assertThrows(() => insert.run(), Error, "UNIQUE").message;
  assertThrows(() => database.prepare("SELECT x FROM nowhere"), Error);
  assertThrows(() => database.exec("GARBAGE"), Error);
  const failed = recorder.summary.filter(([, , attributes]) => "error" in attributes);
  assertEquals(failed.map(([name, , { query }]) => [name, query]), [
    ["SQL Exec", "INSERT INTO t VALUES (1)"],
    ["SQL Query", "SELECT x FROM nowhere"],
    ["SQL Exec", "GARBAGE"],
  ]);
  assertEquals(failed[0][2].error, message);
});

Deno.test("an iterated query is a span until its rows are through or left", () => {
  const recorder = new SpanRecorder();
  using opened = openDatabase(recorder.tracer);
  const { database } = opened;
  const rows = database.prepare("SELECT 1 AS n UNION SELECT 2 UNION SELECT 3");
  let sum = 0;
  for (const row of rows.iterate()) {
    assertEquals(recorder.ended.length, 0);
    sum += Number(row.n);
  }
  assertEquals([sum, recorder.ended.length], [6, 1]);
  for (const _ of rows.iterate()) break;
  assertEquals(recorder.ended.length, 2);
});

Deno.test("a traced database works without a collector", () => {
  using opened = openDatabase(createTracer({ socketPath: "" }));
  assertEquals([...opened.database.prepare("SELECT 1 AS n").iterate()].length, 1);
});
