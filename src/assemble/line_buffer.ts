import type { SpanConsumer } from "../model/span_batch.ts";

/** Collects lines in one reused buffer and hands them over as batches. */
export class LineBuffer {
  /** Where to write; replaced when a line is larger than it, so read it anew after `reserve`. */
  bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #lineCount = 0;
  #unfinishedCount = 0;
  readonly #consumer: SpanConsumer;

  constructor(consumer: SpanConsumer) {
    this.#consumer = consumer;
  }

  /** Offset at which to write a line of at most `length` bytes; hands over first if it is full. */
  reserve(length: number): number {
    if (this.#length + length > this.bytes.length) {
      this.flush();
      if (length > this.bytes.length) this.bytes = new Uint8Array(length);
    }
    return this.#length;
  }

  /** Takes the line that was written at the offset from `reserve`, up to `to`. */
  commit(to: number, isUnfinished = false): void {
    this.#length = to;
    this.#lineCount++;
    if (isUnfinished) this.#unfinishedCount++;
  }

  /** Hands over what has been collected, if anything. */
  flush(): void {
    if (this.#lineCount === 0) return;
    const batch = {
      lines: this.bytes.subarray(0, this.#length),
      spanCount: this.#lineCount,
      unfinishedCount: this.#unfinishedCount,
    };
    this.#length = this.#lineCount = this.#unfinishedCount = 0;
    this.#consumer(batch);
  }
}

/** Large enough that the hand-over does not show in a profile, small enough to stay in the cache. */
const INITIAL_BYTES = 256 * 1024;
