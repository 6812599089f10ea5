import type { TraceContext } from "./propagation/trace_context.ts";
import { markServing } from "./serving.ts";
import type { Tracer } from "./tracer.ts";
import type { TracerSpan } from "./tracer_span.ts";

/**
 * Starts the span of a request as go-trace names it: `METHOD /path`, with both as attributes, too.
 *
 * @param parent The span to continue. @default the active span
 */
export function startHttpSpan(
  tracer: Tracer,
  method: string,
  path: string,
  parent?: TraceContext,
): TracerSpan {
  return tracer.startSpan(`${method} ${path}`, {
    kind: "http",
    attributes: { method, path },
    parent,
  });
}

/**
 * Starts the span of a request that has come in. Without a caller's span it begins a trace of its own, so that
 * a server has a trace for each request.
 *
 * @param parent The caller's span. @default the active span
 */
export function startServedSpan(
  tracer: Tracer,
  method: string,
  path: string,
  parent?: TraceContext,
): TracerSpan {
  markServing();
  return startHttpSpan(tracer, method, path, parent);
}

/**
 * The path of a request's target as go-trace writes it: without the query, escapes decoded.
 *
 * @param target A URL, or what a request line carries: `/path?query`, `*`, `host:port`.
 */
export function requestPath(target: string): string {
  let path = target;
  if (!target.startsWith("/")) {
    const authority = target.indexOf("://");
    if (authority >= 0) {
      const slash = target.slice(authority + 3).search(/[/?#]/);
      path = slash < 0 ? "/" : target.slice(authority + 3 + slash);
      if (!path.startsWith("/")) path = "/" + path;
    }
  }
  const end = path.search(/[?#]/);
  if (end >= 0) path = path.slice(0, end);
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    // Not UTF-8: shown as it was sent.
    return path;
  }
}
