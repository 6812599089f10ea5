import { SLACK_BYTES } from "../wire/gotrace/event_lines.ts";

/** Bytes of lines. */
export interface LinePiece {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The memory that lines are held in, in pieces: each is used again when all that holds it has released it. */
export class LinePieces {
  readonly #pieces: LinePiece[] = [];
  readonly #holdCounts: number[] = [];
  readonly #spare: number[] = [];

  /** How many are held. */
  get usedCount(): number {
    return this.#pieces.length - this.#spare.length;
  }

  /** The piece with a number. */
  at(number: number): LinePiece {
    return this.#pieces[number];
  }

  /** The number of a piece that nobody held; the caller does now. */
  take(): number {
    const number = this.#spare.pop() ?? this.#add();
    this.#holdCounts[number] = 1;
    return number;
  }

  hold(number: number): void {
    this.#holdCounts[number]++;
  }

  release(number: number): void {
    if (--this.#holdCounts[number] === 0) this.#spare.push(number);
  }

  #add(): number {
    const bytes = new Uint8Array(PIECE_BYTES + SLACK_BYTES);
    return this.#pieces.push({ bytes, view: new DataView(bytes.buffer) }) - 1;
  }
}

/** How much a piece holds: a longer line is held in another way. */
export const PIECE_BYTES = 256 * 1024;
