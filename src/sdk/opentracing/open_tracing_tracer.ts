import { tracer as defaultTracer } from "../default_tracer.ts";
import type { Carrier } from "../propagation/carrier.ts";
import type { Propagator } from "../propagation/propagator.ts";
import type { TraceContext } from "../propagation/trace_context.ts";
import { decodeVeneurBinary, encodeVeneurBinary } from "../propagation/veneur_binary.ts";
import { w3c } from "../propagation/w3c.ts";
import { RecordingSpan } from "../recording_span.ts";
import type { Tracer } from "../tracer.ts";
import {
  FORMAT_BINARY,
  FORMAT_HTTP_HEADERS,
  FORMAT_TEXT_MAP,
  OpenTracingSpanContext,
  type OpenTracingSpanContextLike,
  type OpenTracingSpanLike,
  type OpenTracingSpanOptions,
  REFERENCE_CHILD_OF,
  traceContextOf,
} from "./api.ts";
import { convertTags, convertTime, kindOfTags } from "./convert.ts";
import { OpenTracingSpan } from "./open_tracing_span.ts";

/** Options of {@linkcode createOpenTracingTracer}. */
export interface OpenTracingOptions {
  /** @default the tracer that the environment configures */
  readonly tracer?: Tracer;
  /** The format of text maps and HTTP headers. @default `w3c` */
  readonly propagator?: Propagator;
}

/**
 * Makes a tracer for npm's `opentracing`, whose spans are spans of this SDK. A span without a reference is
 * a child of the active span, if there is one. Events carry what is logged; references beyond the parent
 * are links. Binary carriers have veneur's format.
 *
 * @param PackageTracer The package's class `Tracer`, of which the result is an instance.
 * @example
 * ```ts
 * import { createOpenTracingTracer } from "./open_tracing_tracer.ts";
 *
 * // import * as opentracing from "opentracing";
 * // opentracing.initGlobalTracer(createOpenTracingTracer(opentracing.Tracer));
 * class Tracer {}
 * if (!(createOpenTracingTracer(Tracer) instanceof Tracer)) throw new Error("changed");
 * ```
 */
export function createOpenTracingTracer<PackageTracer extends object>(
  PackageTracer: new () => PackageTracer,
  options: OpenTracingOptions = {},
): PackageTracer {
  const tracer = new PackageTracer();
  const bridge = new OpenTracingTracer(options, tracer);
  return Object.assign(tracer, {
    startSpan: bridge.startSpan.bind(bridge),
    inject: bridge.inject.bind(bridge),
    extract: bridge.extract.bind(bridge),
  });
}

/** The methods of OpenTracing's tracer, without its class. */
export class OpenTracingTracer {
  readonly #tracer: Tracer;
  readonly #propagator: Propagator;
  readonly #self: object;

  /** @param self What spans name as their tracer. @default this */
  constructor(options: OpenTracingOptions = {}, self?: object) {
    this.#tracer = options.tracer ?? defaultTracer;
    this.#propagator = options.propagator ?? w3c;
    this.#self = self ?? this;
  }

  /** Starts a span, which is not active. The caller finishes it. */
  startSpan(name: string, options: OpenTracingSpanOptions = {}): OpenTracingSpan {
    const { childOf, tags, startTime } = options ?? {};
    const references = this.#guard(() =>
      (options.references ?? []).map((reference) => ({
        type: reference.type(),
        context: traceContextOf(reference.referencedContext()),
      }))
    ) ?? [];
    const parent = traceContextOf(childOf) ??
      references.find(({ type, context }) => type === REFERENCE_CHILD_OF && context)?.context ??
      references.find(({ context }) => context)?.context;
    const span = this.#tracer.startSpan(name, {
      kind: kindOfTags(tags),
      attributes: convertTags(tags),
      parent,
      startTimeUnixNano: convertTime(startTime),
    });
    if (span instanceof RecordingSpan) {
      for (const { type, context } of references) {
        if (context === undefined || context === parent) continue;
        span.addLink(context, { "opentracing.ref_type": type });
      }
    }
    return new OpenTracingSpan(span, this.#self, parent);
  }

  /**
   * Writes a span's context into a carrier; does nothing for a format that it does not know.
   *
   * @param format `text_map` or `http_headers`, whose carrier is an object of names and values, or
   * `binary`, whose carrier gets the bytes as its `buffer`.
   */
  inject(
    spanContext: OpenTracingSpanContextLike | OpenTracingSpanLike,
    format: string,
    carrier: unknown,
  ): void {
    const context = traceContextOf(spanContext);
    if (context === undefined || typeof carrier !== "object" || carrier === null) return;
    if (format === FORMAT_TEXT_MAP || format === FORMAT_HTTP_HEADERS) {
      this.#guard(() => this.#propagator.inject(context, carrier as Carrier));
    } else if (format === FORMAT_BINARY) {
      const bytes = encodeVeneurBinary(context, resourceOf(context));
      if (bytes !== undefined) Reflect.set(carrier, "buffer", bytes);
    }
  }

  /**
   * Reads a context from a carrier.
   *
   * @returns Null, as OpenTracing has it, when there is none.
   */
  extract(format: string, carrier: unknown): OpenTracingSpanContext | null {
    if (typeof carrier !== "object" || carrier === null) return null;
    let context: TraceContext | undefined;
    if (format === FORMAT_TEXT_MAP || format === FORMAT_HTTP_HEADERS) {
      context = this.#guard(() => this.#propagator.extract(carrier as Carrier));
    } else if (format === FORMAT_BINARY) {
      context = decodeVeneurBinary(Reflect.get(carrier, "buffer"));
    }
    return context === undefined ? null : new OpenTracingSpanContext(context);
  }

  /** A foreign propagator or reference may throw; the program that is traced is not to notice. */
  #guard<Result>(fn: () => Result): Result | undefined {
    try {
      return fn();
    } catch {
      return undefined;
    }
  }
}

/** Veneur's name for what a span does. */
function resourceOf(context: TraceContext): string {
  return context instanceof RecordingSpan ? context.name : "";
}
