/** The most bytes that the body of a frame may have: 16 MiB. */
export const MAX_SSF_BODY_BYTES: number = 16 * 1024 * 1024;

/** Bytes of a frame before its body: the version and the length. */
export const SSF_FRAME_HEADER_BYTES = 5;

/**
 * Puts a frame around a message, for streams: the version byte 0, the length as 32 bits with the
 * highest byte first, the message.
 *
 * @throws {RangeError} When the message has more than {@linkcode MAX_SSF_BODY_BYTES} bytes.
 */
export function encodeSsfFrame(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = body;
  if (length > MAX_SSF_BODY_BYTES) {
    throw new RangeError(
      `Cannot frame a message of ${length} bytes: at most ${MAX_SSF_BODY_BYTES} are allowed`,
    );
  }
  const frame = new Uint8Array(SSF_FRAME_HEADER_BYTES + length);
  new DataView(frame.buffer).setUint32(1, length);
  frame.set(body, SSF_FRAME_HEADER_BYTES);
  return frame;
}
