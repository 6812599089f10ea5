/**
 * go-trace's `tracer` package: events, spans, the collector that assembles them, and the view server
 * and client that pass completed spans on. Wire-compatible with the original; unlike it, everything is
 * bounded and every loss is counted.
 *
 * @module
 */
export { Collector, type CollectorOptions, type OnSpanComplete } from "./collector.ts";
export {
  decodeEvent,
  encodeEvent,
  type Event,
  EventType,
  eventTypeName,
  newSpanEndEvent,
  newSpanStartEvent,
} from "./event.ts";
export { Span, type SpanFields } from "./span.ts";
export { SpanKind, spanKindName } from "./span_kind.ts";
export { ViewClient } from "./view_client.ts";
export { ViewServer } from "./view_server.ts";
