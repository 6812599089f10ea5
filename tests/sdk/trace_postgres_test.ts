import { assert, assertEquals, assertRejects } from "@std/assert";
import { traceDatabase } from "../../src/sdk/trace_database.ts";
import { startPostgres } from "../testing/postgres_server.ts";
import { SpanRecorder } from "./_span_recorder.ts";

/** What this test uses of pg. */
interface Client {
  connect(): Promise<void>;
  query(query: unknown, values?: unknown): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
}

Deno.test("the real pg records what it sends to a real PostgreSQL", async () => {
  await using server = await startPostgres();
  if (server === undefined) return;
  // Not a literal, so that checking types does not fetch it.
  const specifier: string = "npm:pg@8.23.1";
  const { default: pg } = await import(specifier);
  const config = { host: server.folder, user: "tester", database: "postgres" };
  const recorder = new SpanRecorder();
  const { tracer } = recorder;

  const client: Client = traceDatabase(new pg.Client(config), { tracer });
  assert(client instanceof pg.Client);
  await client.connect();
  assertEquals((await client.query("SELECT $1::int AS n", [7])).rows, [{ n: 7 }]);
  await client.query({ text: "CREATE TEMP TABLE t (a int)" });
  await assertRejects(() => client.query("SELECT nope"), Error, "nope");
  await client.end();
  assertEquals(recorder.summary, [
    ["SQL Query", "sql", { query: "SELECT $1::int AS n" }],
    ["SQL Exec", "sql", { query: "CREATE TEMP TABLE t (a int)" }],
    ["SQL Query", "sql", { query: "SELECT nope", error: 'column "nope" does not exist' }],
  ]);

  // Three requests share one connection, so two of them wait for another's end.
  const pool: Client = traceDatabase(new pg.Pool({ ...config, max: 1 }), { tracer });
  recorder.started.length = 0;
  await Promise.all(
    ["a", "b", "c"].map((name) => tracer.trace(name, () => pool.query(`SELECT '${name}' AS name`))),
  );
  await pool.end();
  const nameOf = new Map(recorder.started.map((span) => [span.spanId, span.name]));
  assertEquals(
    recorder.started.filter((span) => span.kind === "sql")
      .map((span) => [span.attributeList[1], nameOf.get(span.parentId ?? "")]),
    ["a", "b", "c"].map((name) => [`SELECT '${name}' AS name`, name]),
  );
});
