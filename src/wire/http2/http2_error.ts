/** The error codes of RFC 9113, section 7. */
export const HTTP2_ERROR = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  FLOW_CONTROL_ERROR: 0x3,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  ENHANCE_YOUR_CALM: 0xb,
} as const;

/** An error code that is used here. */
export type Http2ErrorCode = typeof HTTP2_ERROR[keyof typeof HTTP2_ERROR];

/** What one end of an HTTP/2 connection did wrong: it costs the connection, or one stream of it. */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  readonly code: Http2ErrorCode;
  /** The stream that it costs; `undefined` for the whole connection. */
  readonly streamId: number | undefined;

  constructor(code: Http2ErrorCode, message: string, streamId?: number) {
    super(message);
    this.code = code;
    this.streamId = streamId;
  }
}

/** What costs the connection because it has no place there. */
export function protocolError(message: string): Http2Error {
  return new Http2Error(HTTP2_ERROR.PROTOCOL_ERROR, message);
}

/** What costs the connection because of its length. */
export function sizeError(what: string): Http2Error {
  return new Http2Error(HTTP2_ERROR.FRAME_SIZE_ERROR, `${what} does not have the right length`);
}
