import { FLAG, FRAME, type Frame } from "./frame.ts";
import { HTTP2_ERROR, Http2Error } from "./http2_error.ts";

/**
 * What a DATA or HEADERS frame brings, without padding and without the priority that nobody heeds any more. See
 * RFC 9113, sections 6.1 and 6.2.
 *
 * @throws {Http2Error} When it has less than it says.
 */
export function readFramePayload({ type, flags, payload }: Frame): Uint8Array {
  let from = 0;
  let end = payload.length;
  if ((flags & FLAG.PADDED) !== 0) {
    from = 1;
    if (end < 1) {
      throw new Http2Error(HTTP2_ERROR.FRAME_SIZE_ERROR, "A frame has no place for its padding");
    }
    end -= payload[0];
  }
  if (type === FRAME.HEADERS && (flags & FLAG.PRIORITY) !== 0) {
    from += PRIORITY_BYTES;
    if (payload.length < from) {
      throw new Http2Error(HTTP2_ERROR.FRAME_SIZE_ERROR, "HEADERS has no place for its priority");
    }
  }
  if (end < from) {
    throw new Http2Error(HTTP2_ERROR.PROTOCOL_ERROR, "A frame has more padding than bytes");
  }
  return payload.subarray(from, end);
}

const PRIORITY_BYTES = 5;
