/**
 * OpenTracing for `@trace/sdk`: what is instrumented with npm's `opentracing` reports to the collector.
 *
 * ```ts ignore
 * import * as opentracing from "opentracing";
 * import { createOpenTracingTracer } from "@trace/sdk/opentracing";
 *
 * opentracing.initGlobalTracer(createOpenTracingTracer(opentracing.Tracer));
 * ```
 *
 * Tags are attributes; the tag `span.kind` is the span's kind. In go-trace's protocol, logs and references
 * become attributes: `event.0.name`, `event.0.attrs.*`, `link.0.trace_id` and so on.
 *
 * @module
 */
export {
  type OpenTracingReference,
  OpenTracingSpanContext,
  type OpenTracingSpanContextLike,
  type OpenTracingSpanLike,
  type OpenTracingSpanOptions,
} from "./api.ts";
export { OpenTracingSpan } from "./open_tracing_span.ts";
export {
  createOpenTracingTracer,
  type OpenTracingOptions,
  OpenTracingTracer,
} from "./open_tracing_tracer.ts";
