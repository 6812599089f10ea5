import { activeSpan, withSpan } from "../active_span.ts";
import { tracer as defaultTracer } from "../default_tracer.ts";
import { RecordingSpan } from "../recording_span.ts";
import type { Tracer } from "../tracer.ts";
import type { TracerSpan } from "../tracer_span.ts";
import { activeManager } from "./active_manager.ts";
import {
  type Context,
  type OpenTelemetrySpan,
  type OpenTelemetrySpanOptions,
  SPAN_KEY,
  spanOf,
  SUPPRESS_KEY,
} from "./api.ts";
import { takeBaggage } from "./baggage_map.ts";
import { convertAttributes, convertKind, convertTime } from "./convert.ts";
import { toNativeSpan, toOpenTelemetrySpan } from "./native_span.ts";
import { PassiveSpan } from "./passive_span.ts";
import { INVALID_SPAN_CONTEXT, toSpanContext } from "./span_context.ts";

/** Options of {@linkcode OpenTelemetryTracerProvider}. */
export interface OpenTelemetryOptions {
  /** @default the tracer that the environment configures */
  readonly tracer?: Tracer;
}

/**
 * Gives out tracers for `@opentelemetry/api`, whose spans are spans of this SDK: every library that is
 * instrumented with OpenTelemetry reports to the collector.
 *
 * @example
 * ```ts
 * import { OpenTelemetryTracerProvider } from "./tracer_provider.ts";
 *
 * // import { trace } from "@opentelemetry/api";
 * // trace.setGlobalTracerProvider(new OpenTelemetryTracerProvider());
 * const tracer = new OpenTelemetryTracerProvider().getTracer("my-library", "1.0.0");
 * const sum = tracer.startActiveSpan("sum", (span) => {
 *   span.addEvent("adding");
 *   span.end();
 *   return 1 + 1;
 * });
 * if (sum !== 2) throw new Error("changed");
 * ```
 */
export class OpenTelemetryTracerProvider {
  readonly #tracer: Tracer;

  constructor(options: OpenTelemetryOptions = {}) {
    this.#tracer = options.tracer ?? defaultTracer;
  }

  /** A tracer for a library, whose name and version its spans carry. */
  getTracer(name: string, version?: string): OpenTelemetryTracer {
    return new OpenTelemetryTracer(this.#tracer, name, version);
  }

  /** Sends what waits. */
  async forceFlush(): Promise<void> {
    await this.#tracer.forceFlush();
  }

  /** Sends what waits and closes the tracer. */
  async shutdown(): Promise<void> {
    await this.#tracer.shutdown();
  }
}

/** Makes spans for one library. */
export class OpenTelemetryTracer {
  readonly #tracer: Tracer;
  readonly #scope: { readonly name: string; readonly version?: string };

  /** Use {@linkcode OpenTelemetryTracerProvider.getTracer}. */
  constructor(tracer: Tracer, name: string, version?: string) {
    this.#tracer = tracer;
    this.#scope = version === undefined ? { name } : { name, version };
  }

  /** Starts a span, which is not active. Its parent is the span of the context. */
  startSpan(
    name: string,
    options: OpenTelemetrySpanOptions = {},
    context?: Context,
  ): OpenTelemetrySpan {
    const within = context ?? activeManager().active();
    const kind = convertKind(options.kind);
    const parent = options.root ? undefined : parentOf(within, context === undefined) ??
      this.#tracer.launchParent(kind);
    if (!this.#tracer.isEnabled || within.getValue(SUPPRESS_KEY) === true) {
      return new PassiveSpan(parent === undefined ? INVALID_SPAN_CONTEXT : toSpanContext(parent));
    }
    const span = this.#tracer.startSpan(name, {
      kind,
      attributes: convertAttributes(options.attributes),
      parent,
      root: parent === undefined,
      startTimeUnixNano: convertTime(options.startTime),
    });
    if (span instanceof RecordingSpan) {
      span.getDetails().scope = this.#scope;
      const baggage = takeBaggage(within);
      if (baggage !== undefined) span.inherited = { ...span.inherited, baggage };
    }
    const bridge = toOpenTelemetrySpan(span);
    bridge.addLinks(options.links ?? []);
    return bridge;
  }

  /** Calls a function with a new span active in it. The function ends the span. */
  startActiveSpan<F extends (span: OpenTelemetrySpan) => unknown>(
    name: string,
    fn: F,
  ): ReturnType<F>;
  /** The same with options of the span. */
  startActiveSpan<F extends (span: OpenTelemetrySpan) => unknown>(
    name: string,
    options: OpenTelemetrySpanOptions,
    fn: F,
  ): ReturnType<F>;
  /** The same within a context. */
  startActiveSpan<F extends (span: OpenTelemetrySpan) => unknown>(
    name: string,
    options: OpenTelemetrySpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: OpenTelemetrySpan) => unknown>(
    name: string,
    ...rest: [F] | [OpenTelemetrySpanOptions, F] | [OpenTelemetrySpanOptions, Context, F]
  ): ReturnType<F> {
    const fn = rest.at(-1) as F;
    const options = rest.length > 1 ? rest[0] as OpenTelemetrySpanOptions : {};
    const context = rest.length > 2 ? rest[1] as Context : undefined;
    const span = this.startSpan(name, options, context);
    const manager = activeManager();
    const within = (context ?? manager.active()).setValue(SPAN_KEY, span);
    // A manager that is not of this SDK knows nothing of its active span.
    return withSpan(
      toNativeSpan(span),
      () => manager.with(within, () => fn(span) as ReturnType<F>),
    );
  }
}

/** @param isDefault Whether this is the active context, so that an active span of this SDK counts, too. */
function parentOf(context: Context, isDefault: boolean): TracerSpan | undefined {
  const span = spanOf(context);
  return (span && toNativeSpan(span)) ?? (isDefault ? activeSpan() : undefined);
}
