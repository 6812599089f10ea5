/**
 * Joins the spans of several programs: reads and writes the headers that say which span a call comes
 * from, in the formats of W3C, B3, Jaeger and veneur. The wrappers of `@trace/sdk` for `fetch` and HTTP
 * handlers do so by themselves; this is for other formats and other carriers, such as messages.
 *
 * ```ts
 * import { w3c } from "./mod.ts";
 * import { tracer } from "../mod.ts";
 *
 * // The sender …
 * const message = { text: "hello", headers: {} };
 * tracer.trace("send", (span) => w3c.inject(span, message.headers));
 * // … and the receiver.
 * tracer.trace("receive", { parent: w3c.extract(message.headers) }, () => {});
 * ```
 *
 * @module
 */
export { b3Multi, b3Single } from "./b3.ts";
export type { Carrier } from "./carrier.ts";
export { composite } from "./composite.ts";
export { jaeger } from "./jaeger.ts";
export type { Propagator } from "./propagator.ts";
export type { Baggage, BaggageEntry, TraceContext } from "./trace_context.ts";
export { narrowTraceId, widenTraceId } from "./trace_id.ts";
export { createVeneurPropagator, veneur, VENEUR_FORMATS, type VeneurFormat } from "./veneur.ts";
export { decodeVeneurBinary, encodeVeneurBinary } from "./veneur_binary.ts";
export { w3c } from "./w3c.ts";
export { w3cBaggage } from "./w3c_baggage.ts";
export { w3cTraceContext } from "./w3c_trace_context.ts";
