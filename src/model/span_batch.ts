/**
 * The hand-over between stages: completed spans as JSON Lines, one span a line, in the form of
 * recordings. Stages that need no more than bytes (recording, broadcast) never parse them; stages
 * that look inside decode them with `decodeSpanLine`.
 */
export interface SpanBatch {
  /** Whole lines, each with its line end. Valid during the call only: copy what must stay. */
  readonly lines: Uint8Array;
  /** How many lines there are. */
  readonly spanCount: number;
  /** How many of the spans never got an end. @default 0 */
  readonly unfinishedCount?: number;
}

/** What every stage after assembly is: a function that takes a batch at once and never throws. */
export type SpanConsumer = (batch: SpanBatch) => void;
