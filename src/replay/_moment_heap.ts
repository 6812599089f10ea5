const FIRST_CAPACITY = 1024;

/** Numbers in the order of their moments, in typed arrays: nothing is allocated for each of them. */
export class MomentHeap {
  /** How many there are. */
  size = 0;
  readonly #isBefore: (a: number, b: number, moment: number) => boolean;
  #moments = new Float64Array(FIRST_CAPACITY);
  #ids = new Uint32Array(FIRST_CAPACITY);

  /** @param isBefore Decides between two numbers of one moment. */
  constructor(isBefore: (a: number, b: number, moment: number) => boolean) {
    this.#isBefore = isBefore;
  }

  /** The moment of the first; only while there is one. */
  get firstMoment(): number {
    return this.#moments[0];
  }

  /** The first number; only while there is one. */
  get firstId(): number {
    return this.#ids[0];
  }

  /** Adds a number. */
  push(moment: number, id: number): void {
    if (this.size === this.#ids.length) this.#grow();
    const moments = this.#moments;
    const ids = this.#ids;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
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
    const moments = this.#moments;
    const ids = this.#ids;
    const first = ids[0];
    const size = --this.size;
    const moment = moments[size];
    const id = ids[size];
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < size && this.#isFirst(right, child)) child = right;
      const childMoment = moments[child];
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

  #isFirst(a: number, b: number): boolean {
    const momentA = this.#moments[a];
    const momentB = this.#moments[b];
    if (momentA !== momentB) return momentA < momentB;
    return this.#isBefore(this.#ids[a], this.#ids[b], momentA);
  }

  #grow(): void {
    const moments = new Float64Array(this.#moments.length * 2);
    moments.set(this.#moments);
    this.#moments = moments;
    const ids = new Uint32Array(this.#ids.length * 2);
    ids.set(this.#ids);
    this.#ids = ids;
  }
}
