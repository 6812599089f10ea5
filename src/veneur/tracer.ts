import { type Carrier, getField, setField } from "../sdk/propagation/carrier.ts";
import type { TraceContext } from "../sdk/propagation/trace_context.ts";
import { createVeneurPropagator, VENEUR_FORMATS } from "../sdk/propagation/veneur.ts";
import { decodeVeneurBinary, encodeVeneurBinary } from "../sdk/propagation/veneur_binary.ts";
import { ErrContractViolation, ErrUnsupportedSpanContext } from "./client_errors.ts";
import { parseContextIds } from "./parent_context.ts";
import { Span, type StartSpanOptions } from "./span.ts";
import { RESOURCE_KEY, Trace } from "./trace.ts";

/** The formats of a context: veneur's header formats, its text map, and its binary one. */
export type ContextFormat = "http_headers" | "text_map" | "binary";

/** What a binary carrier is: gets, or holds, the bytes. */
export interface BinaryCarrier {
  buffer?: Uint8Array;
}

/** Whether a context was written. */
export type InjectResult =
  | { readonly status: "ok" }
  | { readonly status: "failed"; readonly error: ErrUnsupportedSpanContext | ErrContractViolation };

/** A context that was read: the parent of spans to come. */
export interface ExtractedContext extends TraceContext {
  /** What veneur calls the parent's resource; "" where the format does not carry it. */
  readonly resource: string;
}

/** What a carrier held. */
export type ExtractResult =
  | { readonly status: "ok"; readonly context: ExtractedContext }
  | { readonly status: "failed"; readonly error: ErrUnsupportedSpanContext | ErrContractViolation };

/**
 * veneur's `Tracer`: starts spans, and carries their context from program to program.
 *
 * | format         | carrier                                 | what is in it                                  |
 * | -------------- | --------------------------------------- | ---------------------------------------------- |
 * | `http_headers` | `Headers`, a `Map`, an object           | writes `ot-tracer-*`; reads all of {@linkcode HEADER_FORMATS} |
 * | `text_map`     | the same                                | `traceid`, `spanid`, `parentid` in decimal, `resource` |
 * | `binary`       | an object whose `buffer` are the bytes  | one SSF span with the ids, and the tag `resource` |
 *
 * @example
 * ```ts
 * import { globalTracer } from "./mod.ts";
 *
 * const span = globalTracer.startSpan("call");
 * const headers = new Headers();
 * globalTracer.injectHeader(span, headers);
 * const request = new Request("http://localhost/", { headers });
 * const result = globalTracer.extractRequestChild("shop", request, "serve");
 * if (result.status !== "ok" || result.span.parentId !== span.spanId) throw new Error("lost");
 * ```
 */
export class Tracer {
  /**
   * Starts a span, whose parent is the one that the options give and no other.
   *
   * @param name What is done.
   */
  startSpan(name: string, options: StartSpanOptions = {}): Span {
    const { parent, resource, tags, startTime } = options;
    const span = new Span({ name, parent, tags, start: startTime, resource: name });
    if (resource !== undefined) span.resource = resource;
    return span;
  }

  /**
   * Writes a context into a carrier.
   *
   * @param context A trace, a span, or what {@linkcode Tracer.extract} gave.
   * @returns `ErrUnsupportedSpanContext` for a context without ids of veneur's kind,
   * `ErrContractViolation` for a carrier that does not belong to the format.
   */
  inject(
    context: Trace | TraceContext,
    format: ContextFormat,
    carrier: Carrier | BinaryCarrier,
  ): InjectResult {
    const plain = context instanceof Trace ? context.context() : context;
    const ids = plain === undefined || plain === null ? undefined : parseContextIds(plain);
    if (ids === undefined) return failed(new ErrUnsupportedSpanContext());
    if (!isCarrier(carrier)) return failed(violation(format, carrier));
    const resource = context instanceof Trace ? context.resource : resourceOf(context);
    switch (format) {
      case "http_headers":
        HEADERS.inject(plain, carrier as Carrier);
        return OK;
      case "text_map":
        TEXT_MAP.inject(plain, carrier as Carrier);
        setField(carrier as Carrier, RESOURCE_KEY, resource);
        return OK;
      case "binary":
        (carrier as BinaryCarrier).buffer = encodeVeneurBinary(plain, resource);
        return OK;
      default:
        return failed(violation(format, carrier));
    }
  }

  /**
   * Reads a context from a carrier.
   *
   * @returns `ErrUnsupportedSpanContext` when the carrier holds none, `ErrContractViolation` when it does
   * not belong to the format.
   */
  extract(format: ContextFormat, carrier: Carrier | BinaryCarrier): ExtractResult {
    if (!isCarrier(carrier)) return failed(violation(format, carrier));
    switch (format) {
      case "http_headers":
      case "text_map": {
        const context = HEADERS.extract(carrier as Carrier);
        const resource = getField(carrier as Carrier, RESOURCE_KEY);
        return extracted(context, format === "text_map" ? resource : undefined);
      }
      case "binary": {
        const context = decodeVeneurBinary((carrier as BinaryCarrier).buffer);
        return extracted(context, context?.resource);
      }
      default:
        return failed(violation(format, carrier));
    }
  }

  /** Writes a trace into HTTP headers. */
  injectHeader(trace: Trace, headers: Carrier): InjectResult {
    return this.inject(trace, "http_headers", headers);
  }

  /** Writes a trace into the headers of a request. */
  injectRequest(trace: Trace, request: { readonly headers: Carrier }): InjectResult {
    return this.inject(trace, "http_headers", request?.headers);
  }

  /**
   * Starts a child of the span that a request comes from.
   *
   * @param resource What is worked on.
   * @param name What is done.
   */
  extractRequestChild(
    resource: string,
    request: { readonly headers: Carrier },
    name: string,
  ):
    | { readonly status: "ok"; readonly span: Span }
    | Extract<ExtractResult, { readonly status: "failed" }> {
    const result = this.extract("http_headers", request?.headers);
    if (result.status === "failed") return result;
    return { status: "ok", span: this.startSpan(name, { parent: result.context, resource }) };
  }
}

/** The tracer; there is no need for another one. */
export const globalTracer: Tracer = new Tracer();

/** The header formats that {@linkcode Tracer.extract} knows, in the order in which it looks for them. */
export const HEADER_FORMATS: typeof VENEUR_FORMATS = VENEUR_FORMATS;

const HEADERS = createVeneurPropagator("ot-tracer");
const TEXT_MAP = createVeneurPropagator("traceid");
const OK = Object.freeze({ status: "ok" } as const);

function failed<Failure extends Error>(
  error: Failure,
): { readonly status: "failed"; readonly error: Failure } {
  return { status: "failed", error };
}

function extracted(context: TraceContext | undefined, resource = ""): ExtractResult {
  if (context === undefined || parseContextIds(context) === undefined) {
    return failed(new ErrUnsupportedSpanContext());
  }
  return { status: "ok", context: { ...context, resource } };
}

function violation(format: unknown, carrier: unknown): ErrContractViolation {
  return new ErrContractViolation(
    `"${format}" is no format, or its carrier is no object: ${typeof carrier}`,
    carrier,
  );
}

/** Callers without types pass anything. */
function isCarrier(carrier: unknown): boolean {
  return typeof carrier === "object" && carrier !== null;
}

function resourceOf(context: TraceContext): string {
  return (context as Partial<ExtractedContext>).resource ?? "";
}
