import type { Span } from "../model/span.ts";
import { encodeText } from "../transport/encode_text.ts";
import type { MessageEncoder } from "../transport/message_encoder.ts";
import { createOtlpEncoder } from "../transport/otlp_encoder.ts";
import { openOtlpTransport, type OtlpTransportOptions } from "../transport/otlp_transport.ts";
import { SocketTransport } from "../transport/socket_transport.ts";
import { createSsfEncoder } from "../transport/ssf_encoder.ts";
import type { Target } from "../transport/target.ts";
import type { Transport } from "../transport/transport.ts";
import { gotraceEvents } from "../wire/gotrace/span_events.ts";
import { spanToSsfSpan } from "../wire/ssf/ssf_model.ts";

/** Receivers to which recorded spans can be sent. */
export type SpanTarget = Exclude<Target, { readonly protocol: "zipkin" }>;

/** Makes the transport to a receiver. Nothing is connected before the first message. */
export function openSpanTransport(
  target: SpanTarget,
  options: OtlpTransportOptions = {},
): Transport {
  return "address" in target
    ? new SocketTransport(target.address, { ...options, writeTimeoutMs: options.timeoutMs })
    : openOtlpTransport(target, options);
}

/**
 * Makes messages of recorded spans in the protocol of a receiver. Spans that SSF cannot express (without an
 * end, or with ids that are no numbers) are dropped as `unencodable`, those that no message holds as
 * `too_long`.
 */
export function createSpanEncoder(target: SpanTarget): MessageEncoder<Span> {
  switch (target.protocol) {
    case "gotrace":
      return encodeText(formatEvents);
    case "ssf":
      return createSsfEncoder(target.address.transport === "udp", spanToSsfSpan);
    default:
      return createOtlpEncoder(target.protocol === "otlp-json", (span: Span) => span);
  }
}

function formatEvents(span: Span): string {
  const { start, end = "" } = gotraceEvents(span, { dropped: {}, changed: {} });
  return start + end;
}
