import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import { activeSpan } from "../../src/sdk/active_span.ts";
import { classifySql } from "../../src/sdk/sql_span.ts";
import { traceDatabase } from "../../src/sdk/trace_database.ts";
import { SpanRecorder } from "./_span_recorder.ts";

type Callback = (error: Error | null, result?: unknown) => void;

/** Answers like a client of pg: a promise, or a call back from no particular context. */
class FakeClient {
  #calls = 0;

  query(query: string | { text: string }, values?: unknown, callback?: unknown): unknown {
    const call = ++this.#calls;
    if (typeof query === "object" && "submit" in query) return query;
    const given = [callback, values, (query as { callback?: unknown }).callback];
    const done = given.find((item) => typeof item === "function") as Callback | undefined;
    const text = typeof query === "string" ? query : query.text;
    const error = text.includes("bad") ? new Error(`syntax: ${text}`) : null;
    const result = { call, rows: [values] };
    if (done === undefined) return error ? Promise.reject(error) : Promise.resolve(result);
    deferred.push(() => error ? done(error) : done(null, result));
    return undefined;
  }
}

/** A pool of pg: its `query` takes a client through its own `connect`, which calls back. */
class FakePool {
  totalCount = 1;
  readonly client = new FakeClient();

  connect(callback?: (error: Error | null, client?: FakeClient) => void): unknown {
    if (callback === undefined) return Promise.resolve(this.client);
    deferred.push(() => callback(null, this.client));
    return undefined;
  }

  query(text: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.connect((_error, client) =>
        client?.query(
          text,
          [],
          (error: Error | null, result: unknown) => error ? reject(error) : resolve(result),
        )
      );
    });
  }
}

/** Calls to make outside of every span, as a driver's socket does. */
let deferred: (() => void)[] = [];
function runDeferred(): void {
  while (deferred.length > 0) {
    const calls = deferred;
    deferred = [];
    for (const call of calls) call();
  }
}

Deno.test("a statement is classified by whether rows come back from it", () => {
  const queries = [
    "select 1",
    " \n-- note\n/* more */ (SELECT 1)",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "INSERT INTO t VALUES (1) RETURNING id",
    "SHOW TABLES",
    "",
  ];
  const execs = [
    "INSERT INTO t VALUES (1)",
    "update t set a = 1",
    "/* SELECT */ DELETE FROM t",
    "BEGIN",
  ];
  assertEquals(queries.map(classifySql), queries.map(() => "Query"));
  assertEquals(execs.map(classifySql), execs.map(() => "Exec"));
});

Deno.test("queries of a client are spans in promise and callback form", async () => {
  const recorder = new SpanRecorder();
  const client = traceDatabase(new FakeClient(), { tracer: recorder.tracer });
  assert(client instanceof FakeClient);
  assertEquals([client.query.name, client.query.length], ["query", 3]);
  assertEquals(await client.query("SELECT $1", [7]), { call: 1, rows: [[7]] });
  await assertRejects(
    () => client.query({ text: "bad one" }) as Promise<unknown>,
    Error,
    "bad one",
  );
  const seen: unknown[] = [];
  recorder.tracer.trace("request", (request) => {
    const callback: Callback = (error, result) => {
      assertStrictEquals(activeSpan(), request);
      seen.push(error?.message ?? (result as { call: number }).call);
    };
    assertEquals(client.query("UPDATE t", callback), undefined);
    client.query("bad two", [], callback);
    const config = { text: "SELECT 2", callback };
    client.query(config);
    assertStrictEquals(config.callback, callback);
  });
  runDeferred();
  assertEquals(seen, [3, "syntax: bad two", 5]);
  assertEquals(recorder.summary.filter(([, kind]) => kind === "sql"), [
    ["SQL Query", "sql", { query: "SELECT $1" }],
    ["SQL Exec", "sql", { query: "bad one", error: "syntax: bad one" }],
    ["SQL Exec", "sql", { query: "UPDATE t" }],
    ["SQL Exec", "sql", { query: "bad two", error: "syntax: bad two" }],
    ["SQL Query", "sql", { query: "SELECT 2" }],
  ]);
});

Deno.test("a cursor, which submits itself, is left alone", () => {
  const recorder = new SpanRecorder();
  const client = traceDatabase(new FakeClient(), { tracer: recorder.tracer });
  const cursor = { text: "SELECT 1", submit(): void {} };
  assertStrictEquals(client.query(cursor), cursor);
  assertEquals(recorder.started.length, 0);
});

Deno.test("a pool's query is one span, below the request that asked for it", async () => {
  const recorder = new SpanRecorder();
  const pool = traceDatabase(new FakePool(), { tracer: recorder.tracer });
  const requests = ["a", "b"].map((name) =>
    recorder.tracer.trace(name, () => pool.query(`SELECT '${name}'`))
  );
  runDeferred();
  await Promise.all(requests);
  const client = await pool.connect() as FakeClient;
  await client.query("SELECT 'c'");
  const nameOf = new Map(recorder.started.map((span) => [span.spanId, span.name]));
  assertEquals(
    recorder.started.filter((span) => span.kind === "sql")
      .map((span) => [span.attributeList[1], nameOf.get(span.parentId ?? "")]),
    [["SELECT 'a'", "a"], ["SELECT 'b'", "b"], ["SELECT 'c'", undefined]],
  );
});

Deno.test("a command that emits its rows is a span until it ends or fails", () => {
  const recorder = new SpanRecorder();
  const commands: EventEmitter[] = [];
  const connection = traceDatabase({
    query(_sql: string): EventEmitter {
      commands.push(new EventEmitter());
      return commands[commands.length - 1];
    },
    execute(_sql: string, done: Callback): void {
      done(null, []);
    },
  }, { tracer: recorder.tracer });
  const rows: unknown[] = [];
  connection.query("SELECT 1").on("result", (row) => rows.push(row));
  connection.query("SELECT 2");
  commands[0].emit("result", 1);
  assertEquals(recorder.ended.length, 0);
  commands[0].emit("end");
  let thrown: unknown;
  try {
    // Nobody listens to the errors of this one: they must still be thrown.
    commands[1].emit("error", new Error("gone"));
  } catch (error) {
    thrown = error;
  }
  assertEquals([rows, (thrown as Error).message], [[1], "gone"]);
  connection.execute("DELETE FROM t", () => {});
  assertEquals(recorder.summary.map(([name, , attributes]) => [name, attributes.error]), [
    ["SQL Query", undefined],
    ["SQL Query", "gone"],
    ["SQL Exec", undefined],
  ]);
});

Deno.test("an object that is no database is left as it is", () => {
  const object = Object.freeze({ query: () => 1 });
  assertEquals(traceDatabase(object).query(), 1);
  assertEquals(traceDatabase({ a: 1 }), { a: 1 });
});
