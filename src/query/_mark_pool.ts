/** Buffers of marks that are used again and again: a query looks at many traces, most of them small. */
export class MarkPool {
  readonly #free: Uint8Array[] = [];

  /** A buffer whose first `length` bytes are 0. */
  take(length: number): Uint8Array {
    const buffer = this.#free.pop();
    if (buffer === undefined || buffer.length < length) {
      return new Uint8Array(Math.max(length, MIN_LENGTH));
    }
    return buffer.fill(0, 0, length);
  }

  /** Gives a buffer back, which its user must not touch again. */
  give(buffer: Uint8Array): void {
    this.#free.push(buffer);
  }
}

const MIN_LENGTH = 256;
