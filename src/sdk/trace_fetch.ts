import { isPromise } from "node:util/types";
import { withoutDenoTelemetry } from "../runtime/without_deno_telemetry.ts";
import { withSpan } from "./active_span.ts";
import { copyFunctionShape } from "./copy_function_shape.ts";
import { tracer as defaultTracer } from "./default_tracer.ts";
import { requestPath, startHttpSpan } from "./http_span.ts";
import { observePromise } from "./observe_promise.ts";
import { propagateFetch } from "./propagate_fetch.ts";
import type { Propagator } from "./propagation/propagator.ts";
import { w3c } from "./propagation/w3c.ts";
import { isMarkedTraced } from "./traced_mark.ts";
import type { Tracer } from "./tracer.ts";

/** Options of {@linkcode traceFetch}. */
export interface TraceFetchOptions {
  /** @default the tracer that the environment configures */
  readonly tracer?: Tracer;
  /** Writes the headers that let the called program continue the trace. @default `w3c` */
  readonly propagator?: Propagator;
  /**
   * Says which URLs get these headers, for example those of one's own services only.
   *
   * @default all
   */
  readonly propagateTo?: (url: string) => boolean;
}

/**
 * Wraps `fetch` so that each request is a span `METHOD /path` of kind `http` with the attributes `method`,
 * `path`, `host`, `url` (without credentials), `status`, and `error` when it fails. The span ends when
 * the response's headers are there; reading the body is up to the caller. The request carries headers
 * with which the called program can continue the trace; headers that the caller sets himself stay.
 *
 * @param fetch The function to wrap. @default globalThis.fetch
 * @returns A function to use in its place.
 * @example
 * ```ts
 * import { traceFetch } from "./trace_fetch.ts";
 *
 * const fetch = traceFetch(() => Promise.resolve(new Response("hello")));
 * const response = await fetch("http://127.0.0.1:8000/greeting");
 * if (await response.text() !== "hello") throw new Error("changed");
 * ```
 */
export function traceFetch(
  fetch: typeof globalThis.fetch = globalThis.fetch,
  options: TraceFetchOptions = {},
): typeof globalThis.fetch {
  const tracer = options.tracer ?? defaultTracer;
  if (tracer === defaultTracer && isMarkedTraced(fetch)) return fetch;
  const propagator = options.propagator ?? w3c;
  function wrapper(this: unknown, ...args: Parameters<typeof globalThis.fetch>): Promise<Response> {
    if (!tracer.isEnabled) return Reflect.apply(fetch, this, args);
    const { method, url } = describeRequest(args[0], args[1]);
    const span = startHttpSpan(tracer, method, requestPath(url));
    span.setAttributes({ url: withoutCredentials(url), host: hostOf(url) });
    const sent = shouldPropagate(url, options) ? propagateFetch(args, span, propagator) : args;
    let result: Promise<Response>;
    try {
      result = withSpan(span, () => withoutDenoTelemetry(() => Reflect.apply(fetch, this, sent)));
    } catch (error) {
      span.recordError(error).end();
      throw error;
    }
    if (!isPromise(result)) {
      span.end();
      return result;
    }
    return observePromise(result, {
      onFulfilled: (response) => span.setAttribute("status", response?.status).end(),
      onRejected: (error) => span.recordError(error).end(),
    });
  }
  return copyFunctionShape(wrapper, fetch);
}

function shouldPropagate(url: string, options: TraceFetchOptions): boolean {
  try {
    return options.propagateTo?.(url) ?? true;
  } catch {
    // The program goes on as it would without tracing.
    return false;
  }
}

function describeRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
): { method: string; url: string } {
  try {
    const request = typeof input === "object" && "url" in input ? input : undefined;
    const method = init?.method ?? request?.method ?? "GET";
    return { method: String(method).toUpperCase(), url: request?.url ?? String(input) };
  } catch {
    // Whatever this is, `fetch` will say what is wrong with it.
    return { method: "GET", url: "" };
  }
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}

function hostOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]+)/i.exec(url)?.[1];
}
