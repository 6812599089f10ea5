import { type Method, patchMethod } from "./patch_method.ts";
import { classifySql, type SqlSpanKind, startSqlSpan } from "./sql_span.ts";
import type { Tracer } from "./tracer.ts";
import type { TracerSpan } from "./tracer_span.ts";

/** Traces a database whose methods return when they are done: node:sqlite, better-sqlite3. */
export function traceSyncDatabase(database: object, tracer: Tracer): void {
  patchMethod(database, "exec", (exec) => traceCall(tracer, exec, "Exec"));
  patchMethod(
    database,
    "prepare",
    (prepare) =>
      function (this: unknown, ...args: unknown[]): unknown {
        let statement: unknown;
        try {
          statement = Reflect.apply(prepare, this, args);
        } catch (error) {
          // SQLite finds what is wrong with a statement here; without a span, nobody would see it.
          const query = String(args[0]);
          startSqlSpan(tracer, classifySql(query), query).recordError(error).end();
          throw error;
        }
        if (typeof statement === "object" && statement !== null) {
          traceStatement(statement, tracer, String(args[0]));
        }
        return statement;
      },
  );
}

function traceStatement(statement: object, tracer: Tracer, query: string): void {
  patchMethod(statement, "run", (run) => traceCall(tracer, run, "Exec", query));
  patchMethod(statement, "get", (get) => traceCall(tracer, get, "Query", query));
  patchMethod(statement, "all", (all) => traceCall(tracer, all, "Query", query));
  patchMethod(
    statement,
    "iterate",
    (iterate) =>
      function (this: unknown, ...args: unknown[]): unknown {
        if (!tracer.isEnabled) return Reflect.apply(iterate, this, args);
        const span = startSqlSpan(tracer, "Query", query);
        const rows = endOnError(span, () => Reflect.apply(iterate, this, args));
        if (typeof rows === "object" && rows !== null) traceIterator(rows, span);
        else span.end();
        return rows;
      },
  );
}

/** Ends a span when an iterator is through, or is left before. */
function traceIterator(rows: object, span: TracerSpan): void {
  patchMethod(rows, "next", (next) =>
    function (this: unknown, ...args: unknown[]): unknown {
      const result = endOnError(span, () => Reflect.apply(next, this, args));
      if ((result as IteratorResult<unknown> | undefined)?.done) span.end();
      return result;
    });
  patchMethod(rows, "return", (leave) =>
    function (this: unknown, ...args: unknown[]): unknown {
      try {
        return Reflect.apply(leave, this, args);
      } finally {
        span.end();
      }
    });
}

/** @param query The statement; the first argument of each call when it is not known before. */
function traceCall(tracer: Tracer, method: Method, kind: SqlSpanKind, query?: string): Method {
  return function (this: unknown, ...args: unknown[]): unknown {
    if (!tracer.isEnabled) return Reflect.apply(method, this, args);
    const span = startSqlSpan(tracer, kind, query ?? String(args[0]));
    const result = endOnError(span, () => Reflect.apply(method, this, args));
    span.end();
    return result;
  };
}

function endOnError<Result>(span: TracerSpan, fn: () => Result): Result {
  try {
    return fn();
  } catch (error) {
    span.recordError(error).end();
    throw error;
  }
}
