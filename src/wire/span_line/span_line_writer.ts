import { countReason } from "../../model/counters.ts";
import type { Span } from "../../model/span.ts";
import { encodeSpanLine } from "./encode_span_line.ts";
import { RejectedSpanError, type SpanRejection } from "./rejected_span_error.ts";
import { MAX_LINE_BYTES } from "./span_line_buffer.ts";
import type { SpanLineSink } from "./span_line_sink.ts";
import type { TranscodeResult } from "./transcode_result.ts";

/**
 * Writes spans to a sink, one by one, and keeps the account: what decoders use whose protocol is rare
 * enough that a span may become an object on its way.
 */
export class SpanLineWriter {
  readonly #sink: SpanLineSink;
  readonly #rejected: Record<string, number> = {};
  #accepted = 0;
  #unfinished = 0;
  #firstProblem: string | undefined;

  constructor(sink: SpanLineSink) {
    this.#sink = sink;
  }

  /** What became of the spans so far. */
  get result(): TranscodeResult {
    return {
      accepted: this.#accepted,
      unfinished: this.#unfinished,
      rejected: this.#rejected,
      ...(this.#firstProblem === undefined ? {} : { firstProblem: this.#firstProblem }),
    };
  }

  /**
   * Writes the spans that a function makes of one span of the message: none of them when it throws a
   * {@linkcode RejectedSpanError}, which is counted.
   */
  write(read: () => Span | readonly Span[]): void {
    try {
      const spans = read();
      const lines = (Array.isArray(spans) ? spans as readonly Span[] : [spans as Span])
        .map((span) => ({ bytes: encodeLine(span), isUnfinished: span.state !== "ended" }));
      for (const line of lines) this.#commit(line.bytes, line.isUnfinished);
    } catch (error) {
      if (!(error instanceof RejectedSpanError)) throw error;
      this.reject(error.reason, error.message);
    }
  }

  /** Counts a span that is not taken. */
  reject(reason: SpanRejection, problem: string): void {
    countReason(this.#rejected, reason);
    this.#firstProblem ??= problem;
  }

  #commit(line: Uint8Array, isUnfinished: boolean): void {
    const at = this.#sink.reserve(line.length);
    this.#sink.bytes.set(line, at);
    this.#sink.commit(at + line.length, isUnfinished);
    this.#accepted++;
    if (isUnfinished) this.#unfinished++;
  }
}

const UTF8 = new TextEncoder();

function encodeLine(span: Span): Uint8Array {
  let line: Uint8Array;
  try {
    line = UTF8.encode(encodeSpanLine(span));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The one thing that has no notation: a year beyond 9999.
    throw new RejectedSpanError("invalid_time", error.message);
  }
  if (line.length > MAX_LINE_BYTES) {
    throw new RejectedSpanError(
      "too_long",
      `A span line of ${line.length} bytes is over the limit of ${MAX_LINE_BYTES}`,
    );
  }
  return line;
}
