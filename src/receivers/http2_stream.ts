import type { FrameWriter } from "../wire/http2/frame_writer.ts";
import type { Http2Answer, Http2RequestHandler } from "./http2_request.ts";

/** One request of an HTTP/2 connection, and its answer. */
export class Http2Stream {
  readonly id: number;
  /** What the peer has sent since it was last told that there is room for more. */
  uncreditedBytes = 0;
  /** What may still be sent to the peer; below 0 after it has made its windows smaller. */
  sendWindow: number;
  /** Whether the request is whole. */
  isEnded = false;
  /** When the stream is given up: its answer cannot be sent, or its request does not end. */
  deadline = Infinity;
  /** `undefined` while it is being made. */
  handler: Http2RequestHandler | undefined;
  readonly #bodyLength: number | undefined;
  #receivedBytes = 0;
  #answer: Http2Answer | undefined;
  #sentBytes = 0;

  /**
   * @param bodyLength As the request says it.
   * @param sendWindow What may be sent to the peer.
   */
  constructor(id: number, bodyLength: string | undefined, sendWindow: number) {
    this.id = id;
    this.sendWindow = sendWindow;
    this.#bodyLength = bodyLength === undefined ? undefined : Number(bodyLength);
  }

  /** Whether there is an answer, sent or not. */
  get isAnswered(): boolean {
    return this.#answer !== undefined;
  }

  /** Whether there is an answer that waits for room in the peer's windows. */
  get isWaiting(): boolean {
    return this.#sentBytes < (this.#answer?.body?.length ?? 0);
  }

  /** Whether the body has the length that was said, as far as that can be known. */
  get isBodyLengthRight(): boolean {
    if (this.#bodyLength === undefined) return true;
    return this.isEnded
      ? this.#receivedBytes === this.#bodyLength
      : this.#receivedBytes <= this.#bodyLength;
  }

  /** Hands a part of the body on, if anybody still wants it. */
  receive(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length;
    if (bytes.length > 0 && !this.isAnswered) this.handler?.data(bytes);
  }

  /** Writes the head of the answer, and all of it if it is no more than that. */
  begin(frames: FrameWriter, answer: Http2Answer): void {
    this.#answer = answer;
    frames.headers(this.id, answer.head, answer.trailers === undefined);
  }

  /**
   * Writes as much of the answer's body as it may, and the trailers behind all of it.
   *
   * @param window What may be sent over the connection.
   * @returns How much of that was used.
   */
  send(frames: FrameWriter, window: number, maxFrameBytes: number): number {
    const { body = EMPTY, trailers } = this.#answer ?? {};
    let used = 0;
    while (this.#sentBytes < body.length) {
      const count = Math.min(
        body.length - this.#sentBytes,
        maxFrameBytes,
        this.sendWindow,
        window - used,
      );
      if (count <= 0) return used;
      frames.data(this.id, body.subarray(this.#sentBytes, this.#sentBytes + count));
      this.#sentBytes += count;
      this.sendWindow -= count;
      used += count;
    }
    if (trailers !== undefined) frames.headers(this.id, trailers, true);
    return used;
  }
}

const EMPTY = new Uint8Array();
