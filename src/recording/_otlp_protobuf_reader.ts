import { DecodeError } from "../wire/decode_error.ts";
import { transcodeOtlpProtobuf } from "../wire/otlp/transcode_otlp_protobuf.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import { fieldAt, frameAt } from "./_otlp_parts.ts";
import type { ForeignReader, ForeignReport } from "./_foreign_reader.ts";

/**
 * Reads OTLP's protobuf: one message (`TracesData`, or a request, which has the same form), or many, each behind
 * its length in 32 bits, the highest byte first, as the Collector's file exporter writes them.
 *
 * One message is taken apart: each of its `ResourceSpans` is read once it is there, so that a
 * message that is cut gives those before the cut.
 */
export class OtlpProtobufReader implements ForeignReader {
  readonly #isFramed: boolean;
  readonly #sink: SpanLineSink;
  readonly #report: ForeignReport;
  #held = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  /** Where in the file what is held begins. */
  #offset = 0;
  #isBroken = false;

  constructor(isFramed: boolean, sink: SpanLineSink, report: ForeignReport) {
    this.#isFramed = isFramed;
    this.#sink = sink;
    this.#report = report;
  }

  push(bytes: Uint8Array): void {
    if (this.#isBroken) return;
    this.#append(bytes);
    let at = 0;
    for (;;) {
      const part = this.#isFramed
        ? frameAt(this.#held, at, this.#length)
        : fieldAt(this.#held, at, this.#length);
      if (part === "broken" || part !== undefined && part.to - at > MAX_PART_BYTES) {
        this.#isBroken = true;
        this.#length = 0;
        this.#report.damaged("what follows is no OTLP message", this.#offset + at);
        return;
      }
      if (part === undefined || part.to > this.#length) break;
      this.#read(this.#held.subarray(part.from, part.to), this.#offset + part.from);
      at = part.to;
    }
    this.#held.copyWithin(0, at, this.#length);
    this.#length -= at;
    this.#offset += at;
  }

  finish(): void {
    if (this.#length === 0) return;
    this.#report.damaged("the end is missing", this.#offset + this.#length);
  }

  #read(message: Uint8Array, offset: number): void {
    try {
      this.#report.add(transcodeOtlpProtobuf(message, this.#sink));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#report.damaged(error.message, offset + error.offset);
    }
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
  }
}

const INITIAL_BYTES = 64 * 1024;
const MAX_PART_BYTES = 256 * 1024 * 1024;
