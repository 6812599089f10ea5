import type { Span } from "../model/span.ts";
import { encodeZipkinJson } from "../wire/zipkin/encode_zipkin.ts";
import type { EncodedMessage, MessageEncoder } from "./message_encoder.ts";

/** Makes messages for Zipkin's `/api/v2/spans`. */
export function createZipkinEncoder(): MessageEncoder<Span> {
  return {
    isJoinable: false,
    encode(spans): EncodedMessage[] {
      return [{ bytes: UTF8.encode(encodeZipkinJson(spans)), count: spans.length }];
    },
  };
}

const UTF8 = new TextEncoder();
