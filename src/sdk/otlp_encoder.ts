import type { Attributes } from "../model/attributes.ts";
import type { EncodedMessage, MessageEncoder } from "../transport/message_encoder.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../wire/otlp/encode_otlp.ts";
import type { RecordingSpan } from "./recording_span.ts";
import { toSpan } from "./to_span.ts";

/** Makes requests of OTLP's trace service of spans. */
export function createOtlpEncoder(
  { resource, isJson }: { resource: Attributes; isJson: boolean },
): MessageEncoder<RecordingSpan> {
  return {
    // Protobuf messages one after the other are their union.
    isJoinable: !isJson,
    encode(spans): EncodedMessage[] {
      const converted = spans.map((span) => toSpan(span, resource));
      const bytes = isJson
        ? new TextEncoder().encode(encodeOtlpJson(converted))
        : encodeOtlpProtobuf(converted);
      return [{ bytes, count: spans.length }];
    },
  };
}
