import type { TraceContext } from "../propagation/trace_context.ts";
import { isSpanId, narrowTraceId, widenTraceId } from "../propagation/trace_id.ts";
import type { OpenTelemetrySpanContext } from "./api.ts";
import { TraceStateList } from "./trace_state_list.ts";

/** A span's identity as OpenTelemetry has it. Ids that it does not know are handed on as they are. */
export function toSpanContext(context: TraceContext, isRemote = false): OpenTelemetrySpanContext {
  return {
    traceId: widenTraceId(context.traceId) ?? context.traceId,
    spanId: context.spanId,
    traceFlags: context.sampled === false ? 0 : 1,
    ...(isRemote ? { isRemote } : {}),
    ...(context.traceState === undefined
      ? {}
      : { traceState: new TraceStateList(context.traceState) }),
  };
}

/** OpenTelemetry's identity as ours; `undefined` for one that is not valid. */
export function fromSpanContext(context: OpenTelemetrySpanContext): TraceContext | undefined {
  const traceId = narrowTraceId(context.traceId);
  if (traceId === undefined || !isSpanId(context.spanId)) return undefined;
  const traceState = context.traceState?.serialize() || undefined;
  return {
    traceId,
    spanId: context.spanId,
    sampled: (context.traceFlags & 1) !== 0,
    ...(traceState === undefined ? {} : { traceState }),
  };
}

/** What stands for no span at all. */
export const INVALID_SPAN_CONTEXT: OpenTelemetrySpanContext = Object.freeze({
  traceId: "0".repeat(32),
  spanId: "0".repeat(16),
  traceFlags: 0,
});
