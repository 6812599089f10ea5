import type { BodyMemory } from "./body_memory.ts";

/**
 * Why a message cannot be had: it is `too_long` for any, there is no room for it beside the others that
 * are arriving (`overloaded`), or it does not unpack (`malformed_encoding`).
 */
export type BodyFailure = "too_long" | "overloaded" | "malformed_encoding";

/** A message that cannot be had. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly reason: BodyFailure;

  constructor(reason: BodyFailure, message: string) {
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
  #endTurn: (() => void) | undefined;

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
   * @throws {BodyError} When that is too much.
   */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = this.#memory.allocate(Math.max(needed, this.bytes.length * 2));
    if (larger === undefined) {
      throw new BodyError(
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
   * @throws {BodyError} When the message is too long now.
   */
  fill(count: number): void {
    this.length += count;
    if (this.length > this.#maxBytes) throw this.tooLong();
  }

  /**
   * Adds bytes.
   *
   * @throws {BodyError} When the message becomes too long.
   */
  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#maxBytes) throw this.tooLong();
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /**
   * Waits until no other message that asked for it is in memory; others are kept out until the release.
   * For what is large at one blow, such as a message that is being unpacked.
   */
  async becomeOnly(): Promise<void> {
    this.#endTurn ??= await this.#memory.takeTurn();
  }

  /**
   * Gives the memory back; doing so again has no effect.
   *
   * @param isIdle Whether no read into it is under way. @default true
   */
  release(isIdle = true): void {
    this.length = 0;
    this.#replace(EMPTY, isIdle);
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  /** What to throw when the message is known to be too long. */
  tooLong(): BodyError {
    return tooLong(this.#maxBytes);
  }

  #replace(bytes: Uint8Array, isIdle: boolean): void {
    if (this.bytes !== EMPTY) this.#memory.free(this.bytes, isIdle);
    this.bytes = bytes;
  }
}

/** What to say of a message that has more than `maxBytes`. */
export function tooLong(maxBytes: number): BodyError {
  return new BodyError(
    "too_long",
    `The request has more than ${maxBytes} bytes; send smaller batches, or start the collector ` +
      "with a larger --max-body",
  );
}

const EMPTY = new Uint8Array();
