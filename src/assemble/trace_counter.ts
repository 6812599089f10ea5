/**
 * Counts distinct traces in fixed memory. A trace is known by a 64-bit hash of its id; two
 * generations of hashes are kept, and when the younger is full the elder is forgotten. The count is
 * exact as long as a trace does not pause for more than `capacity` new traces.
 */
export class TraceCounter {
  /** Distinct traces so far. */
  count = 0;
  #young: Int32Array;
  #old: Int32Array;
  #youngCount = 0;
  #lastHash = 0;
  #lastHash2 = 0;
  readonly #capacity: number;

  /** @param capacity Traces a generation; a power of two. @default 262,144 */
  constructor(capacity = 1 << 18) {
    this.#capacity = capacity;
    this.#young = new Int32Array(1024);
    this.#old = new Int32Array(2);
  }

  /** Counts the trace if it is new. */
  add(hash: number, hash2: number): void {
    // 0, 0 marks a free slot.
    if (hash === 0 && hash2 === 0) hash2 = 1;
    // The spans of a trace mostly come one after another.
    if (hash === this.#lastHash && hash2 === this.#lastHash2) return;
    this.#lastHash = hash;
    this.#lastHash2 = hash2;
    if (contains(this.#young, hash, hash2)) return;
    if (!contains(this.#old, hash, hash2)) this.count++;
    if (this.#youngCount * 4 >= this.#young.length) this.#makeRoom();
    insert(this.#young, hash, hash2);
    this.#youngCount++;
  }

  #makeRoom(): void {
    if (this.#youngCount < this.#capacity) {
      const smaller = this.#young;
      this.#young = new Int32Array(smaller.length * 2);
      for (let at = 0; at < smaller.length; at += 2) {
        if (smaller[at] !== 0 || smaller[at + 1] !== 0) {
          insert(this.#young, smaller[at], smaller[at + 1]);
        }
      }
    } else {
      this.#old = this.#young;
      this.#young = new Int32Array(this.#old.length);
      this.#youngCount = 0;
    }
  }
}

function find(table: Int32Array, hash: number, hash2: number): number {
  const mask = table.length - 1;
  let at = ((hash ^ (hash >>> 15)) << 1) & mask;
  while (
    (table[at] !== 0 || table[at + 1] !== 0) && (table[at] !== hash || table[at + 1] !== hash2)
  ) at = (at + 2) & mask;
  return at;
}

function contains(table: Int32Array, hash: number, hash2: number): boolean {
  const at = find(table, hash, hash2);
  return table[at] !== 0 || table[at + 1] !== 0;
}

function insert(table: Int32Array, hash: number, hash2: number): void {
  const at = find(table, hash, hash2);
  table[at] = hash;
  table[at + 1] = hash2;
}
