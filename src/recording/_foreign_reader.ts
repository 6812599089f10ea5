import { countReason } from "../model/counters.ts";
import type { TranscodeResult } from "../wire/span_line/transcode_result.ts";

/** Reads the bytes of a file of another program's format, in pieces; what it finds goes to a sink. */
export interface ForeignReader {
  /** Takes the next bytes; not kept. */
  push(bytes: Uint8Array): void;
  /** Takes what is left, after the last bytes. */
  finish(): void;
}

/** What reading a file of another program's format has shown so far. */
export class ForeignReport {
  /** Spans that were refused, by reason. */
  readonly rejected: Record<string, number> = {};
  /** What was wrong with the first of them. */
  firstProblem: string | undefined;
  /** How many places could not be read. */
  damageCount = 0;
  /** What was wrong with the first of them, and where in the unpacked file. */
  firstDamage: { readonly reason: string; readonly offset: number } | undefined;
  #accepted = 0;

  /** Spans that were read. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Adds what became of a message. */
  add(result: TranscodeResult): void {
    this.#accepted += result.accepted;
    for (const [reason, count] of Object.entries(result.rejected)) {
      countReason(this.rejected, reason, count);
    }
    this.firstProblem ??= result.firstProblem;
  }

  /**
   * Counts a place that could not be read.
   *
   * @param offset Bytes from the beginning of the unpacked file.
   */
  damaged(reason: string, offset: number): void {
    this.damageCount++;
    this.firstDamage ??= { reason, offset };
  }
}
