import { FLAG, FRAME, FRAME_HEAD_BYTES } from "./frame.ts";
import type { Http2ErrorCode } from "./http2_error.ts";

/** Collects frames, to be sent together. See RFC 9113, section 6. */
export class FrameWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /** Takes what has been written. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > LARGEST_KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
    return bytes;
  }

  /** @param settings Pairs of an identifier and a value. */
  settings(settings: readonly (readonly [number, number])[]): void {
    let at = this.#begin(FRAME.SETTINGS, 0, 0, settings.length * 6);
    for (const [id, value] of settings) {
      this.#bytes[at] = id >>> 8;
      this.#bytes[at + 1] = id;
      this.#setUint32(at + 2, value);
      at += 6;
    }
  }

  /** Says that the other side's settings are followed. */
  settingsAck(): void {
    this.#begin(FRAME.SETTINGS, FLAG.ACK, 0, 0);
  }

  /** @param payload The eight bytes of the PING that is answered. */
  pingAck(payload: Uint8Array): void {
    this.#write(FRAME.PING, FLAG.ACK, 0, payload);
  }

  windowUpdate(streamId: number, bytes: number): void {
    const at = this.#begin(FRAME.WINDOW_UPDATE, 0, streamId, 4);
    this.#setUint32(at, bytes);
  }

  rstStream(streamId: number, code: Http2ErrorCode): void {
    const at = this.#begin(FRAME.RST_STREAM, 0, streamId, 4);
    this.#setUint32(at, code);
  }

  /**
   * @param lastStreamId The last stream that may have been taken.
   * @param reason Words for whoever looks for the mistake.
   */
  goAway(lastStreamId: number, code: Http2ErrorCode, reason = ""): void {
    const words = new TextEncoder().encode(reason);
    const at = this.#begin(FRAME.GOAWAY, 0, 0, 8 + words.length);
    this.#setUint32(at, lastStreamId);
    this.#setUint32(at + 4, code);
    this.#bytes.set(words, at + 8);
  }

  /** @param block Encoded header fields, all of them in this frame. */
  headers(streamId: number, block: Uint8Array, isLast: boolean): void {
    const flags = FLAG.END_HEADERS | (isLast ? FLAG.END_STREAM : 0);
    this.#write(FRAME.HEADERS, flags, streamId, block);
  }

  data(streamId: number, bytes: Uint8Array): void {
    this.#write(FRAME.DATA, 0, streamId, bytes);
  }

  #write(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    const at = this.#begin(type, flags, streamId, payload.length);
    this.#bytes.set(payload, at);
  }

  /** Writes the head of a frame, and returns where its payload begins. */
  #begin(type: number, flags: number, streamId: number, length: number): number {
    const at = this.#length;
    this.#reserve(FRAME_HEAD_BYTES + length);
    this.#length = at + FRAME_HEAD_BYTES + length;
    const bytes = this.#bytes;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    this.#setUint32(at + 5, streamId);
    return at + FRAME_HEAD_BYTES;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #setUint32(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }
}

const FIRST_BYTES = 512;
const LARGEST_KEPT_BYTES = 16 * 1024;
