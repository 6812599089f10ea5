import { tracer as defaultTracer } from "../default_tracer.ts";
import { RecordingSpan } from "../recording_span.ts";
import type { Tracer } from "../tracer.ts";
import type {
  Context,
  Link,
  OpenTelemetryAttributes,
  OpenTelemetrySpanContext,
  OpenTelemetryStatus,
} from "./api.ts";
import { BridgeSpan } from "./bridge_span.ts";
import { convertAttributes, convertKind, convertTime } from "./convert.ts";
import { fromSpanContext } from "./span_context.ts";
import type { OpenTelemetryOptions } from "./tracer_provider.ts";

/** A span of `@opentelemetry/sdk-trace-base`, as far as it is read here. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: number;
  readonly spanContext: () => OpenTelemetrySpanContext;
  readonly parentSpanContext?: OpenTelemetrySpanContext;
  /** In place of the parent's context in version 1 of the package. */
  readonly parentSpanId?: string;
  readonly startTime: [number, number];
  readonly endTime: [number, number];
  readonly status: OpenTelemetryStatus;
  readonly attributes: OpenTelemetryAttributes;
  readonly links: Link[];
  readonly events: {
    readonly name: string;
    readonly time: [number, number];
    readonly attributes?: OpenTelemetryAttributes;
  }[];
  readonly resource: { readonly attributes: { readonly [key: string]: unknown } };
  /** Called `instrumentationLibrary` in version 1 of the package. */
  readonly instrumentationScope?: { readonly name: string; readonly version?: string };
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
}

/**
 * Sends the spans of an existing `@opentelemetry/sdk-trace-base` setup to the collector, too, from their
 * start on. Ids stay OpenTelemetry's, except that a trace id with 16 zeros in front loses them. The name
 * of the service comes along as the attribute `service.name`.
 *
 * @example
 * ```ts
 * import { OpenTelemetrySpanProcessor } from "./span_processor.ts";
 *
 * // new BasicTracerProvider({ spanProcessors: [new OpenTelemetrySpanProcessor()] });
 * const processor = new OpenTelemetrySpanProcessor();
 * await processor.forceFlush();
 * ```
 */
export class OpenTelemetrySpanProcessor {
  readonly #tracer: Tracer;
  readonly #open = new WeakMap<object, BridgeSpan>();

  constructor(options: OpenTelemetryOptions = {}) {
    this.#tracer = options.tracer ?? defaultTracer;
  }

  /** Tells the collector that a span has started. */
  onStart(span: ReadableSpan, _parentContext?: Context): void {
    const context = fromSpanContext(span.spanContext());
    if (context === undefined) return;
    const parentId = span.parentSpanContext?.spanId ?? span.parentSpanId;
    const started = this.#tracer.startSpan(span.name, {
      context,
      kind: convertKind(span.kind),
      attributes: convertAttributes(span.attributes),
      ...(parentId ? { parent: { ...context, spanId: parentId } } : { root: true }),
      startTimeUnixNano: convertTime(span.startTime),
    });
    if (!(started instanceof RecordingSpan)) return;
    started.getDetails().scope = span.instrumentationScope;
    this.#open.set(span, new BridgeSpan(started));
  }

  /** Tells the collector what the span became. */
  onEnd(span: ReadableSpan): void {
    const bridge = this.#open.get(span);
    if (bridge === undefined) return;
    this.#open.delete(span);
    const service = span.resource?.attributes["service.name"];
    if (typeof service === "string" && !service.startsWith("unknown_service")) {
      bridge.setAttribute("service.name", service);
    }
    bridge.setAttributes(span.attributes).addLinks(span.links).setStatus(span.status);
    if (span.name !== bridge.span.name) bridge.updateName(span.name);
    for (const { name, attributes, time } of span.events) bridge.addEvent(name, attributes, time);
    const details = bridge.span.getDetails();
    details.droppedEventCount += span.droppedEventsCount ?? 0;
    details.droppedLinkCount += span.droppedLinksCount ?? 0;
    bridge.end(span.endTime);
  }

  /** Sends what waits. */
  async forceFlush(): Promise<void> {
    await this.#tracer.forceFlush();
  }

  /** Sends what waits. The tracer stays open for others that use it. */
  async shutdown(): Promise<void> {
    await this.#tracer.forceFlush();
  }
}
