import { DecodeError } from "../decode_error.ts";
import { isJsonRecord, type JsonRecord, parseJsonBody } from "../json/parse_json_body.ts";
import { SpanLineWriter } from "../span_line/span_line_writer.ts";
import type { SpanLineSink } from "../span_line/span_line_sink.ts";
import type { TranscodeResult } from "../span_line/transcode_result.ts";
import { isZipkinV1, readZipkinV1 } from "./_read_zipkin_v1.ts";
import { readZipkinV2 } from "./_read_zipkin_v2.ts";
import { zipkinSpanToSpan } from "./_zipkin_model.ts";

/**
 * Writes the spans of a Zipkin message as span lines. Both models are taken, as `/api/v2/spans` and
 * `/api/v1/spans` get them, whichever of the two the message came by: a list of spans. So are lists of
 * traces, each a list of spans, which the query API answers with and users save.
 *
 * | Zipkin | span |
 * | --- | --- |
 * | `traceId`, `id`, `parentId` | ids in lower case; with zeros in front when they have fewer than 16 digits, or a trace id between 17 and 31 |
 * | `name`, `kind` | themselves; `internal` without a kind |
 * | `timestamp`, `duration` | start and end; running without a duration; the first annotation's time without a timestamp |
 * | `shared` | an id of its own and the shared one as parent, see `sharedSpanId` |
 * | `localEndpoint` | `service`, attributes `network.local.address`, `network.local.port` |
 * | `remoteEndpoint` | attributes `peer.service`, `network.peer.address`, `network.peer.port` |
 * | `tags` | attributes |
 * | `annotations` | events |
 * | `debug` | attribute `zipkin.debug` |
 * | tag `error` | status error, its text the message; stays an attribute |
 * | tags `otel.status_code`, `otel.status_description`, `otel.scope.name`, `otel.scope.version` | status and scope instead of attributes |
 *
 * The first model's annotations become the fields above, see `readZipkinV1`; a span of it that holds
 * both halves of a call counts as two. Reasons to reject a span: `malformed`, `invalid_id`, `invalid_time`,
 * `invalid_attribute`, `too_long`.
 *
 * Specification: https://zipkin.io/zipkin-api/
 *
 * @param body The message, unpacked.
 * @throws {DecodeError} When it is no JSON, or no list. Nothing has been written then.
 * @example
 * ```ts
 * import { LineBuffer } from "../../assemble/line_buffer.ts";
 * import { transcodeZipkinJson } from "./transcode_zipkin_json.ts";
 *
 * const sink = new LineBuffer((batch) => console.log(new TextDecoder().decode(batch.lines)));
 * const span = { traceId: "1a", id: "2b", name: "get", timestamp: 1_000_000, duration: 500 };
 * const result = transcodeZipkinJson(new TextEncoder().encode(JSON.stringify([span])), sink);
 * sink.flush();
 * if (result.accepted !== 1) throw new Error(result.firstProblem);
 * ```
 */
export function transcodeZipkinJson(body: Uint8Array, sink: SpanLineSink): TranscodeResult {
  const message = parseJsonBody(body);
  if (!Array.isArray(message)) {
    throw new DecodeError("Zipkin message is not a list of spans", 0);
  }
  const writer = new SpanLineWriter(sink);
  for (const item of message) {
    if (!Array.isArray(item)) writeSpan(item, writer);
    else for (const span of item) writeSpan(span, writer);
  }
  return writer.result;
}

function writeSpan(record: unknown, writer: SpanLineWriter): void {
  if (isJsonRecord(record)) writer.write(() => readSpans(record).map(zipkinSpanToSpan));
  else writer.reject("malformed", "A span is no JSON object");
}

function readSpans(record: JsonRecord): ReturnType<typeof readZipkinV1> {
  return isZipkinV1(record) ? readZipkinV1(record) : [readZipkinV2(record)];
}
