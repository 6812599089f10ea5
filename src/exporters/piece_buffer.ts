import type { ExportPiece } from "./exporter.ts";
import { joinBytes } from "./_join_bytes.ts";

/** Gathers the pieces that an exporter returns, so that they are written a good deal at a time. */
export class PieceBuffer {
  #text = "";
  #pieces: Uint8Array[] = [];
  #byteCount = 0;

  /** Takes a piece; pieces are written in this order. */
  add(piece: ExportPiece): void {
    if (typeof piece === "string") {
      this.#text += piece;
      return;
    }
    if (piece.length === 0) return;
    if (this.#text !== "") this.#encodeText();
    this.#pieces.push(piece);
    this.#byteCount += piece.length;
  }

  /** Whether there is enough to be written. */
  get isFull(): boolean {
    return this.#text.length + this.#byteCount >= FULL_BYTES;
  }

  /** All that was added since the last time; may be empty. */
  take(): Uint8Array {
    if (this.#text !== "") this.#encodeText();
    const bytes = joinBytes(this.#pieces);
    this.#pieces = [];
    this.#byteCount = 0;
    return bytes;
  }

  #encodeText(): void {
    const bytes = UTF8.encode(this.#text);
    this.#text = "";
    this.#pieces.push(bytes);
    this.#byteCount += bytes.length;
  }
}

const FULL_BYTES = 64 * 1024;
const UTF8 = new TextEncoder();
