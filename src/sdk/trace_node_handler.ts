import type { IncomingMessage, ServerResponse } from "node:http";
import { isPromise } from "node:util/types";
import { withSpan } from "./active_span.ts";
import { copyFunctionShape } from "./copy_function_shape.ts";
import { tracer as defaultTracer } from "./default_tracer.ts";
import { extractParent } from "./extract_parent.ts";
import { requestPath, startServedSpan } from "./http_span.ts";
import { observePromise } from "./observe_promise.ts";
import type { TraceHandlerOptions } from "./trace_handler.ts";
import { isMarkedTraced } from "./traced_mark.ts";
import type { TracerSpan } from "./tracer_span.ts";

/**
 * Wraps a request listener of `node:http`, `node:https` or anything that calls `(request, response, …)`
 * like they do, such as Express. Each request is a span `METHOD /path` of kind `http` with the attributes
 * `method`, `path`, `status`. It continues the trace that the request's headers name, and ends when the
 * response has been handed to the operating system; when the connection breaks before, or the listener
 * throws, it ends with the attribute `error`.
 *
 * @param listener The listener; its result and further arguments pass through.
 * @returns A listener to use in its place.
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { traceNodeHandler } from "./trace_node_handler.ts";
 *
 * createServer(traceNodeHandler((_request, response) => {
 *   response.end("hello");
 * }));
 * ```
 */
export function traceNodeHandler<
  Listener extends (
    request: IncomingMessage,
    response: ServerResponse,
    ...rest: never[]
  ) => unknown,
>(listener: Listener, options: TraceHandlerOptions = {}): Listener {
  const tracer = options.tracer ?? defaultTracer;
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (!tracer.isEnabled || (tracer === defaultTracer && isMarkedTraced(request))) {
      return Reflect.apply(listener, this, args);
    }
    const span = startServedSpan(
      tracer,
      request.method ?? "GET",
      requestPath(request.url ?? "/"),
      extractParent(request, options),
    );
    response.once("finish", () => endWithStatus(span, response));
    response.once("close", () => {
      if (!span.isRecording) return;
      span.recordError("Connection closed before the response was complete");
      endWithStatus(span, response);
    });
    function fail(error: unknown): void {
      span.recordError(error);
      endWithStatus(span, response);
    }
    let result: unknown;
    try {
      result = withSpan(span, () => Reflect.apply(listener, this, args));
    } catch (error) {
      fail(error);
      throw error;
    }
    return isPromise(result) ? observePromise(result, { onRejected: fail }) : result;
  }
  return copyFunctionShape(wrapper, listener);
}

function endWithStatus(span: TracerSpan, response: ServerResponse): void {
  if (response.headersSent) span.setAttribute("status", response.statusCode);
  span.end();
}
