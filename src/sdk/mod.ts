/**
 * Records what a TypeScript or JavaScript program does, on Deno, Node and Bun.
 *
 * ```ts
 * import { tracer } from "./mod.ts";
 *
 * await tracer.trace("handle order", async (span) => {
 *   span.setAttribute("order", 42);
 *   await tracer.trace("charge card", async () => {});
 * });
 * ```
 *
 * Run it with `trace run -- COMMAND` to see its spans; without a collector, nothing is recorded.
 *
 * @module
 */
export type { SpanKind } from "../model/span_kind.ts";
export type { EventSenderCounters, EventSenderOptions } from "../transport/event_sender.ts";
export { activeSpan, withSpan } from "./active_span.ts";
export type { Carrier } from "./propagation/carrier.ts";
export type { Propagator } from "./propagation/propagator.ts";
export type { Baggage, BaggageEntry, TraceContext } from "./propagation/trace_context.ts";
export type { Clock } from "./clock.ts";
export { tracer } from "./default_tracer.ts";
export { traceDatabase, type TraceDatabaseOptions } from "./trace_database.ts";
export { traceFetch, type TraceFetchOptions } from "./trace_fetch.ts";
export { traceFunction, type TraceFunctionOptions } from "./trace_function.ts";
export { traceHandler, type TraceHandlerOptions } from "./trace_handler.ts";
export { traceNodeHandler } from "./trace_node_handler.ts";
export { createTracer, Tracer, type TracerOptions } from "./tracer.ts";
export type {
  SpanAttributes,
  SpanAttributeValue,
  SpanContext,
  SpanOptions,
  TracerSpan,
} from "./tracer_span.ts";
