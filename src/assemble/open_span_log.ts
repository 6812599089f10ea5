/**
 * The spans that have started and not ended, as bytes in one buffer: an append-only log with a hash
 * index over the pair of trace id and span id. No object is made for an open span, so five million
 * that never end cost the garbage collector nothing; what ended is squeezed out when the log is full.
 *
 * An entry is a header of {@linkcode HEADER_WORDS} 32-bit words and the bytes of the line that a
 * recording will hold, as far as a start knows it: `{"id":"…","trace_id":"…",…,"start_time":"…"`,
 * then the attributes that the start carried, `{…}`, if any. Entries stand in order of their starts.
 */
export class OpenSpanLog {
  /** The log's memory; replaced when it grows, so read it anew after an append. */
  bytes: Uint8Array;
  /** How many spans are open. */
  openCount = 0;
  #words: Int32Array;
  #head = 0;
  #tail = 0;
  /** Entries from here on have been appended since `markAll` was called. */
  #mark = 0;
  /** Open addressing, linear probing; a slot holds an entry's offset plus 1, or 0. */
  #slots: Int32Array = new Int32Array(1024);
  readonly #maxBytes: number;

  /** @param maxBytes How large the log may grow. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    const size = Math.min(maxBytes, 1 << 18);
    this.bytes = new Uint8Array(size);
    this.#words = new Int32Array(this.bytes.buffer);
  }

  /** Memory in use, in bytes. */
  get byteLength(): number {
    return this.bytes.byteLength + this.#slots.byteLength;
  }

  /**
   * Finds the open span with these ids, given as ranges of `from`.
   *
   * @returns The entry's offset, or -1.
   */
  find(
    hash: number,
    from: Uint8Array,
    traceIdFrom: number,
    traceIdTo: number,
    spanIdFrom: number,
    spanIdTo: number,
  ): number {
    const mask = this.#slots.length - 1;
    for (let slot = slotOf(hash, mask);; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return -1;
      const word = entry >> 2;
      if (this.#words[word + HASH] !== hash) continue;
      const traceAt = entry + this.#words[word + TRACE_ID_AT];
      const spanAt = entry + HEADER_BYTES + ID_AT;
      if (
        this.#words[word + SPAN_ID_LENGTH] === spanIdTo - spanIdFrom &&
        this.#words[word + TRACE_ID_LENGTH] === traceIdTo - traceIdFrom &&
        equalBytes(this.bytes, spanAt, from, spanIdFrom, spanIdTo) &&
        equalBytes(this.bytes, traceAt, from, traceIdFrom, traceIdTo)
      ) return entry;
    }
  }

  /**
   * Makes room for an entry of up to `length` payload bytes at the log's end.
   *
   * @returns The offset at which to write the payload, or -1 when even a log without a dead byte
   * has no room: then the caller removes the oldest span and tries again.
   */
  reserve(length: number): number {
    const size = entrySize(length);
    if (this.#tail + size > this.bytes.length && !this.#makeRoom(size)) return -1;
    return this.#tail + HEADER_BYTES;
  }

  /**
   * Adds the entry whose payload was written at what `reserve` returned.
   *
   * @param lineTo Offset one past the line's bytes.
   * @param attrsTo Offset one past the attributes, which follow the line; `lineTo` without any.
   * @param traceIdAt Offset of the trace id in the line.
   */
  append(
    hash: number,
    spanIdLength: number,
    traceIdAt: number,
    traceIdLength: number,
    lineTo: number,
    attrsTo: number,
    connection: number,
  ): void {
    const entry = this.#tail;
    const word = entry >> 2;
    const size = entrySize(attrsTo - entry - HEADER_BYTES);
    const words = this.#words;
    words[word + SIZE] = size;
    words[word + HASH] = hash;
    words[word + SPAN_ID_LENGTH] = spanIdLength;
    words[word + TRACE_ID_AT] = traceIdAt - entry;
    words[word + TRACE_ID_LENGTH] = traceIdLength;
    words[word + LINE_LENGTH] = lineTo - entry - HEADER_BYTES;
    words[word + ATTRS_LENGTH] = attrsTo - lineTo;
    words[word + CONNECTION] = connection;
    this.#tail += size;
    this.openCount++;
    if (this.openCount * 2 > this.#slots.length) this.#growSlots();
    else this.#insert(hash, entry);
  }

  /** Removes an entry that `find`, `oldest` or `next` returned; its bytes stay readable until the next `reserve`. */
  remove(entry: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = this.#slotOfEntry(entry);
    // Entries behind the gap move up, so that a probe never meets a hole: no tombstones are needed.
    for (let slot = (gap + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = slotOf(this.#words[((slots[slot] - 1) >> 2) + HASH], mask);
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        slots[gap] = slots[slot];
        gap = slot;
      }
    }
    slots[gap] = 0;
    this.#words[(entry >> 2) + CONNECTION] = DEAD;
    this.openCount--;
    if (this.openCount === 0) this.#head = this.#tail = this.#mark = 0;
  }

  /** The entry that was opened first, or -1. */
  oldest(): number {
    const entry = this.#skipDead(this.#head);
    // Remembered, so that removing the oldest again and again does not walk over the dead each time.
    this.#head = entry < 0 ? this.#tail : entry;
    return entry;
  }

  /** The entry that was opened first after `markAll` was last called, or -1. */
  firstUnmarked(): number {
    return this.#skipDead(this.#mark);
  }

  /** Remembers how far the log goes, for `firstUnmarked`. */
  markAll(): void {
    this.#mark = this.#tail;
  }

  /** The entry that was opened next after this one, which may be removed by now, or -1. */
  next(entry: number): number {
    return this.#skipDead(entry + this.#words[(entry >> 2) + SIZE]);
  }

  /** Where an entry's line starts in `bytes`. */
  lineFrom(entry: number): number {
    return entry + HEADER_BYTES;
  }

  /** One past an entry's line, which is where its attributes start. */
  lineTo(entry: number): number {
    return entry + HEADER_BYTES + this.#words[(entry >> 2) + LINE_LENGTH];
  }

  /** One past an entry's attributes; equal to `lineTo` when the start carried none. */
  attrsTo(entry: number): number {
    return this.lineTo(entry) + this.#words[(entry >> 2) + ATTRS_LENGTH];
  }

  /** The connection by which the start came. */
  connection(entry: number): number {
    return this.#words[(entry >> 2) + CONNECTION];
  }

  #skipDead(from: number): number {
    for (let entry = from; entry < this.#tail; entry += this.#words[(entry >> 2) + SIZE]) {
      if (this.#words[(entry >> 2) + CONNECTION] !== DEAD) return entry;
    }
    return -1;
  }

  /** Squeezes out what is dead; doubles the log when that alone would soon have to be repeated. */
  #makeRoom(size: number): boolean {
    let live = 0;
    for (let entry = this.oldest(); entry >= 0; entry = this.next(entry)) {
      live += this.#words[(entry >> 2) + SIZE];
    }
    let capacity = this.bytes.length;
    while ((live + size) * 2 > capacity && capacity < this.#maxBytes) {
      capacity = Math.min(capacity * 2, this.#maxBytes);
    }
    if (live + size > capacity) return false;
    const target = capacity === this.bytes.length ? this.bytes : new Uint8Array(capacity);
    let to = 0;
    let mark = -1;
    let entry = this.oldest();
    while (entry >= 0) {
      if (mark < 0 && entry >= this.#mark) mark = to;
      const entryBytes = this.#words[(entry >> 2) + SIZE];
      const following = this.next(entry);
      this.#slots[this.#slotOfEntry(entry)] = to + 1;
      if (target === this.bytes) target.copyWithin(to, entry, entry + entryBytes);
      else target.set(this.bytes.subarray(entry, entry + entryBytes), to);
      to += entryBytes;
      entry = following;
    }
    if (target !== this.bytes) {
      this.bytes = target;
      this.#words = new Int32Array(target.buffer);
    }
    this.#head = 0;
    this.#tail = to;
    this.#mark = mark < 0 ? to : mark;
    return true;
  }

  #slotOfEntry(entry: number): number {
    const mask = this.#slots.length - 1;
    let slot = slotOf(this.#words[(entry >> 2) + HASH], mask);
    while (this.#slots[slot] !== entry + 1) slot = (slot + 1) & mask;
    return slot;
  }

  #insert(hash: number, entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = slotOf(hash, mask);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let entry = this.oldest(); entry >= 0; entry = this.next(entry)) {
      this.#insert(this.#words[(entry >> 2) + HASH], entry);
    }
  }
}

/** What stands before the span id in an entry's line. */
export const ID_PREFIX = '{"id":"';

const HEADER_WORDS = 8;
const HEADER_BYTES = HEADER_WORDS * 4;
const ID_AT = ID_PREFIX.length;
// The words of a header.
const SIZE = 0;
const HASH = 1;
const SPAN_ID_LENGTH = 2;
const TRACE_ID_AT = 3;
const TRACE_ID_LENGTH = 4;
const LINE_LENGTH = 5;
const ATTRS_LENGTH = 6;
const CONNECTION = 7;
/** In the place of a connection: the span has ended. */
const DEAD = -1;

function entrySize(payloadLength: number): number {
  return (HEADER_BYTES + payloadLength + 3) & ~3;
}

/** Spreads a hash over the table: FNV's low bits alone cluster for ids that count upwards. */
function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

function equalBytes(
  a: Uint8Array,
  aFrom: number,
  b: Uint8Array,
  from: number,
  to: number,
): boolean {
  const shift = aFrom - from;
  for (let at = from; at < to; at++) {
    if (a[at + shift] !== b[at]) return false;
  }
  return true;
}
