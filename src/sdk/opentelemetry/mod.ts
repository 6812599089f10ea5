/**
 * OpenTelemetry for `@trace/sdk`: what is instrumented with `@opentelemetry/api` reports to the collector.
 *
 * ```ts ignore
 * import { context, propagation, trace } from "@opentelemetry/api";
 * import {
 *   OpenTelemetryContextManager,
 *   OpenTelemetryPropagator,
 *   OpenTelemetryTracerProvider,
 * } from "@trace/sdk/opentelemetry";
 *
 * context.setGlobalContextManager(new OpenTelemetryContextManager());
 * propagation.setGlobalPropagator(new OpenTelemetryPropagator());
 * trace.setGlobalTracerProvider(new OpenTelemetryTracerProvider());
 * ```
 *
 * A program that has OpenTelemetry's own SDK set up adds {@linkcode OpenTelemetrySpanProcessor} instead.
 *
 * Where a collector is told of spans in go-trace's protocol, which has no place for them, kinds, events,
 * links, status and scope become attributes: `otel.kind`, `event.0.name`, `event.0.time`,
 * `event.0.attrs.*`, `link.0.trace_id`, `link.0.span_id`, `link.0.attrs.*`, `otel.status_code`,
 * `otel.status_description`, `error`, `otel.scope.name`, `otel.scope.version`, and `otel.name` for a name
 * given later; at most 128, and `otel.dropped_events_count` and the like say what was too much. Lists
 * become JSON.
 *
 * @module
 */
export type {
  Context,
  ContextManager,
  Exception,
  Link,
  OpenTelemetryAttributes,
  OpenTelemetryAttributeValue,
  OpenTelemetrySpan,
  OpenTelemetrySpanContext,
  OpenTelemetrySpanOptions,
  OpenTelemetryStatus,
  TimeInput,
  TraceState,
} from "./api.ts";
export { OpenTelemetryContextManager } from "./context_manager.ts";
export { OpenTelemetryPropagator, type TextMapGetter, type TextMapSetter } from "./propagator.ts";
export { OpenTelemetrySpanProcessor, type ReadableSpan } from "./span_processor.ts";
export {
  type OpenTelemetryOptions,
  OpenTelemetryTracer,
  OpenTelemetryTracerProvider,
} from "./tracer_provider.ts";
