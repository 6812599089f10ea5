const CHUNK_BYTES = 4 * 2 ** 20;
const FIRST_CAPACITY = 1024;

/** One event to store. */
export interface StoredEvent {
  /** The whole line. */
  readonly line: string;
  readonly unixNano: bigint;
  readonly offsetMinutes: number;
}

/**
 * The event lines of a recording, as bytes ready to be sent, with their times in typed arrays. Event
 * `2n` is the start of span `n`, event `2n + 1` its end. It takes about as much memory as the
 * recording is long, and 70 bytes a span; no object for each span stays.
 */
export class EventStore {
  /** Spans stored. */
  spanCount = 0;
  /** By event: nanoseconds since the Unix epoch. */
  unixNanos = new BigInt64Array(FIRST_CAPACITY * 2);
  /** By event: length of the line; 0 where a span has no end. */
  lengths = new Uint32Array(FIRST_CAPACITY * 2);
  /** By span: a number that stands for its identity, and for its parent's (0: none). */
  ownKeys = new Float64Array(FIRST_CAPACITY);
  parentKeys = new Float64Array(FIRST_CAPACITY);
  #chunkIndexes = new Uint32Array(FIRST_CAPACITY * 2);
  #offsets = new Uint32Array(FIRST_CAPACITY * 2);
  #timeFroms = new Uint32Array(FIRST_CAPACITY * 2);
  #offsetMinutes = new Int16Array(FIRST_CAPACITY * 2);
  readonly #chunks: Uint8Array[] = [];
  #filled = 0;

  /** Adds the events of one span. */
  add(start: StoredEvent, end: StoredEvent | undefined, ownKey: number, parentKey: number): void {
    if (this.spanCount === this.ownKeys.length) this.#grow();
    const event = this.spanCount * 2;
    // Both lines at once: a call of the encoder costs more than what it encodes.
    const text = end === undefined ? start.line : start.line + end.line;
    const byteCount = this.#encode(text);
    const isAscii = byteCount === text.length;
    const startBytes = isAscii ? start.line.length : encoder.encode(start.line).length;
    this.#addEvent(event, start, startBytes, isAscii);
    if (end !== undefined) this.#addEvent(event + 1, end, byteCount - startBytes, isAscii);
    this.ownKeys[this.spanCount] = ownKey;
    this.parentKeys[this.spanCount] = parentKey;
    this.spanCount++;
  }

  /** Where the event's line lies. */
  line(event: number): Uint8Array {
    const from = this.#offsets[event];
    return this.#chunks[this.#chunkIndexes[event]].subarray(from, from + this.lengths[event]);
  }

  /** Offset in the line of the first digit of the time. */
  timeFrom(event: number): number {
    return this.#timeFroms[event];
  }

  /** Minutes east of UTC that the time is written in. */
  offsetMinutes(event: number): number {
    return this.#offsetMinutes[event];
  }

  /** Puts text behind `#filled`, which the caller moves on; returns its length in bytes. */
  #encode(text: string): number {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const needed = text.length * 3;
    const last = this.#chunks.at(-1);
    if (last === undefined || last.length - this.#filled < needed) {
      this.#chunks.push(new Uint8Array(Math.max(CHUNK_BYTES, needed)));
      this.#filled = 0;
    }
    const chunk = this.#chunks[this.#chunks.length - 1];
    return encoder.encodeInto(text, chunk.subarray(this.#filled)).written;
  }

  #addEvent(event: number, stored: StoredEvent, byteCount: number, isAscii: boolean): void {
    this.#chunkIndexes[event] = this.#chunks.length - 1;
    this.#offsets[event] = this.#filled;
    this.lengths[event] = byteCount;
    this.unixNanos[event] = stored.unixNano;
    this.#offsetMinutes[event] = stored.offsetMinutes;
    // Inside a JSON string every quote is escaped, so only the field itself can look like this.
    const timeFrom = stored.line.indexOf(TIME_FIELD) + TIME_FIELD.length;
    this.#timeFroms[event] = isAscii
      ? timeFrom
      : encoder.encode(stored.line.slice(0, timeFrom)).length;
    this.#filled += byteCount;
  }

  #grow(): void {
    this.unixNanos = grown(this.unixNanos, BigInt64Array);
    this.lengths = grown(this.lengths, Uint32Array);
    this.ownKeys = grown(this.ownKeys, Float64Array);
    this.parentKeys = grown(this.parentKeys, Float64Array);
    this.#chunkIndexes = grown(this.#chunkIndexes, Uint32Array);
    this.#offsets = grown(this.#offsets, Uint32Array);
    this.#timeFroms = grown(this.#timeFroms, Uint32Array);
    this.#offsetMinutes = grown(this.#offsetMinutes, Int16Array);
  }
}

type NumberArray = Uint32Array | Int16Array | Float64Array | BigInt64Array;

const TIME_FIELD = ',"time":"';
const encoder = new TextEncoder();

function grown<T extends NumberArray>(array: T, Type: new (length: number) => T): T {
  const larger = new Type(array.length * 2);
  (larger as { set(from: NumberArray): void }).set(array);
  return larger;
}
