import type { Frame } from "./frame.ts";
import { protocolError, sizeError } from "./http2_error.ts";

/**
 * Checks what a frame of its type has to be like.
 *
 * @param of Whether it has to be for a stream or for the connection.
 * @param length What its payload has to have, in bytes. @default any
 * @throws {Http2Error} When it is not: that costs the connection.
 */
export function checkFrame(frame: Frame, of: "stream" | "connection", length?: number): void {
  if ((frame.streamId === 0) !== (of === "connection")) {
    throw protocolError(`A frame of type ${frame.type} is not for stream ${frame.streamId}`);
  }
  if (length !== undefined && frame.payload.length !== length) {
    throw sizeError(`A frame of type ${frame.type}`);
  }
}
