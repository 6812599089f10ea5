/**
 * Where decoders write span lines, one after another: as bytes, because nobody may ever look inside
 * them.
 */
export interface SpanLineSink {
  /** Where to write; `reserve` may replace it, so read it anew afterwards. */
  bytes: Uint8Array;

  /** Offset in `bytes` at which to write a line of at most `length` bytes. */
  reserve(length: number): number;

  /**
   * Takes the line that was written at the offset from `reserve`, up to `to`.
   *
   * @param isUnfinished Whether it is of a span that never got an end. @default false
   */
  commit(to: number, isUnfinished?: boolean): void;
}
