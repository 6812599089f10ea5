import { isPromise } from "node:util/types";
import { activeSpan, withSpan } from "./active_span.ts";
import { observePromise } from "./observe_promise.ts";
import { type Method, patchMethod } from "./patch_method.ts";
import { classifySql, startSqlSpan } from "./sql_span.ts";
import type { Tracer } from "./tracer.ts";
import type { TracerSpan } from "./tracer_span.ts";

/** Traces one connection of pg or mysql2. */
export function traceAsyncClient(client: object, tracer: Tracer): void {
  patchMethod(client, "query", (query) => traceQuery(tracer, query));
  patchMethod(client, "execute", (execute) => traceQuery(tracer, execute));
}

/**
 * Traces the connections that a pool of pg hands out. Its `query` takes one of them itself, so that it is
 * traced with them, without the time it waited.
 */
export function tracePostgresPool(pool: object, traceClient: (client: object) => object): void {
  patchMethod(pool, "connect", (connect) => traceConnect(connect, traceClient));
}

/**
 * Traces a pool of mysql2. In callback form, its `query` hands a command that is already made to a
 * connection, while its `execute` calls that of a connection.
 */
export function traceMysqlPool(
  pool: object,
  tracer: Tracer,
  traceClient: (client: object) => object,
): void {
  patchMethod(pool, "getConnection", (connect) => traceConnect(connect, traceClient));
  patchMethod(pool, "query", (query) => traceQuery(tracer, query));
  const isPromiseForm = typeof Reflect.get(pool, "pool") === "object";
  if (isPromiseForm) patchMethod(pool, "execute", (execute) => traceQuery(tracer, execute));
}

function traceConnect(connect: Method, traceClient: (client: object) => object): Method {
  return function (this: unknown, ...args: unknown[]): unknown {
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback === "function") {
      // The pool may call back from whatever another request did last.
      const parent = activeSpan();
      args[last] = function (this: unknown, ...results: unknown[]): unknown {
        if (typeof results[1] === "object" && results[1] !== null) traceClient(results[1]);
        return withSpan(parent, () => Reflect.apply(callback, this, results));
      };
      return Reflect.apply(connect, this, args);
    }
    const result = Reflect.apply(connect, this, args);
    if (!isPromise(result)) return result;
    return observePromise(result, {
      onFulfilled(client): void {
        if (typeof client === "object" && client !== null) traceClient(client);
      },
    });
  };
}

function traceQuery(tracer: Tracer, method: Method): Method {
  return function (this: unknown, ...args: unknown[]): unknown {
    const text = queryText(args[0]);
    if (text === undefined || !tracer.isEnabled) return Reflect.apply(method, this, args);
    const parent = activeSpan();
    const span = startSqlSpan(tracer, classifySql(text), text);
    const hasCallback = wrapCallback(args, span, parent);
    let result: unknown;
    try {
      result = Reflect.apply(method, this, args);
    } catch (error) {
      span.recordError(error).end();
      throw error;
    }
    if (hasCallback) return result;
    if (isPromise(result)) {
      return observePromise(result, {
        onFulfilled: () => span.end(),
        onRejected: (error) => span.recordError(error).end(),
      });
    }
    if (isEmitter(result)) traceEmitter(result, span);
    else span.end();
    return result;
  };
}

/**
 * The statement of a call: text, or the `text` (pg) or `sql` (mysql2) of a configuration. `undefined` for
 * what runs itself, such as a cursor or a command, which is left alone.
 */
function queryText(query: unknown): string | undefined {
  if (typeof query === "string") return query;
  if (typeof query !== "object" || query === null) return undefined;
  const { text, sql, submit } = query as { text?: unknown; sql?: unknown; submit?: unknown };
  if (typeof submit === "function" || isEmitter(query)) return undefined;
  const found = text ?? sql;
  return typeof found === "string" ? found : undefined;
}

/** Puts a wrapper in place of the callback, the last argument or one in the configuration. */
function wrapCallback(args: unknown[], span: TracerSpan, parent: TracerSpan | undefined): boolean {
  const last = args.length - 1;
  if (typeof args[last] === "function") {
    args[last] = endingCallback(args[last] as Method, span, parent);
    return true;
  }
  const config = args[0] as { callback?: unknown };
  if (typeof config !== "object" || typeof config.callback !== "function") return false;
  args[0] = { ...config, callback: endingCallback(config.callback as Method, span, parent) };
  return true;
}

function endingCallback(
  callback: Method,
  span: TracerSpan,
  parent: TracerSpan | undefined,
): Method {
  return function (this: unknown, ...results: unknown[]): unknown {
    const error = results[0];
    if (error !== undefined && error !== null) span.recordError(error);
    span.end();
    return withSpan(parent, () => Reflect.apply(callback, this, results));
  };
}

function isEmitter(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    typeof Reflect.get(value, "emit") === "function";
}

/** Watches what a command emits. A listener for `error` would hide errors that nobody handles. */
function traceEmitter(command: object, span: TracerSpan): void {
  patchMethod(command, "emit", (emit) =>
    function (this: unknown, ...args: unknown[]): unknown {
      if (args[0] === "error") span.recordError(args[1]).end();
      else if (args[0] === "end") span.end();
      return Reflect.apply(emit, this, args);
    });
}
