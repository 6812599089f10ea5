import { DEFAULT_MAX_FRAME_BYTES, type Frame, FRAME_HEAD_BYTES } from "./frame.ts";
import { HTTP2_ERROR, Http2Error } from "./http2_error.ts";

/**
 * Cuts the bytes of one direction of an HTTP/2 connection into frames, in one buffer. See RFC 9113, section 4.1.
 *
 * @example
 * ```ts
 * import { FrameReader } from "./frame_reader.ts";
 *
 * const reader = new FrameReader();
 * reader.push(new Uint8Array([0, 0, 1, 0, 1, 0, 0, 0, 3, 42]));
 * const frame = reader.next();
 * if (frame?.streamId !== 3 || frame.payload[0] !== 42) throw new Error("wrong");
 * ```
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  /** What has been read and not been taken: `#bytes[#from, #to)`. */
  #bytes: Uint8Array;
  #from = 0;
  #to = 0;

  /** @param maxFrameBytes What the payload of a frame may have. @default 16,384 */
  constructor(maxFrameBytes: number = DEFAULT_MAX_FRAME_BYTES) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#bytes = new Uint8Array(FRAME_HEAD_BYTES + maxFrameBytes);
  }

  /** Where the next bytes belong; frames that were returned before are not valid any more. */
  room(): Uint8Array {
    if (this.#from === this.#to) this.#from = this.#to = 0;
    if (this.#from > 0) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    return this.#bytes.subarray(this.#to);
  }

  /**
   * Counts bytes that were written to the room. A sender that fills it gets more: fewer reads, and fewer
   * frames that are moved.
   */
  fill(count: number): void {
    this.#to += count;
    if (
      this.#to < this.#bytes.length || this.#bytes.length >= LARGEST_FACTOR * this.#maxFrameBytes
    ) {
      return;
    }
    const larger = new Uint8Array(LARGEST_FACTOR * this.#maxFrameBytes);
    larger.set(this.#bytes.subarray(0, this.#to));
    this.#bytes = larger;
  }

  /**
   * Adds bytes; at most as many as there is room for.
   *
   * @returns How many were added.
   */
  push(bytes: Uint8Array): number {
    const room = this.room();
    const part = bytes.subarray(0, room.length);
    room.set(part);
    this.fill(part.length);
    return part.length;
  }

  /**
   * Takes bytes that have to come next.
   *
   * @returns Whether they did; `undefined` while that cannot be said.
   */
  skip(expected: Uint8Array): boolean | undefined {
    const count = Math.min(expected.length, this.#to - this.#from);
    for (let index = 0; index < count; index++) {
      if (this.#bytes[this.#from + index] !== expected[index]) return false;
    }
    if (count < expected.length) return undefined;
    this.#from += count;
    return true;
  }

  /**
   * The next frame; `undefined` until more bytes have come.
   *
   * @throws {Http2Error} When it is too long.
   */
  next(): Frame | undefined {
    const bytes = this.#bytes;
    const at = this.#from;
    if (this.#to - at < FRAME_HEAD_BYTES) return undefined;
    const length = bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2];
    if (length > this.#maxFrameBytes) {
      throw new Http2Error(
        HTTP2_ERROR.FRAME_SIZE_ERROR,
        `A frame has ${length} bytes, and ${this.#maxFrameBytes} are allowed`,
      );
    }
    const end = at + FRAME_HEAD_BYTES + length;
    if (end > this.#to) return undefined;
    this.#from = end;
    return {
      type: bytes[at + 3],
      flags: bytes[at + 4],
      streamId: (bytes[at + 5] & 0x7f) << 24 | bytes[at + 6] << 16 | bytes[at + 7] << 8 |
        bytes[at + 8],
      payload: bytes.subarray(at + FRAME_HEAD_BYTES, end),
    };
  }
}

/** How much longer than a frame the buffer of a busy connection is. */
const LARGEST_FACTOR = 4;
