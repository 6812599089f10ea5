import type { BodyMemory } from "./body_memory.ts";

/** A message that did not fit: `too_long` for any, `overloaded` beside the others that are arriving. */
export class BodyLimitError extends Error {
  override readonly name = "BodyLimitError";
  readonly reason: "too_long" | "overloaded";

  constructor(reason: "too_long" | "overloaded", message: string) {
    super(message);
    this.reason = reason;
  }
}

/** One message while it arrives: grows with what has really come, up to a limit. */
export class BodyBuffer {
  /** Replaced when it grows, so read it anew after `reserve`. */
  bytes: Uint8Array = EMPTY;
  /** How much of it is filled. */
  length = 0;
  readonly #memory: BodyMemory;
  readonly #maxBytes: number;

  constructor(memory: BodyMemory, maxBytes: number) {
    this.#memory = memory;
    this.#maxBytes = maxBytes;
  }

  /** What has been filled. */
  get content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /**
   * Makes room for this many bytes behind what is filled.
   *
   * @throws {BodyLimitError} When that is too much.
   */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = this.#memory.allocate(Math.max(needed, this.bytes.length * 2));
    if (larger === undefined) {
      throw new BodyLimitError(
        "overloaded",
        `Requests of more than ${this.#memory.maxBytes} bytes are arriving at once; try again later`,
      );
    }
    larger.set(this.content);
    this.#replace(larger, true);
  }

  /**
   * Counts bytes as filled that were written behind the others.
   *
   * @throws {BodyLimitError} When the message is too long now.
   */
  fill(count: number): void {
    this.length += count;
    if (this.length > this.#maxBytes) throw this.tooLong();
  }

  /**
   * Adds bytes.
   *
   * @throws {BodyLimitError} When the message becomes too long.
   */
  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#maxBytes) throw this.tooLong();
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /**
   * Gives the memory back; doing so again has no effect.
   *
   * @param isIdle Whether no read into it is under way. @default true
   */
  release(isIdle = true): void {
    this.length = 0;
    this.#replace(EMPTY, isIdle);
  }

  /** What to throw when the message is known to be too long. */
  tooLong(): BodyLimitError {
    return new BodyLimitError(
      "too_long",
      `The request has more than ${this.#maxBytes} bytes; send smaller batches, or start the ` +
        "collector with a larger --max-body",
    );
  }

  #replace(bytes: Uint8Array, isIdle: boolean): void {
    if (this.bytes !== EMPTY) this.#memory.free(this.bytes, isIdle);
    this.bytes = bytes;
  }
}

const EMPTY = new Uint8Array();
