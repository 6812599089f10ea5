import { type Carrier, getField, setField } from "../sdk/propagation/carrier.ts";
import type { TraceContext } from "../sdk/propagation/trace_context.ts";
import { createVeneurPropagator, VENEUR_FORMATS } from "../sdk/propagation/veneur.ts";
import { decodeVeneurBinary, encodeVeneurBinary } from "../sdk/propagation/veneur_binary.ts";
import { callerName } from "./caller_name.ts";
import {
  ErrContractViolation,
  ErrSpanContextNotFound,
  ErrUnsupportedFormat,
  ErrUnsupportedSpanContext,
} from "./client_errors.ts";
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
  | {
    readonly status: "failed";
    readonly error: ErrUnsupportedSpanContext | ErrUnsupportedFormat | ErrContractViolation;
  };

/** A context that was read: the parent of spans to come. */
export interface ExtractedContext extends TraceContext {
  /** What veneur calls the parent's resource; "" where the format does not carry it. */
  readonly resource: string;
}

/** What a carrier held. */
export type ExtractResult =
  | { readonly status: "ok"; readonly context: ExtractedContext }
  | {
    readonly status: "failed";
    readonly error: ErrSpanContextNotFound | ErrUnsupportedFormat | ErrContractViolation;
  };

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
   * Starts a span, whose parent is the one that the options give and no other. A root span keeps the
   * name, too, which the original forgets.
   *
   * @param name What is done. @default the name of the calling function
   */
  startSpan(name = "", options: StartSpanOptions = {}): Span {
    const { parent, resource, tags, startTime } = options;
    const spanName = name || callerName(this.startSpan);
    const span = new Span({ name: spanName, parent, tags, start: startTime, resource: spanName });
    if (resource !== undefined) span.resource = resource;
    return span;
  }

  /**
   * Writes a context into a carrier.
   *
   * @param context A trace, a span, or what {@linkcode Tracer.extract} gave.
   * @returns `ErrUnsupportedSpanContext` for a context without ids of veneur's kind,
   * `ErrUnsupportedFormat` for another format, `ErrContractViolation` for a carrier that does not belong
   * to the format.
   */
  inject(
    context: Trace | TraceContext,
    format: ContextFormat,
    carrier: Carrier | BinaryCarrier,
  ): InjectResult {
    const plain = context instanceof Trace ? context.context() : context;
    const ids = plain === undefined || plain === null ? undefined : parseContextIds(plain);
    if (ids === undefined) return failed(new ErrUnsupportedSpanContext());
    const problem = problemOf(format, carrier);
    if (problem !== undefined) return failed(problem);
    const resource = context instanceof Trace ? context.resource : resourceOf(context);
    switch (format) {
      case "http_headers":
        HEADERS.inject(plain, carrier as Carrier);
        return OK;
      case "text_map":
        TEXT_MAP.inject(plain, carrier as Carrier);
        setField(carrier as Carrier, RESOURCE_KEY, resource);
        return OK;
      default:
        (carrier as BinaryCarrier).buffer = encodeVeneurBinary(plain, resource);
        return OK;
    }
  }

  /**
   * Reads a context from a carrier.
   *
   * @returns `ErrSpanContextNotFound` when the carrier holds none that can be read,
   * `ErrUnsupportedFormat` for another format, `ErrContractViolation` for a carrier that does not belong
   * to the format.
   */
  extract(format: ContextFormat, carrier: Carrier | BinaryCarrier): ExtractResult {
    const problem = problemOf(format, carrier);
    if (problem !== undefined) return failed(problem);
    switch (format) {
      case "http_headers":
      case "text_map": {
        const context = HEADERS.extract(carrier as Carrier);
        const resource = getField(carrier as Carrier, RESOURCE_KEY);
        return extracted(context, format === "text_map" ? resource : undefined);
      }
      default: {
        const context = decodeVeneurBinary((carrier as BinaryCarrier).buffer);
        return extracted(context, context?.resource);
      }
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
   * @param name What is done. @default the name of the calling function
   */
  extractRequestChild(
    resource: string,
    request: { readonly headers: Carrier },
    name = "",
  ):
    | { readonly status: "ok"; readonly span: Span }
    | Extract<ExtractResult, { readonly status: "failed" }> {
    const result = this.extract("http_headers", request?.headers);
    if (result.status === "failed") return result;
    const spanName = name || callerName(this.extractRequestChild);
    return { status: "ok", span: this.startSpan(spanName, { parent: result.context, resource }) };
  }
}

/** The tracer; there is no need for another one. */
export const globalTracer: Tracer = new Tracer();

/** The header formats that {@linkcode Tracer.extract} knows, in the order in which it looks for them. */
export const HEADER_FORMATS: typeof VENEUR_FORMATS = VENEUR_FORMATS;

const HEADERS = createVeneurPropagator("ot-tracer");
const TEXT_MAP = createVeneurPropagator("traceid");
const FORMATS: ReadonlySet<unknown> = new Set<ContextFormat>([
  "http_headers",
  "text_map",
  "binary",
]);
const OK = Object.freeze({ status: "ok" } as const);

function failed<Failure extends Error>(
  error: Failure,
): { readonly status: "failed"; readonly error: Failure } {
  return { status: "failed", error };
}

function extracted(context: TraceContext | undefined, resource = ""): ExtractResult {
  if (context === undefined || parseContextIds(context) === undefined) {
    return failed(new ErrSpanContextNotFound());
  }
  return { status: "ok", context: { ...context, resource } };
}

/** What is wrong about a format or its carrier: callers without types pass anything. */
function problemOf(
  format: unknown,
  carrier: unknown,
): ErrUnsupportedFormat | ErrContractViolation | undefined {
  if (!FORMATS.has(format)) return new ErrUnsupportedFormat(format);
  if (typeof carrier === "object" && carrier !== null) return undefined;
  return new ErrContractViolation(
    `the carrier of "${format}" is no object, but of type ${typeof carrier}`,
    carrier,
  );
}

function resourceOf(context: TraceContext): string {
  return (context as Partial<ExtractedContext>).resource ?? "";
}
