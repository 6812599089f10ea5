/** Neighbouring lines of a file. */
export interface LineRange {
  readonly offset: number;
  readonly length: number;
}

/** Where the lines of a file are, each with the line before it of the same trace: 16 bytes a line. */
export class LineTable {
  #offsets = new Float64Array(INITIAL_LINES);
  #lengths = new Uint32Array(INITIAL_LINES);
  #previous = new Int32Array(INITIAL_LINES);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * Adds a line.
   *
   * @param previous The line before it in its trace; -1 for none.
   * @returns Its number.
   */
  append(offset: number, length: number, previous: number): number {
    const line = this.#count++;
    if (line === this.#offsets.length) this.#grow();
    this.#offsets[line] = offset;
    this.#lengths[line] = length;
    this.#previous[line] = previous;
    return line;
  }

  /**
   * The places of a line and those before it in its trace, in the order of the file. Neighbours are together as
   * long as they take no more than `maxLength` bytes.
   */
  ranges(last: number, maxLength: number): LineRange[] {
    const ranges: { offset: number; length: number }[] = [];
    for (let line = last; line >= 0; line = this.#previous[line]) {
      const offset = this.#offsets[line];
      const length = this.#lengths[line];
      const range = ranges.at(-1);
      const isNeighbour = range?.offset === offset + length;
      if (range !== undefined && isNeighbour && range.length + length <= maxLength) {
        range.offset = offset;
        range.length += length;
      } else {
        ranges.push({ offset, length });
      }
    }
    return ranges.reverse();
  }

  #grow(): void {
    const size = 2 * this.#offsets.length;
    const [offsets, lengths, previous] = [this.#offsets, this.#lengths, this.#previous];
    this.#offsets = new Float64Array(size);
    this.#lengths = new Uint32Array(size);
    this.#previous = new Int32Array(size);
    this.#offsets.set(offsets);
    this.#lengths.set(lengths);
    this.#previous.set(previous);
  }
}

const INITIAL_LINES = 1024;
