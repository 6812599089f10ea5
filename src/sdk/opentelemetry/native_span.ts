import { NOOP_SPAN } from "../noop_span.ts";
import { RecordingSpan } from "../recording_span.ts";
import type { TracerSpan } from "../tracer_span.ts";
import type { OpenTelemetrySpan } from "./api.ts";
import { BridgeSpan } from "./bridge_span.ts";
import { PassiveSpan } from "./passive_span.ts";
import { fromSpanContext, toSpanContext } from "./span_context.ts";

/** The span of this SDK that stands for one of OpenTelemetry's; `undefined` for one without ids. */
export function toNativeSpan(span: OpenTelemetrySpan): TracerSpan | undefined {
  if (span instanceof BridgeSpan) return span.span;
  let native = nativeOf.get(span);
  if (native === undefined) {
    const context = fromSpanContext(span.spanContext());
    if (context === undefined) return undefined;
    native = Object.freeze({ ...NOOP_SPAN, ...context, parentId: undefined });
    nativeOf.set(span, native);
    bridgeOf.set(native, span);
  }
  return native;
}

/** The span of OpenTelemetry that stands for one of this SDK's: the same one each time. */
export function toOpenTelemetrySpan(span: TracerSpan): OpenTelemetrySpan {
  let bridge = bridgeOf.get(span);
  if (bridge === undefined) {
    bridge = span instanceof RecordingSpan
      ? new BridgeSpan(span)
      : new PassiveSpan(toSpanContext(span));
    bridgeOf.set(span, bridge);
  }
  return bridge;
}

const nativeOf = new WeakMap<OpenTelemetrySpan, TracerSpan>();
const bridgeOf = new WeakMap<TracerSpan, OpenTelemetrySpan>();
