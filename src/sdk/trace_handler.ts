import { isPromise } from "node:util/types";
import { withSpan } from "./active_span.ts";
import { copyFunctionShape } from "./copy_function_shape.ts";
import { tracer as defaultTracer } from "./default_tracer.ts";
import { type ExtractionOptions, extractParent } from "./extract_parent.ts";
import { requestPath, startServedSpan } from "./http_span.ts";
import { observePromise } from "./observe_promise.ts";
import type { Tracer } from "./tracer.ts";

/** Options of {@linkcode traceHandler} and `traceNodeHandler`. */
export interface TraceHandlerOptions extends ExtractionOptions {
  /** @default the tracer that the environment configures */
  readonly tracer?: Tracer;
}

/**
 * Wraps a handler that answers a `Request` with a `Response`, as `Deno.serve` and Bun take it. Each
 * request is a span `METHOD /path` of kind `http` with the attributes `method`, `path`, `status`, and
 * `error` when the handler throws. It continues the trace that the request's headers name, and ends when
 * the handler hands out the response.
 *
 * @param handler The handler; further arguments, such as the connection's, pass through.
 * @returns A handler to use in its place.
 * @example
 * ```ts
 * import { traceHandler } from "./trace_handler.ts";
 *
 * const handler = traceHandler((request: Request) => new Response(new URL(request.url).pathname));
 * const response = handler(new Request("http://localhost/hello"));
 * if (await response.text() !== "/hello") throw new Error("changed");
 * ```
 */
export function traceHandler<
  Handler extends (request: Request, ...rest: never[]) => Response | Promise<Response>,
>(handler: Handler, options: TraceHandlerOptions = {}): Handler {
  const tracer = options.tracer ?? defaultTracer;
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const request = args[0] as Request | undefined;
    if (!tracer.isEnabled || request === undefined) return Reflect.apply(handler, this, args);
    const parent = extractParent(request, options);
    const span = startServedSpan(tracer, request.method, requestPath(request.url), parent);
    let result: Response | Promise<Response>;
    try {
      result = withSpan(span, () => Reflect.apply(handler, this, args));
    } catch (error) {
      span.recordError(error).end();
      throw error;
    }
    if (isPromise(result)) {
      return observePromise(result as Promise<Response>, {
        onFulfilled: (response) => span.setAttribute("status", response?.status).end(),
        onRejected: (error) => span.recordError(error).end(),
      });
    }
    span.setAttribute("status", result?.status).end();
    return result;
  }
  const traced = copyFunctionShape(wrapper, handler);
  // Deno passes no request to a handler that takes none.
  if (handler.length === 0) Object.defineProperty(traced, "length", { value: 1 });
  return traced;
}
