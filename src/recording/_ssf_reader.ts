import { DecodeError } from "../wire/decode_error.ts";
import { InvalidUtf8Error } from "../wire/protobuf/protobuf_reader.ts";
import { RejectedSpanError } from "../wire/span_line/rejected_span_error.ts";
import { SpanLineWriter } from "../wire/span_line/span_line_writer.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import { decodeSsfSpan } from "../wire/ssf/decode_ssf_span.ts";
import { normalizeSsfSpan } from "../wire/ssf/normalize_ssf_span.ts";
import { SsfFrameReader } from "../wire/ssf/ssf_frame_reader.ts";
import { ssfSpanToSpan } from "../wire/ssf/ssf_model.ts";
import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { ForeignReader, ForeignReport } from "./_foreign_reader.ts";

/** Reads frames of SSF, as a program writes them to a stream. */
export class SsfReader implements ForeignReader {
  readonly #frames = new SsfFrameReader();
  readonly #writer: SpanLineWriter;
  readonly #report: ForeignReport;
  #offset = 0;

  constructor(sink: SpanLineSink, report: ForeignReport) {
    this.#writer = new SpanLineWriter(sink);
    this.#report = report;
  }

  push(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#frames.push(bytes, (body) => this.#read(body));
  }

  finish(): void {
    this.#report.add(this.#writer.result);
    const { failure, isInsideFrame } = this.#frames;
    if (failure !== undefined) this.#report.damaged(failure.message, failure.offset);
    else if (isInsideFrame) this.#report.damaged("the end is missing", this.#offset);
  }

  #read(body: Uint8Array): void {
    this.#writer.write(() => {
      const span = ssfSpanToSpan(decode(body));
      // What only carries metrics is no span, and no loss.
      return span ?? [];
    });
  }
}

function decode(body: Uint8Array): SsfSpan {
  try {
    return normalizeSsfSpan(decodeSsfSpan(body));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const reason = error instanceof InvalidUtf8Error ? "invalid_utf8" : "malformed";
    throw new RejectedSpanError(reason, error.message);
  }
}
