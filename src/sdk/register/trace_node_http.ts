import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { activeSpan, withSpan } from "../active_span.ts";
import { tracer } from "../default_tracer.ts";
import { requestPath, startHttpSpan } from "../http_span.ts";
import { type Method, patchMethod } from "../patch_method.ts";
import type { Carrier } from "../propagation/carrier.ts";
import { injectMissing } from "../propagation/inject_missing.ts";
import { w3c } from "../propagation/w3c.ts";
import { telemetryHosts } from "./telemetry_hosts.ts";
import { traceNodeHandler } from "../trace_node_handler.ts";
import { markTraced } from "../traced_mark.ts";
import type { TracerSpan } from "../tracer_span.ts";

/** Traces all servers and requests of `node:http` and `node:https`, also those that exist already. */
export function traceNodeHttp(): void {
  for (const module of [http, https]) {
    patchMethod(module.Server.prototype, "emit", traceRequestEvents);
    patchMethod(module, "request", traceRequest);
    // The original sends at once, before there could be headers of ours.
    patchMethod(module, "get", () =>
      function (this: unknown, ...args: unknown[]): unknown {
        return Reflect.apply(module.request, this, args as Parameters<typeof http.request>).end();
      });
  }
  // Whoever imports these by name gets the patched ones, too.
  syncBuiltinESMExports();
}

function traceRequestEvents(emit: Method): Method {
  const traced = traceNodeHandler(function (
    this: unknown,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): unknown {
    markTraced(request);
    return Reflect.apply(emit, this, ["request", request, response]);
  });
  return function (this: unknown, ...args: unknown[]): unknown {
    return args[0] === "request" && tracer.isEnabled
      ? Reflect.apply(traced, this, args.slice(1) as never)
      : Reflect.apply(emit, this, args);
  };
}

/**
 * A request is a span as one of `fetch` is: until the answer's headers are there. What listens to it goes on
 * in the span around the call.
 */
function traceRequest(request: Method): Method {
  const hosts = telemetryHosts();
  return function (this: unknown, ...args: unknown[]): unknown {
    if (!tracer.isEnabled) return Reflect.apply(request, this, args);
    const parent = activeSpan();
    const made = Reflect.apply(request, this, args) as http.ClientRequest;
    const host = made.getHeader("host");
    if (hosts.has(String(host))) return made;
    const span = startHttpSpan(tracer, made.method, requestPath(made.path), parent);
    span.setAttributes({
      host: typeof host === "string" ? host : undefined,
      url: `${made.protocol}//${host ?? made.host}${made.path}`,
    });
    propagate(made, span);
    patchMethod(made, "emit", (emit) =>
      function (this: unknown, ...event: unknown[]): unknown {
        const [name, value] = event;
        if (name === "response") {
          span.setAttribute("status", (value as http.IncomingMessage).statusCode).end();
        } else if (name === "error") span.recordError(value).end();
        else if (name === "close" && span.isRecording) {
          span.recordError("Connection closed before the response came").end();
        }
        return withSpan(parent, () => Reflect.apply(emit, this, event));
      });
    return made;
  };
}

/** Adds the headers with which the called program continues the trace. */
function propagate(request: http.ClientRequest, span: TracerSpan): void {
  if (request.headersSent) return;
  try {
    const headers = request.getHeaders() as Carrier & Record<string, string>;
    const added: Record<string, string> = { ...headers };
    injectMissing(w3c, span, added);
    for (const name of Object.keys(added)) {
      if (!Object.hasOwn(headers, name)) request.setHeader(name, added[name]);
    }
  } catch {
    // A request that has just been sent or refused: it goes on as it would without tracing.
  }
}
