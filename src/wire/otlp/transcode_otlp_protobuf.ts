import { countReason } from "../../model/counters.ts";
import { checkMessage } from "../protobuf/check_message.ts";
import { InvalidUtf8Error, ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import { MAX_LINE_BYTES, SpanLineBuffer } from "../span_line/span_line_buffer.ts";
import type { SpanLineSink } from "../span_line/span_line_sink.ts";
import type { TranscodeResult } from "../span_line/transcode_result.ts";
import { OtlpLineWriter } from "./_otlp_line_writer.ts";
import { MAX_MESSAGE_DEPTH, TRACE_REQUEST } from "./otlp_schema.ts";
import { readResource, readScope } from "./_read_group.ts";

/** Options of `transcodeOtlpProtobuf` and `transcodeOtlpJson`. */
export interface TranscodeOtlpOptions {
  /** The longest span line; a span whose line is longer is refused as `too_long`. @default 16 MiB */
  readonly maxLineBytes?: number;
  /**
   * Most bytes that the lines of one request may spend on repeating resources and scopes: OTLP has them
   * once, so that a small request could fill a disk. Further spans are refused as `too_long`.
   * @default 512 MiB
   */
  readonly maxRepeatedBytes?: number;
}

/**
 * Writes the spans of an `ExportTraceServiceRequest` as span lines, as `encodeSpanLine` would.
 *
 * | field of OTLP | in the line |
 * | --- | --- |
 * | `trace_id`, `span_id`, `parent_span_id` | lower-case hexadecimal; a parent of zeros is none |
 * | `kind` | a word; unspecified is `internal`, an unknown number stays |
 * | `end_time_unix_nano` 0, or one that `otlpSpan` made up | `"running":true` |
 * | `status` | `ok` or `error` with its message; absent when unset |
 * | a value that is empty | `""` |
 *
 * A span is refused, and counted by reason, when an id has the wrong length or is all zero
 * (`invalid_id`; those of links may be zero or absent), when text of it, its resource or its scope is no
 * UTF-8 (`invalid_utf8`), when more than 100 lists and maps lie in each other (`too_deep`), or when its
 * line, or all that the lines repeat, gets too long (`too_long`).
 *
 * @param request Not kept.
 * @throws {DecodeError} When the bytes are no such message. Nothing has been written then.
 * @example
 * ```ts
 * import { LineBuffer } from "../../assemble/line_buffer.ts";
 * import { transcodeOtlpProtobuf } from "./transcode_otlp_protobuf.ts";
 *
 * const lines = new LineBuffer((batch) => console.log(batch.spanCount));
 * const { accepted } = transcodeOtlpProtobuf(new Uint8Array(), lines);
 * lines.flush();
 * if (accepted !== 0) throw new Error("wrong");
 * ```
 */
export function transcodeOtlpProtobuf(
  request: Uint8Array,
  sink: SpanLineSink,
  options: TranscodeOtlpOptions = {},
): TranscodeResult {
  checkMessage(request, TRACE_REQUEST, MAX_MESSAGE_DEPTH);
  const reader = new ProtobufReader(request);
  const { maxLineBytes = MAX_LINE_BYTES, maxRepeatedBytes = MAX_REPEATED_BYTES } = options;
  return new Transcoder(request, reader, sink, maxLineBytes, maxRepeatedBytes).run();
}

/** A field of a line, made once for many spans, or why there are none of these spans. */
type SharedField = Uint8Array | RejectedSpanError;

class Transcoder {
  readonly #reader: ProtobufReader;
  readonly #line: SpanLineBuffer;
  readonly #writer: OtlpLineWriter;
  readonly #maxLineBytes: number;
  #repeatableBytes: number;
  readonly #rejected: Record<string, number> = {};
  #accepted = 0;
  #unfinished = 0;
  #firstProblem: string | undefined;

  constructor(
    request: Uint8Array,
    reader: ProtobufReader,
    sink: SpanLineSink,
    maxLineBytes: number,
    maxRepeatedBytes: number,
  ) {
    this.#reader = reader;
    this.#line = new SpanLineBuffer(sink, maxLineBytes);
    this.#writer = new OtlpLineWriter(request, reader, this.#line);
    this.#maxLineBytes = maxLineBytes;
    this.#repeatableBytes = maxRepeatedBytes;
  }

  run(): TranscodeResult {
    while (this.#reader.next()) {
      if (this.#reader.field === 1) this.#transcodeResourceSpans();
      else this.#reader.skip();
    }
    return {
      accepted: this.#accepted,
      unfinished: this.#unfinished,
      rejected: this.#rejected,
      ...(this.#firstProblem !== undefined && { firstProblem: this.#firstProblem }),
    };
  }

  #transcodeResourceSpans(): void {
    const reader = this.#reader;
    const outerEnd = reader.enter();
    const resource = this.#readShared(readResource);
    while (reader.next()) {
      if (reader.field === 2) this.#transcodeScopeSpans(resource);
      else reader.skip();
    }
    reader.leave(outerEnd);
  }

  #transcodeScopeSpans(resource: SharedField): void {
    const reader = this.#reader;
    const outerEnd = reader.enter();
    const scope = this.#readShared(readScope);
    while (reader.next()) {
      if (reader.field === 2) this.#transcodeSpan(resource, scope);
      else reader.skip();
    }
    reader.leave(outerEnd);
  }

  /** Reads what the spans of a group share, and goes back to where the group begins. */
  #readShared(read: (reader: ProtobufReader) => string): SharedField {
    const { offset, end } = this.#reader;
    let shared: SharedField;
    try {
      shared = UTF8.encode(read(this.#reader));
    } catch (error) {
      shared = toRejection(error);
    }
    this.#reader.moveTo(offset, end);
    return shared;
  }

  #transcodeSpan(resource: SharedField, scope: SharedField): void {
    const reader = this.#reader;
    const line = this.#line;
    const outerEnd = reader.enter();
    const end = reader.end;
    if (resource instanceof RejectedSpanError) {
      this.#reject(resource.reason, resource.message);
    } else if (scope instanceof RejectedSpanError) {
      this.#reject(scope.reason, scope.message);
    } else if (resource.length + scope.length > this.#repeatableBytes) {
      this.#reject(
        "too_long",
        "Resources and scopes are too long for so many spans of one request",
      );
    } else {
      line.begin();
      try {
        const badId = this.#writer.write(resource, scope);
        if (badId !== undefined) this.#reject("invalid_id", badId);
        else if (line.isTooLong) {
          this.#reject("too_long", `The line of a span is over ${this.#maxLineBytes} bytes`);
        } else {
          line.commit(this.#writer.isUnfinished);
          this.#accepted++;
          this.#repeatableBytes -= resource.length + scope.length;
          if (this.#writer.isUnfinished) this.#unfinished++;
        }
      } catch (error) {
        const { reason, message } = toRejection(error);
        this.#reject(reason, message);
      }
    }
    reader.moveTo(end, outerEnd);
  }

  #reject(reason: string, problem: string): void {
    countReason(this.#rejected, reason);
    this.#firstProblem ??= problem;
  }
}

function toRejection(error: unknown): RejectedSpanError {
  if (error instanceof RejectedSpanError) return error;
  if (error instanceof InvalidUtf8Error) {
    return new RejectedSpanError("invalid_utf8", error.message);
  }
  throw error;
}

/** Ten times what 16 MiB of small spans (80,000) come to with 600 bytes of resource and scope each. */
const MAX_REPEATED_BYTES = 512 * 1024 * 1024;
const UTF8 = new TextEncoder();
