import { crc32 } from "node:zlib";
import { formatCheckpoint, formatHeader } from "./_control_line.ts";
import type { WriteBuffer } from "./_write_buffer.ts";

/** Puts the header and the checkpoints of one file around its lines, and counts for them. */
export class SectionFramer {
  readonly #creator: string;
  /** With a line end before it, for a place where part of a line stands. */
  #header: Uint8Array;
  #needsHeader = true;
  #sequence = 0;
  #spans = 0;
  #unfinished = 0;
  /** Lost spans in all: when the header was written, and in the last checkpoint. */
  #lostAtHeader = 0;
  #lostInCheckpoint = 0;

  constructor(creator: string) {
    this.#creator = creator;
    this.#header = this.#newHeader();
  }

  /** The room that a buffer must have in front; headers differ in their time only. */
  get headRoom(): number {
    return this.#header.length;
  }

  /** Begins a file: its header comes with the next frame. */
  begin(): void {
    this.#header = this.#newHeader();
    this.#needsHeader = true;
    this.#sequence = this.#spans = this.#unfinished = 0;
    this.#lostAtHeader = this.#lostInCheckpoint;
  }

  /** Whether spans were lost that no checkpoint tells of. */
  hasUntoldLoss(lostCount: number): boolean {
    return lostCount > this.#lostInCheckpoint;
  }

  /**
   * Header, lines and checkpoint in one piece, whichever there are.
   *
   * @param lostCount Spans lost in all so far.
   * @param isMidLine Whether part of a line stands before it, which cannot be cut off.
   */
  frame(buffer: WriteBuffer, lostCount: number, isMidLine: boolean): Uint8Array {
    const header = this.#needsHeader ? this.#header.subarray(isMidLine ? 0 : 1) : NOTHING;
    if (buffer.length === 0 && !this.hasUntoldLoss(lostCount)) return buffer.frame(header, "");
    const checkpoint = formatCheckpoint({
      sequence: this.#sequence + 1,
      spans: this.#spans + buffer.spanCount,
      unfinished: this.#unfinished + buffer.unfinishedCount,
      lost: lostCount - this.#lostAtHeader,
      bytes: buffer.length,
      crc32: crc32(buffer.lines),
    });
    return buffer.frame(header, checkpoint);
  }

  /** Counts what a frame held, now that it has been written. */
  commit(buffer: WriteBuffer, lostCount: number): void {
    this.#needsHeader = false;
    if (buffer.length === 0 && !this.hasUntoldLoss(lostCount)) return;
    this.#sequence++;
    this.#lostInCheckpoint = lostCount;
    this.#spans += buffer.spanCount;
    this.#unfinished += buffer.unfinishedCount;
  }

  #newHeader(): Uint8Array {
    return encoder.encode("\n" + formatHeader(new Date(), this.#creator));
  }
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();
