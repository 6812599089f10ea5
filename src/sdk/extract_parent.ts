import { activeSpan } from "./active_span.ts";
import type { Carrier } from "./propagation/carrier.ts";
import type { Propagator } from "./propagation/propagator.ts";
import type { TraceContext } from "./propagation/trace_context.ts";
import { w3c } from "./propagation/w3c.ts";

/** How a handler treats the headers of a request. */
export interface ExtractionOptions {
  /** Reads from a request's headers which span it comes from. @default `w3c` */
  readonly propagator?: Propagator;
  /**
   * Whether a request's span continues the trace that its headers name. Where strangers call, they could
   * join traces that are not theirs; `false` begins a trace of its own.
   *
   * @default true
   */
  readonly trustHeaders?: boolean;
}

/**
 * The span that a request comes from, by its headers.
 *
 * @returns `undefined` if they do not tell, are not to be trusted, or a handler around this one has
 * continued that trace already.
 */
export function extractParent(
  request: { readonly headers: Carrier },
  options: ExtractionOptions,
): TraceContext | undefined {
  if (options.trustHeaders === false) return undefined;
  try {
    const context = (options.propagator ?? w3c).extract(request.headers);
    if (context === undefined) return undefined;
    const active = activeSpan();
    // Another active span may just be the one within which the server was started.
    const isContinued = active !== undefined &&
      (context.traceId === active.traceId || context.traceId === "");
    return isContinued ? undefined : context;
  } catch {
    // A foreign propagator may throw, and so may a request that is none.
    return undefined;
  }
}
