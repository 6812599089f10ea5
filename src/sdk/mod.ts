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
export { activeSpan, withSpan } from "./active_span.ts";
export type { Clock } from "./clock.ts";
export { tracer } from "./default_tracer.ts";
export { createTracer, Tracer, type TracerOptions } from "./tracer.ts";
export type {
  SpanAttributes,
  SpanAttributeValue,
  SpanContext,
  SpanOptions,
  TracerSpan,
} from "./tracer_span.ts";
