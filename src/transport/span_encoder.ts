import type { Span } from "../model/span.ts";
import { gotraceEvents } from "../wire/gotrace/span_events.ts";
import type { Losses } from "../wire/losses.ts";
import { spanToSsfSpan } from "../wire/ssf/ssf_model.ts";
import { encodeText } from "./encode_text.ts";
import { HttpTransport } from "./http_transport.ts";
import type { MessageEncoder } from "./message_encoder.ts";
import { createOtlpEncoder } from "./otlp_encoder.ts";
import { openOtlpTransport, type OtlpTransportOptions } from "./otlp_transport.ts";
import { SocketTransport } from "./socket_transport.ts";
import { createSsfEncoder } from "./ssf_encoder.ts";
import type { Target } from "./target.ts";
import type { Transport } from "./transport.ts";
import { createZipkinEncoder } from "./zipkin_encoder.ts";

/** Makes the transport to a receiver of spans. Nothing is connected before the first message. */
export function openSpanTransport(target: Target, options: OtlpTransportOptions = {}): Transport {
  if ("address" in target) {
    return new SocketTransport(target.address, { ...options, writeTimeoutMs: options.timeoutMs });
  }
  if (target.protocol !== "zipkin") return openOtlpTransport(target, options);
  return new HttpTransport(target.url, {
    ...options,
    contentType: "application/json",
    readMessage: ({ body }) => new TextDecoder().decode(body),
  });
}

/**
 * Makes messages of recorded spans in the protocol of a receiver. Spans that SSF cannot express (without an
 * end, or with ids that are no numbers) are dropped as `unencodable`, those that no message holds as
 * `too_long`.
 *
 * @param losses Counts what the protocol cannot hold of the others.
 */
export function createSpanEncoder(
  target: Target,
  losses: Losses = { dropped: {}, changed: {} },
): MessageEncoder<Span> {
  switch (target.protocol) {
    case "gotrace":
      return encodeText((span) => {
        const { start, end = "" } = gotraceEvents(span, losses);
        return start + end;
      });
    case "ssf": {
      const isDatagram = target.address.transport === "udp";
      return createSsfEncoder(isDatagram, (span) => spanToSsfSpan(span, losses));
    }
    case "zipkin":
      return createZipkinEncoder(losses);
    default:
      return createOtlpEncoder(target.protocol === "otlp-json", (span) => span, losses);
  }
}
