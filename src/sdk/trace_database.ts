import { traceAsyncClient, traceMysqlPool, tracePostgresPool } from "./trace_async_database.ts";
import { traceSyncDatabase } from "./trace_sync_database.ts";
import { tracer as defaultTracer } from "./default_tracer.ts";
import { isMarkedTraced } from "./traced_mark.ts";
import type { Tracer } from "./tracer.ts";

/** Options of {@linkcode traceDatabase}. */
export interface TraceDatabaseOptions {
  /** @default the tracer that the environment configures */
  readonly tracer?: Tracer;
}

/**
 * Makes each statement of a database object a span: `SQL Query` where rows come back, `SQL Exec` where
 * not, of kind `sql`, with the attributes `query` and, when it fails, `error`. Parameters are not recorded.
 *
 * Knows objects by their methods: `DatabaseSync` of node:sqlite (and better-sqlite3), clients and pools
 * of pg, connections and pools of mysql2 in callback and promise form. Anything else is left as it is.
 *
 * @param database The object. Its methods are wrapped in place; results, errors and `instanceof` stay
 * the same.
 * @returns The same object.
 * @example
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import { traceDatabase } from "./trace_database.ts";
 *
 * const database = traceDatabase(new DatabaseSync(":memory:"));
 * const row = database.prepare("SELECT 1 AS one").get();
 * if (row?.one !== 1) throw new Error("changed");
 * database.close();
 * ```
 */
export function traceDatabase<Database extends object>(
  database: Database,
  options: TraceDatabaseOptions = {},
): Database {
  const tracer = options.tracer ?? defaultTracer;
  if (traced.has(database) || (tracer === defaultTracer && isMarkedTraced(database))) {
    return database;
  }
  traced.add(database);
  const traceClient = (client: object): object => traceDatabase(client, { tracer });
  if (hasMethod(database, "prepare") && hasMethod(database, "exec")) {
    traceSyncDatabase(database, tracer);
  } else if (hasMethod(database, "getConnection")) {
    traceMysqlPool(database, tracer, traceClient);
  } else if (hasMethod(database, "connect") && "totalCount" in database) {
    tracePostgresPool(database, traceClient);
  } else if (hasMethod(database, "query")) {
    traceAsyncClient(database, tracer);
  }
  return database;
}

/** Wrapping twice would make two spans of one statement. */
const traced = new WeakSet<object>();

function hasMethod(object: object, name: string): boolean {
  return typeof Reflect.get(object, name) === "function";
}
