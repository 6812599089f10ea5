import { transcodeJaegerThrift } from "../wire/jaeger/transcode_jaeger_thrift.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import type { TranscodeResult } from "../wire/span_line/transcode_result.ts";
import { transcodeZipkinJson } from "../wire/zipkin/transcode_zipkin_json.ts";
import type { HttpAnswer } from "./http_answer.ts";
import type { HttpRoute } from "./http_receiver.ts";
import type { SpanIntake } from "./span_intake.ts";

/**
 * What Zipkin's and Jaeger's own clients send over HTTP, for an `HttpReceiver`:
 *
 * | path                             | body                         |
 * | -------------------------------- | ---------------------------- |
 * | `/api/v2/spans`, `/api/v1/spans` | Zipkin's JSON, either model  |
 * | `/api/traces`                    | Jaeger's Thrift `Batch`      |
 *
 * Both answer status 202 without a body, also when some spans among good ones were not taken: neither
 * has a way to say so, and their senders would give up the whole.
 */
export function zipkinHttpRoutes(intake: SpanIntake): Record<string, HttpRoute> {
  const zipkin = route(intake, ["application/json"], transcodeZipkinJson);
  return {
    "/api/v2/spans": zipkin,
    "/api/v1/spans": zipkin,
    "/api/traces": route(
      intake,
      ["application/x-thrift", "application/vnd.apache.thrift.binary"],
      transcodeJaegerThrift,
    ),
  };
}

function route(
  intake: SpanIntake,
  contentTypes: readonly string[],
  transcode: (body: Uint8Array, sink: SpanLineSink) => TranscodeResult,
): HttpRoute {
  return {
    contentTypes,
    mayLackContentType: true,
    take(body): HttpAnswer {
      intake.take((sink) => transcode(body, sink));
      return { status: 202 };
    },
    describe: ({ message }) => ({ body: `${message}\n` }),
  };
}
