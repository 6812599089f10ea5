import { hashId } from "../model/hash_id.ts";

/** How many slots are looked at; ids that are alike but for their beginnings are found in another way. */
const MAX_PROBES = 16;

/**
 * Where the spans of one trace stand, by their ids.
 */
export class PlaceTable {
  readonly #ids: string[] = [];
  /** Places plus 1; 0 is free. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  #others: Map<string, number> | undefined;

  /** @param count How many ids there are at most. */
  constructor(count: number) {
    let size = 4;
    while (size < 2 * count) size *= 2;
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** The place of an id; -1 when it is not there. */
  get(id: string): number {
    let slot = hashId(id) & this.#mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const place = this.#slots[slot] - 1;
      if (place < 0) return -1;
      if (this.#ids[place] === id) return place;
      slot = slot + 1 & this.#mask;
    }
    return this.#others?.get(id) ?? -1;
  }

  /** Gives an id that is not there the next place, and returns that. */
  add(id: string): number {
    const place = this.#ids.push(id) - 1;
    let slot = hashId(id) & this.#mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = place + 1;
        return place;
      }
      slot = slot + 1 & this.#mask;
    }
    (this.#others ??= new Map()).set(id, place);
    return place;
  }
}
