import type { Span } from "../model/span.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../wire/otlp/encode_otlp.ts";
import type { EncodedMessage, MessageEncoder } from "./message_encoder.ts";

/**
 * Makes requests of OTLP's trace service.
 *
 * @param toSpan Makes a span of the model of what was recorded.
 */
export function createOtlpEncoder<Recorded>(
  isJson: boolean,
  toSpan: (recorded: Recorded) => Span,
): MessageEncoder<Recorded> {
  return {
    // Protobuf messages one after the other are their union.
    isJoinable: !isJson,
    encode(recorded): EncodedMessage[] {
      const spans = recorded.map(toSpan);
      const bytes = isJson ? UTF8.encode(encodeOtlpJson(spans)) : encodeOtlpProtobuf(spans);
      return [{ bytes, count: spans.length }];
    },
  };
}

const UTF8 = new TextEncoder();
