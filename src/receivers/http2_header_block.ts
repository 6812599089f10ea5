import { HTTP2_ERROR, Http2Error } from "../wire/http2/http2_error.ts";

/** A header block that comes in several frames. */
export class Http2HeaderBlock {
  readonly streamId: number;
  /** Whether the request has no body, or these are its trailers. */
  readonly isLast: boolean;
  readonly #maxBytes: number;
  #bytes: Uint8Array;
  #frameCount = 1;

  /** @param first The part in the HEADERS frame. */
  constructor(streamId: number, isLast: boolean, first: Uint8Array, maxBytes: number) {
    this.streamId = streamId;
    this.isLast = isLast;
    this.#maxBytes = maxBytes;
    this.#bytes = first.slice();
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Adds the part in a CONTINUATION frame.
   *
   * @throws {Http2Error} When there are too many, or too much in them.
   */
  append(part: Uint8Array): void {
    this.#frameCount++;
    if (this.#bytes.length + part.length > this.#maxBytes || this.#frameCount > MAX_FRAMES) {
      throw new Http2Error(
        HTTP2_ERROR.ENHANCE_YOUR_CALM,
        `A header block has more than ${this.#maxBytes} bytes or ${MAX_FRAMES} frames`,
      );
    }
    const longer = new Uint8Array(this.#bytes.length + part.length);
    longer.set(this.#bytes);
    longer.set(part, this.#bytes.length);
    this.#bytes = longer;
  }
}

const MAX_FRAMES = 64;
