import { DecodeError } from "../decode_error.ts";
import { MAX_SSF_BODY_BYTES, SSF_FRAME_HEADER_BYTES } from "./ssf_frame.ts";

/** Why a stream cannot be taken apart any further; the offset is the one in the stream. */
export class SsfFrameError extends DecodeError {
  /** `bad_frame`: another version byte; `too_long`: a length over the limit. */
  readonly reason: "bad_frame" | "too_long";

  constructor(message: string, offset: number, reason: "bad_frame" | "too_long") {
    super(message, offset);
    this.reason = reason;
  }
}

/** Options of {@linkcode SsfFrameReader}. */
export interface SsfFrameReaderOptions {
  /** The longest body that is taken, in bytes; a longer one breaks the framing. @default 16 MiB */
  maxBodyBytes?: number;
}

/**
 * Takes the frames of a stream apart, however the stream is cut into pieces. It holds no more than
 * one body, and of that only what has arrived.
 *
 * @example
 * ```ts
 * import { encodeSsfFrame } from "./ssf_frame.ts";
 * import { SsfFrameReader } from "./ssf_frame_reader.ts";
 *
 * const reader = new SsfFrameReader();
 * const bodies: string[] = [];
 * for (const byte of encodeSsfFrame(Uint8Array.of(1, 2, 3))) {
 *   reader.push(Uint8Array.of(byte), (body) => bodies.push(body.join()));
 * }
 * if (bodies.join(";") !== "1,2,3" || reader.isInsideFrame) throw new Error("wrong");
 * ```
 */
export class SsfFrameReader {
  readonly #maxBodyBytes: number;
  /** The beginning of a frame whose rest has not arrived. */
  #held = new Uint8Array(INITIAL_BYTES);
  #heldLength = 0;
  /** Offset in the stream of the first byte that is held, or the next to come. */
  #offset = 0;
  #failure: SsfFrameError | undefined;

  constructor(options: SsfFrameReaderOptions = {}) {
    this.#maxBodyBytes = options.maxBodyBytes ?? MAX_SSF_BODY_BYTES;
  }

  /** Why the framing is broken; `undefined` as long as it is not. */
  get failure(): SsfFrameError | undefined {
    return this.#failure;
  }

  /** Whether a frame has begun and not ended: if the stream ends now, it was cut off. */
  get isInsideFrame(): boolean {
    return this.#heldLength > 0;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param bytes Any number of them; not kept.
   * @param onBody Gets each body that is complete, in order; it is valid during the call only.
   * @returns `false` when the framing is broken, now or before: nothing that follows has a meaning.
   */
  push(bytes: Uint8Array, onBody: (body: Uint8Array) => void): boolean {
    let at = 0;
    if (this.#heldLength > 0) {
      at = this.#fillHeld(bytes);
      const frameLength = this.#frameLength(this.#held, 0, this.#heldLength);
      if (frameLength === undefined || this.#heldLength < frameLength) {
        return this.#failure === undefined;
      }
      this.#offset += frameLength;
      this.#heldLength = 0;
      const held = this.#held;
      // One huge body does not stay allocated for as long as the connection lives.
      if (held.length > MAX_KEPT_BYTES) this.#held = new Uint8Array(INITIAL_BYTES);
      onBody(held.subarray(SSF_FRAME_HEADER_BYTES, frameLength));
    }
    while (this.#failure === undefined) {
      const frameLength = this.#frameLength(bytes, at, bytes.length);
      if (frameLength === undefined || bytes.length - at < frameLength) break;
      this.#offset += frameLength;
      at += frameLength;
      onBody(bytes.subarray(at - frameLength + SSF_FRAME_HEADER_BYTES, at));
    }
    if (this.#failure === undefined) this.#hold(bytes.subarray(at));
    return this.#failure === undefined;
  }

  /** Completes the held frame as far as the bytes go; returns how many of them it took. */
  #fillHeld(bytes: Uint8Array): number {
    let taken = 0;
    // First the header, which says how much more there is to take.
    for (let step = 0; step < 2; step++) {
      const wanted = this.#frameLength(this.#held, 0, this.#heldLength) ?? SSF_FRAME_HEADER_BYTES;
      if (this.#failure !== undefined) break;
      const part = bytes.subarray(taken, taken + Math.max(0, wanted - this.#heldLength));
      this.#hold(part);
      taken += part.length;
    }
    return taken;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#heldLength + bytes.length;
    if (length > this.#held.length) {
      // Grown by what has come, not by the length that the sender claims.
      const limit = this.#maxBodyBytes + SSF_FRAME_HEADER_BYTES;
      const larger = new Uint8Array(Math.max(length, Math.min(this.#held.length * 2, limit)));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = length;
  }

  /** Bytes of the frame at `from` with its header; `undefined` when that is not there, or is wrong. */
  #frameLength(bytes: Uint8Array, from: number, to: number): number | undefined {
    if (from >= to) return undefined;
    if (bytes[from] !== VERSION) {
      const message = `Frame has version ${bytes[from]}, expected ${VERSION}`;
      return this.#fail(new SsfFrameError(message, this.#offset, "bad_frame"));
    }
    if (to - from < SSF_FRAME_HEADER_BYTES) return undefined;
    const length = (bytes[from + 1] << 24 | bytes[from + 2] << 16 | bytes[from + 3] << 8 |
      bytes[from + 4]) >>> 0;
    if (length > this.#maxBodyBytes) {
      const message = `Frame has ${length} bytes, at most ${this.#maxBodyBytes} are allowed`;
      return this.#fail(new SsfFrameError(message, this.#offset + 1, "too_long"));
    }
    return SSF_FRAME_HEADER_BYTES + length;
  }

  #fail(failure: SsfFrameError): undefined {
    this.#failure = failure;
    this.#heldLength = 0;
    this.#held = new Uint8Array(0);
  }
}

const VERSION = 0;
const INITIAL_BYTES = 1024;
const MAX_KEPT_BYTES = 64 * 1024;
