import type { Span } from "../model/span.ts";
import type { Losses } from "../wire/losses.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../wire/otlp/encode_otlp.ts";
import type { EncodedMessage, MessageEncoder } from "./message_encoder.ts";

/**
 * Makes requests of OTLP's trace service.
 *
 * @param toSpan Makes a span of the model of what was recorded.
 * @param losses Counts what OTLP cannot hold.
 */
export function createOtlpEncoder<Recorded>(
  isJson: boolean,
  toSpan: (recorded: Recorded) => Span,
  losses?: Losses,
): MessageEncoder<Recorded> {
  return {
    // Protobuf messages one after the other are their union.
    isJoinable: !isJson,
    encode(recorded): EncodedMessage[] {
      const spans = recorded.map(toSpan);
      const bytes = isJson
        ? UTF8.encode(encodeOtlpJson(spans, losses))
        : encodeOtlpProtobuf(spans, losses);
      return [{ bytes, count: spans.length }];
    },
  };
}

const UTF8 = new TextEncoder();
