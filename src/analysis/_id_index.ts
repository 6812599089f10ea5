import { hashId } from "../model/hash_id.ts";

/** What can stand in an {@linkcode IdIndex}. */
export interface Indexed<Item> {
  /** The next one whose id has the same hash. */
  nextOfHash: Item | undefined;
}

/** How many ids may have one hash; ids that differ only at their beginnings are found in another way. */
const MAX_CHAIN = 8;

/**
 * Finds things by their ids. Ids that were cut out of a line are dear to hash for a `Map`, which was a
 * fifth of the time of counting spans, and most are looked up just once or twice; a number made of their
 * last characters is not.
 */
export class IdIndex<Item extends Indexed<Item>> {
  readonly #byHash = new Map<number, Item>();
  #others: Map<string, Item> | undefined;
  readonly #idOf: (item: Item) => string;

  constructor(idOf: (item: Item) => string) {
    this.#idOf = idOf;
  }

  get(id: string): Item | undefined {
    let item = this.#byHash.get(hashId(id));
    while (item !== undefined && this.#idOf(item) !== id) item = item.nextOfHash;
    return item ?? this.#others?.get(id);
  }

  /** Adds something whose id is not there. */
  add(item: Item): void {
    const hash = hashId(this.#idOf(item));
    const first = this.#byHash.get(hash);
    let length = 0;
    for (let other = first; other !== undefined; other = other.nextOfHash) length++;
    if (length >= MAX_CHAIN) {
      (this.#others ??= new Map()).set(this.#idOf(item), item);
      return;
    }
    item.nextOfHash = first;
    this.#byHash.set(hash, item);
  }

  /** Removes something that is there. */
  delete(item: Item): void {
    if (this.#others?.delete(this.#idOf(item))) return;
    const hash = hashId(this.#idOf(item));
    let before = this.#byHash.get(hash);
    if (before === item) {
      if (item.nextOfHash === undefined) this.#byHash.delete(hash);
      else this.#byHash.set(hash, item.nextOfHash);
      return;
    }
    while (before !== undefined && before.nextOfHash !== item) before = before.nextOfHash;
    if (before !== undefined) before.nextOfHash = item.nextOfHash;
  }
}
