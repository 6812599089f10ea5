/** One span of a message that cannot be taken; the others can. */
export class RejectedSpanError extends Error {
  override readonly name = "RejectedSpanError";
  /** What it is counted as. */
  readonly reason: SpanRejection;

  constructor(reason: SpanRejection, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Why a span is not taken. */
export type SpanRejection =
  | "malformed"
  | "invalid_id"
  | "invalid_time"
  | "invalid_attribute"
  | "invalid_utf8"
  | "orphan_end"
  | "too_deep"
  | "too_long";
