/** Lines that are written together, with room for a header before them and a checkpoint after. */
export class WriteBuffer {
  readonly #bytes: Uint8Array;
  readonly #headRoom: number;
  /** Bytes of lines. */
  length = 0;
  spanCount = 0;
  unfinishedCount = 0;

  constructor(capacity: number, headRoom: number) {
    this.#bytes = new Uint8Array(headRoom + capacity + TAIL_ROOM);
    this.#headRoom = headRoom;
  }

  /** How many bytes of lines have room. */
  get capacity(): number {
    return this.#bytes.length - this.#headRoom - TAIL_ROOM;
  }

  /** The lines. */
  get lines(): Uint8Array {
    return this.#bytes.subarray(this.#headRoom, this.#headRoom + this.length);
  }

  /** Takes a copy of lines, for which there must be room. */
  append(lines: Uint8Array, spanCount: number, unfinishedCount: number): void {
    this.#bytes.set(lines, this.#headRoom + this.length);
    this.length += lines.length;
    this.spanCount += spanCount;
    this.unfinishedCount += unfinishedCount;
  }

  /** Header, lines and checkpoint in one piece. Each may be empty. */
  frame(header: Uint8Array, checkpoint: string): Uint8Array {
    const from = this.#headRoom - header.length;
    this.#bytes.set(header, from);
    const to = this.#headRoom + this.length;
    const { written } = encoder.encodeInto(checkpoint, this.#bytes.subarray(to));
    return this.#bytes.subarray(from, to + written);
  }

  clear(): void {
    this.length = this.spanCount = this.unfinishedCount = 0;
  }
}

/** More than the longest checkpoint line. */
const TAIL_ROOM = 256;
const encoder = new TextEncoder();
