/** What a reader gets from the ring. */
export interface RingChunk {
  /** Whole lines; valid until the next chunk is asked for. */
  readonly lines: Uint8Array;
  /** Spans that were gone before the reader came for them, since its last chunk. */
  readonly skippedSpanCount: number;
}

/** Options of {@linkcode SpanRing.read}. */
export interface RingReadOptions {
  /** Ends the reading. */
  signal?: AbortSignal;
  /** Called once what was there at the start has been read. */
  onLive?: () => void;
}

/** A reader's place in a ring. */
export interface RingCursor {
  segment: number;
  offset: number;
  /** Spans before this place. */
  spansSeen: number;
}

interface Segment {
  readonly bytes: Uint8Array;
  length: number;
  spanCount: number;
  /** Spans appended before this segment. */
  readonly spansBefore: number;
  /** Readers that have been given bytes of it and have not come back yet. */
  holderCount: number;
}

/**
 * The last lines that went by, for any number of readers, each at its own pace. Appending never waits
 * for a reader: one that is too slow finds its place gone, and is told how many spans it missed.
 */
export class SpanRing {
  readonly #maxBytes: number;
  #segments: Segment[] = [];
  /** Number of the first segment that is still there. */
  #firstNumber = 0;
  #byteLength = 0;
  #spanCount = 0;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  /** @param maxBytes How much is kept for readers. @default 32 MiB */
  constructor(maxBytes: number = 32 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Copies lines into the ring.
   *
   * @param spanCount How many of them are spans that count as missed when a reader misses them.
   */
  append(lines: Uint8Array, spanCount: number): void {
    if (this.#isClosed || lines.length === 0) return;
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.length + lines.length > segment.bytes.length) {
      segment = this.#addSegment(lines.length);
    }
    segment.bytes.set(lines, segment.length);
    segment.length += lines.length;
    segment.spanCount += spanCount;
    this.#spanCount += spanCount;
    this.#wake();
  }

  /** Ends the ring: readers get what is left, and then nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** The place of the oldest line that is still there. */
  oldest(): RingCursor {
    const spansSeen = this.#segments[0]?.spansBefore ?? this.#spanCount;
    return { segment: this.#firstNumber, offset: 0, spansSeen };
  }

  /** The place of what is appended next. */
  newest(): RingCursor {
    return {
      segment: this.#firstNumber + Math.max(0, this.#segments.length - 1),
      offset: this.#segments.at(-1)?.length ?? 0,
      spansSeen: this.#spanCount,
    };
  }

  /**
   * Reads from a place onwards, and moves the cursor along. The generator ends when the ring is
   * closed and read, or the signal is aborted.
   */
  async *read(cursor: RingCursor, options: RingReadOptions = {}): AsyncGenerator<RingChunk> {
    const { signal, onLive } = options;
    const live = this.newest();
    let isLive = false;
    const wake = (): void => this.#wake();
    signal?.addEventListener("abort", wake);
    try {
      while (!signal?.aborted) {
        if (!isLive && isAtOrBehind(cursor, live)) {
          isLive = true;
          onLive?.();
        }
        let skippedSpanCount = 0;
        if (cursor.segment < this.#firstNumber) {
          const oldest = this.oldest();
          skippedSpanCount = oldest.spansSeen - cursor.spansSeen;
          Object.assign(cursor, oldest);
        }
        const index = cursor.segment - this.#firstNumber;
        const segment = this.#segments[index];
        if (segment !== undefined && cursor.offset < segment.length) {
          const lines = segment.bytes.subarray(cursor.offset, segment.length);
          cursor.offset = segment.length;
          cursor.spansSeen = segment.spansBefore + segment.spanCount;
          segment.holderCount++;
          try {
            yield { lines, skippedSpanCount };
          } finally {
            segment.holderCount--;
          }
        } else if (index + 1 < this.#segments.length) {
          cursor.segment++;
          cursor.offset = 0;
        } else {
          if (this.#isClosed) return;
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
        }
      }
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }

  #addSegment(minBytes: number): Segment {
    const size = Math.max(SEGMENT_BYTES, minBytes);
    const evicted = this.#evict(size);
    // Allocating 300 MB a second anew costs a sixth of the collector's rate.
    const isReusable = evicted?.holderCount === 0 && evicted.bytes.length === size;
    const segment = {
      bytes: isReusable ? evicted.bytes : new Uint8Array(size),
      length: 0,
      spanCount: 0,
      spansBefore: this.#spanCount,
      holderCount: 0,
    };
    this.#segments.push(segment);
    this.#byteLength += size;
    return segment;
  }

  /** Makes room for this many bytes; returns the newest segment that went, if any did. */
  #evict(size: number): Segment | undefined {
    let count = 0;
    while (this.#byteLength + size > this.#maxBytes && count < this.#segments.length) {
      this.#byteLength -= this.#segments[count].bytes.length;
      count++;
    }
    this.#firstNumber += count;
    return this.#segments.splice(0, count).at(-1);
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function isAtOrBehind(cursor: RingCursor, place: RingCursor): boolean {
  return cursor.segment > place.segment ||
    (cursor.segment === place.segment && cursor.offset >= place.offset);
}

/** What the assembler hands over at most at once. */
const SEGMENT_BYTES = 256 * 1024;
