import { parseJsonBody } from "../json/parse_json_body.ts";
import { encodeProtobufJson } from "../protobuf/encode_protobuf_json.ts";
import type { SpanLineSink } from "../span_line/span_line_sink.ts";
import type { TranscodeResult } from "../span_line/transcode_result.ts";
import { MAX_MESSAGE_DEPTH, TRACE_REQUEST } from "./otlp_schema.ts";
import { type TranscodeOtlpOptions, transcodeOtlpProtobuf } from "./transcode_otlp_protobuf.ts";

/**
 * Writes the spans of an `ExportTraceServiceRequest` in OTLP's JSON form as span lines: the same lines as
 * {@linkcode transcodeOtlpProtobuf} writes of the same request, and the same refusals. See
 * `encodeProtobufJson` for what notations are understood, and
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 *
 * @param request Not kept.
 * @throws {DecodeError} When the bytes are no such message, or one that is nested more than thrice as
 * deep as it may be. Nothing has been written then.
 * @example
 * ```ts
 * import { LineBuffer } from "../../assemble/line_buffer.ts";
 * import { transcodeOtlpJson } from "./transcode_otlp_json.ts";
 *
 * const lines = new LineBuffer((batch) => console.log(batch.spanCount));
 * const request = new TextEncoder().encode('{"resourceSpans":[]}');
 * if (transcodeOtlpJson(request, lines).accepted !== 0) throw new Error("wrong");
 * lines.flush();
 * ```
 */
export function transcodeOtlpJson(
  request: Uint8Array,
  sink: SpanLineSink,
  options: TranscodeOtlpOptions = {},
): TranscodeResult {
  const message = encodeProtobufJson(parseJsonBody(request), TRACE_REQUEST, MAX_MESSAGE_DEPTH);
  return transcodeOtlpProtobuf(message, sink, options);
}
