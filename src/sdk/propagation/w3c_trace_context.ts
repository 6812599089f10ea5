import { type Carrier, getField, setField } from "./carrier.ts";
import { formatTraceState, parseTraceState } from "./trace_state.ts";
import type { Propagator } from "./propagator.ts";
import type { TraceContext } from "./trace_context.ts";
import { isSpanId, narrowTraceId, widenTraceId } from "./trace_id.ts";

/**
 * W3C Trace Context: `traceparent` (version, trace id, span id, flags) and `tracestate`. Reads later
 * versions by what they share with version 00, as the specification asks. A `tracestate` that is wrong is
 * left out; a `traceparent` that is wrong is no context.
 *
 * @example
 * ```ts
 * import { w3cTraceContext } from "./w3c_trace_context.ts";
 *
 * const headers = new Headers();
 * const context = { traceId: "4bf92f3577b34da6", spanId: "00f067aa0ba902b7", sampled: true };
 * w3cTraceContext.inject(context, headers);
 * const expected = "00-00000000000000004bf92f3577b34da6-00f067aa0ba902b7-01";
 * if (headers.get("traceparent") !== expected) throw new Error("changed");
 * ```
 */
export const w3cTraceContext: Propagator = {
  fields: ["traceparent", "tracestate"],

  inject(context: TraceContext, carrier: Carrier): void {
    const traceId = widenTraceId(context.traceId);
    if (traceId === undefined || !isSpanId(context.spanId)) return;
    // A caller that left it open goes to a program that records.
    const flags = context.sampled === false && !context.debug ? "00" : "01";
    setField(carrier, "traceparent", `00-${traceId}-${context.spanId}-${flags}`);
    const traceState = context.traceState && formatTraceState(context.traceState);
    if (traceState) setField(carrier, "tracestate", traceState);
  },

  extract(carrier: Carrier): TraceContext | undefined {
    const match = TRACEPARENT.exec(getField(carrier, "traceparent") ?? "");
    if (match === null) return undefined;
    const [, version, digits, spanId, flags, rest] = match;
    const traceId = narrowTraceId(digits);
    if (traceId === undefined || !isSpanId(spanId)) return undefined;
    if (version === "ff" || (version === "00" && rest !== "")) return undefined;
    const sampled = (parseInt(flags, 16) & SAMPLED) !== 0;
    const field = getField(carrier, "tracestate");
    const traceState = field === undefined ? undefined : parseTraceState(field);
    return traceState === undefined
      ? { traceId, spanId, sampled }
      : { traceId, spanId, sampled, traceState };
  },
};

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})((?:-.*)?)$/;
const SAMPLED = 1;
