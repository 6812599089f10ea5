/**
 * The memory for messages that are still arriving, over all connections of a session: what keeps many
 * slow senders of large messages from filling the machine.
 */
export class BodyMemory {
  /** How much may be in use at once, in bytes. */
  readonly maxBytes: number;
  #usedBytes = 0;
  /** Buffers that wait to be used again: allocating for each request costs as much as copying it. */
  readonly #spare: Uint8Array[] = [];
  #lastTurn: Promise<void> = Promise.resolve();

  /** @param maxBytes How much may be in use at once. @default 256 MiB */
  constructor(maxBytes: number = 256 * 1024 * 1024) {
    this.maxBytes = maxBytes;
  }

  /** Bytes in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** A buffer of at least this many bytes; `undefined` when that would be too much. */
  allocate(minBytes: number): Uint8Array | undefined {
    const size = Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(minBytes)));
    if (this.#usedBytes + size > this.maxBytes) return undefined;
    this.#usedBytes += size;
    const index = this.#spare.findIndex((buffer) => buffer.length === size);
    return index < 0 ? new Uint8Array(size) : this.#spare.splice(index, 1)[0];
  }

  /**
   * Waits until nobody else has the turn.
   *
   * @returns A function that ends the turn.
   */
  async takeTurn(): Promise<() => void> {
    const before = this.#lastTurn;
    let end = (): void => {};
    this.#lastTurn = new Promise((resolve) => end = resolve);
    await before;
    return end;
  }

  /**
   * Takes a buffer back.
   *
   * @param isIdle Whether nothing can write to it any more.
   */
  free(buffer: Uint8Array, isIdle: boolean): void {
    this.#usedBytes -= buffer.length;
    if (isIdle && buffer.length <= LARGEST_SPARE_BYTES && this.#spare.length < MAX_SPARE_COUNT) {
      this.#spare.push(buffer);
    }
  }
}

const SMALLEST_BYTES = 64 * 1024;
const LARGEST_SPARE_BYTES = 1024 * 1024;
const MAX_SPARE_COUNT = 8;
