import { MAX_DATAGRAM_BYTES } from "../runtime/open_datagram_socket.ts";
import { encodeSsfSpan } from "../wire/ssf/encode_ssf_span.ts";
import { encodeSsfFrame, MAX_SSF_BODY_BYTES } from "../wire/ssf/ssf_frame.ts";
import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { EncodedMessage, MessageEncoder } from "./message_encoder.ts";

/**
 * Makes SSF messages: a datagram for each span, or frames of a stream. Spans that SSF cannot express are
 * dropped as `unencodable`, those that are too long for a message as `too_long`.
 *
 * @param toSsfSpan Answers `undefined` for a span that SSF cannot express.
 */
export function createSsfEncoder<Span>(
  isDatagram: boolean,
  toSsfSpan: (span: Span) => SsfSpan | undefined,
): MessageEncoder<Span> {
  const maxBytes = isDatagram ? MAX_DATAGRAM_BYTES : MAX_SSF_BODY_BYTES;
  return {
    isJoinable: !isDatagram,
    encode(spans, onDropped): EncodedMessage[] {
      const messages: EncodedMessage[] = [];
      for (const span of spans) {
        const ssf = toSsfSpan(span);
        const body = ssf && encodeSsfSpan(ssf);
        if (body === undefined) onDropped("unencodable", 1);
        else if (body.length > maxBytes) onDropped("too_long", 1);
        else messages.push({ bytes: isDatagram ? body : encodeSsfFrame(body), count: 1 });
      }
      return messages;
    },
  };
}
