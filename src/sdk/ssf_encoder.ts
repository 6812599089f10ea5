import { MAX_DATAGRAM_BYTES } from "../runtime/open_datagram_socket.ts";
import type { EncodedMessage, MessageEncoder } from "../transport/message_encoder.ts";
import { encodeSsfSpan } from "../wire/ssf/encode_ssf_span.ts";
import { encodeSsfFrame, MAX_SSF_BODY_BYTES } from "../wire/ssf/ssf_frame.ts";
import type { RecordingSpan } from "./recording_span.ts";
import { toSsfSpan } from "./to_ssf_span.ts";

/**
 * Makes SSF messages of spans: a datagram each, or frames of a stream. Spans that are too long for one
 * are dropped as `too_long`, those that SSF cannot express as `unencodable`.
 */
export function createSsfEncoder(
  { service, isDatagram }: { service: string; isDatagram: boolean },
): MessageEncoder<RecordingSpan> {
  const maxBytes = isDatagram ? MAX_DATAGRAM_BYTES : MAX_SSF_BODY_BYTES;
  return {
    isJoinable: !isDatagram,
    encode(spans, onDropped): EncodedMessage[] {
      const messages: EncodedMessage[] = [];
      for (const span of spans) {
        const ssf = toSsfSpan(span, service);
        const body = ssf && encodeSsfSpan(ssf);
        if (body === undefined) onDropped("unencodable", 1);
        else if (body.length > maxBytes) onDropped("too_long", 1);
        else messages.push({ bytes: isDatagram ? body : encodeSsfFrame(body), count: 1 });
      }
      return messages;
    },
  };
}
