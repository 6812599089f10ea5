/**
 * A sorted list that stays sorted while items come and go: all takes time in proportion to the root of their
 * number at most. Items must not change in what they are compared by while they are in it.
 */
export class SortedBlocks<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  /** Each sorted and not empty, and all of one before all of the next. */
  readonly #blocks: Item[][] = [];
  /** The place of the first item of each block; computed when asked for. */
  #starts: number[] | undefined;
  #size = 0;

  /** @param compare Never 0 for two items, so that an item is found again. */
  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item that is not in it. */
  add(item: Item): void {
    this.#starts = undefined;
    this.#size++;
    if (this.#blocks.length === 0) {
      this.#blocks.push([item]);
      return;
    }
    const number = this.#blockFor(item);
    const block = this.#blocks[number];
    const at = this.#findIn(block, item);
    if (at === block.length) block.push(item);
    else block.splice(at, 0, item);
    if (block.length <= MAX_BLOCK) return;
    // Where items come in order, half blocks behind the last would stay half.
    const kept = number === this.#blocks.length - 1 && at === block.length - 1
      ? block.length - 1
      : block.length >> 1;
    this.#blocks.splice(number + 1, 0, block.splice(kept));
  }

  /** Removes an item that is in it. */
  delete(item: Item): void {
    const number = this.#blockFor(item);
    const block = this.#blocks[number];
    const at = this.#findIn(block, item);
    if (block[at] !== item) throw new RangeError("Cannot remove an item that is not in the list");
    this.#starts = undefined;
    this.#size--;
    block.splice(at, 1);
    if (block.length === 0) this.#blocks.splice(number, 1);
  }

  /** The item at a place; `undefined` when there is none. */
  at(index: number): Item | undefined {
    if (!(index >= 0 && index < this.#size)) return undefined;
    const starts = this.#getStarts();
    const number = lastAtMost(starts, index);
    return this.#blocks[number][index - starts[number]];
  }

  /** The place of an item that is in it. */
  indexOf(item: Item): number {
    const number = this.#blockFor(item);
    return this.#getStarts()[number] + this.#findIn(this.#blocks[number], item);
  }

  /** The block that an item belongs into. */
  #blockFor(item: Item): number {
    let from = 0;
    let to = this.#blocks.length - 1;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if (this.#compare(this.#blocks[middle][0], item) <= 0) from = middle;
      else to = middle - 1;
    }
    return from;
  }

  #findIn(block: readonly Item[], item: Item): number {
    let from = 0;
    let to = block.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#compare(block[middle], item) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #getStarts(): number[] {
    if (this.#starts !== undefined) return this.#starts;
    const starts: number[] = [];
    let start = 0;
    for (const block of this.#blocks) {
      starts.push(start);
      start += block.length;
    }
    return this.#starts = starts;
  }
}

const MAX_BLOCK = 512;

function lastAtMost(numbers: readonly number[], limit: number): number {
  let from = 0;
  let to = numbers.length - 1;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (numbers[middle] <= limit) from = middle;
    else to = middle - 1;
  }
  return from;
}
