import type { Span } from "../model/span.ts";
import type { Losses } from "../wire/losses.ts";
import { encodeZipkinJson } from "../wire/zipkin/encode_zipkin.ts";
import type { EncodedMessage, MessageEncoder } from "./message_encoder.ts";

/**
 * Makes messages for Zipkin's `/api/v2/spans`.
 *
 * @param losses Counts what Zipkin cannot hold.
 */
export function createZipkinEncoder(losses?: Losses): MessageEncoder<Span> {
  return {
    isJoinable: false,
    encode(spans): EncodedMessage[] {
      return [{ bytes: UTF8.encode(encodeZipkinJson(spans, losses)), count: spans.length }];
    },
  };
}

const UTF8 = new TextEncoder();
