const FIRST_CAPACITY = 1024;
/** Four children a place: half as deep as with two, and all four are in one line of the processor's cache. */
const CHILD_BITS = 2;
const CHILD_COUNT = 1 << CHILD_BITS;

/**
 * Numbers in the order of their moments, in typed arrays: nothing is allocated for each of them. What comes
 * in order, as the ends in a recording do, waits in a queue, which costs nothing; only the rest in a heap.
 */
export class MomentHeap {
  /** How many there are. */
  size = 0;
  readonly #isBefore: (a: number, b: number, moment: number) => boolean;
  #heapSize = 0;
  #moments = new Float64Array(FIRST_CAPACITY);
  #ids = new Uint32Array(FIRST_CAPACITY);
  /** A ring, whose length is a power of two. */
  #queueSize = 0;
  #queueFrom = 0;
  #queueMoments = new Float64Array(FIRST_CAPACITY);
  #queueIds = new Uint32Array(FIRST_CAPACITY);

  /** @param isBefore Decides between two numbers of one moment. */
  constructor(isBefore: (a: number, b: number, moment: number) => boolean) {
    this.#isBefore = isBefore;
  }

  /** The moment of the first; only while there is one. */
  get firstMoment(): number {
    return this.#isFirstQueued() ? this.#queueMoments[this.#queueFrom] : this.#moments[0];
  }

  /** The first number; only while there is one. */
  get firstId(): number {
    return this.#isFirstQueued() ? this.#queueIds[this.#queueFrom] : this.#ids[0];
  }

  /** Adds a number. */
  push(moment: number, id: number): void {
    this.size++;
    if (this.#enqueue(moment, id)) return;
    if (this.#heapSize === this.#ids.length) this.#growHeap();
    const moments = this.#moments;
    const ids = this.#ids;
    let at = this.#heapSize++;
    while (at > 0) {
      const parent = (at - 1) >> CHILD_BITS;
      const parentMoment = moments[parent];
      if (parentMoment < moment) break;
      if (parentMoment === moment && !this.#isBefore(id, ids[parent], moment)) break;
      moments[at] = parentMoment;
      ids[at] = ids[parent];
      at = parent;
    }
    moments[at] = moment;
    ids[at] = id;
  }

  /** Takes the first number away and returns it; only while there is one. */
  pop(): number {
    this.size--;
    return this.#isFirstQueued() ? this.#dequeue() : this.#popHeap();
  }

  #isFirstQueued(): boolean {
    if (this.#queueSize === 0 || this.#heapSize === 0) return this.#queueSize > 0;
    const queued = this.#queueMoments[this.#queueFrom];
    const heaped = this.#moments[0];
    if (queued !== heaped) return queued < heaped;
    return this.#isBefore(this.#queueIds[this.#queueFrom], this.#ids[0], queued);
  }

  /** Answers false when the number is not behind all that are in the queue. */
  #enqueue(moment: number, id: number): boolean {
    const mask = this.#queueIds.length - 1;
    if (this.#queueSize > 0) {
      const last = (this.#queueFrom + this.#queueSize - 1) & mask;
      const lastMoment = this.#queueMoments[last];
      if (moment < lastMoment) return false;
      if (moment === lastMoment && this.#isBefore(id, this.#queueIds[last], moment)) return false;
    }
    if (this.#queueSize === this.#queueIds.length) this.#growQueue();
    const at = (this.#queueFrom + this.#queueSize++) & (this.#queueIds.length - 1);
    this.#queueMoments[at] = moment;
    this.#queueIds[at] = id;
    return true;
  }

  #dequeue(): number {
    const id = this.#queueIds[this.#queueFrom];
    this.#queueFrom = (this.#queueFrom + 1) & (this.#queueIds.length - 1);
    this.#queueSize--;
    return id;
  }

  #popHeap(): number {
    const moments = this.#moments;
    const ids = this.#ids;
    const first = ids[0];
    const size = --this.#heapSize;
    const moment = moments[size];
    const id = ids[size];
    let at = 0;
    for (let from = 1; from < size; from = (at << CHILD_BITS) + 1) {
      const to = Math.min(from + CHILD_COUNT, size);
      let child = from;
      let childMoment = moments[from];
      for (let other = from + 1; other < to; other++) {
        const otherMoment = moments[other];
        if (
          otherMoment < childMoment ||
          (otherMoment === childMoment && this.#isBefore(ids[other], ids[child], childMoment))
        ) {
          child = other;
          childMoment = otherMoment;
        }
      }
      if (moment < childMoment) break;
      if (moment === childMoment && !this.#isBefore(ids[child], id, moment)) break;
      moments[at] = childMoment;
      ids[at] = ids[child];
      at = child;
    }
    moments[at] = moment;
    ids[at] = id;
    return first;
  }

  #growHeap(): void {
    const moments = new Float64Array(this.#moments.length * 2);
    moments.set(this.#moments);
    this.#moments = moments;
    const ids = new Uint32Array(this.#ids.length * 2);
    ids.set(this.#ids);
    this.#ids = ids;
  }

  #growQueue(): void {
    const from = this.#queueFrom;
    const [oldMoments, oldIds] = [this.#queueMoments, this.#queueIds];
    const moments = new Float64Array(oldMoments.length * 2);
    moments.set(oldMoments.subarray(from));
    moments.set(oldMoments.subarray(0, from), oldMoments.length - from);
    this.#queueMoments = moments;
    const ids = new Uint32Array(oldIds.length * 2);
    ids.set(oldIds.subarray(from));
    ids.set(oldIds.subarray(0, from), oldIds.length - from);
    this.#queueIds = ids;
    this.#queueFrom = 0;
  }
}
