/**
 * Counts texts in bounded memory so that the most frequent stay. When there is no room for another one,
 * every count goes down by one, and what comes to nothing makes room (Misra and Gries): whatever is more
 * than one of `max + 1` texts is kept for certain.
 */
export class FrequentTexts {
  readonly #counts = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Returns whether the text has a place now. */
  add(text: string): boolean {
    const count = this.#counts.get(text);
    if (count !== undefined || this.#counts.size < this.#max) {
      this.#counts.set(text, (count ?? 0) + 1);
      return true;
    }
    for (const [other, otherCount] of this.#counts) {
      if (otherCount === 1) this.#counts.delete(other);
      else this.#counts.set(other, otherCount - 1);
    }
    return false;
  }

  /** How often, at least, each text came that has a place. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
