import {
  countOtlpDataPoints,
  countOtlpLogRecords,
  type OtlpFormat,
} from "../wire/otlp/count_otlp_records.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { readOtlpLogEvents } from "../wire/otlp/read_otlp_log_events.ts";
import type { PartialSuccess } from "../wire/otlp/otlp_response.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import type { TranscodeResult } from "../wire/span_line/transcode_result.ts";
import type { SpanIntake } from "./span_intake.ts";

/** Writes the spans of one `ExportTraceServiceRequest` to a sink. */
export type OtlpTranscode = (request: Uint8Array, sink: SpanLineSink) => TranscodeResult;

/** Options of {@linkcode OtlpIntake}. */
export interface OtlpIntakeOptions {
  /** Gets the spans; receivers of other protocols may share it. */
  spans: SpanIntake;
  /** How the requests of each format are read. */
  transcode: Readonly<Record<OtlpFormat, OtlpTranscode>>;
}

/** The kinds of data that OTLP carries. */
export type OtlpSignal = "traces" | "logs" | "metrics";

/**
 * Takes OTLP's requests, however they arrive. Spans go on, with the log records that name them as events;
 * other log records and metrics are counted, so that programs that send them without being asked have no
 * errors to report.
 */
export class OtlpIntake {
  /** Log records that arrived. */
  logRecordCount = 0;
  /** Data points of metrics that arrived. */
  dataPointCount = 0;
  /** Gets the spans. */
  readonly spans: SpanIntake;
  readonly #transcode: Readonly<Record<OtlpFormat, OtlpTranscode>>;

  constructor(options: OtlpIntakeOptions) {
    this.spans = options.spans;
    this.#transcode = options.transcode;
  }

  /**
   * Takes one request.
   *
   * @param request Not kept.
   * @returns What to tell the sender when some of its spans were not taken.
   * @throws {DecodeError} When the request is bad as a whole; it has been counted as one message.
   */
  take(signal: OtlpSignal, request: Uint8Array, format: OtlpFormat): PartialSuccess | undefined {
    if (signal === "traces") {
      return toPartialSuccess(
        this.spans.take((sink) => this.#transcode[format](request, sink)),
      );
    }
    try {
      if (signal === "logs") this.#takeLogs(request, format);
      else this.dataPointCount += countOtlpDataPoints(request, format);
    } catch (error) {
      if (error instanceof DecodeError) this.spans.reject("malformed");
      throw error;
    }
    return undefined;
  }

  #takeLogs(request: Uint8Array, format: OtlpFormat): void {
    const events = readOtlpLogEvents(request, format);
    this.logRecordCount += countOtlpLogRecords(request, format);
    for (const { traceId, spanId, event } of events) {
      this.spans.events.add(traceId, spanId, event);
    }
  }
}

function toPartialSuccess(result: TranscodeResult): PartialSuccess | undefined {
  const reasons = Object.entries(result.rejected);
  const rejectedSpans = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (rejectedSpans === 0) return undefined;
  const counts = reasons.map(([reason, count]) => `${reason}: ${count}`).join(", ");
  const problem = result.firstProblem === undefined ? "" : `; the first: ${result.firstProblem}`;
  const all = result.accepted + rejectedSpans;
  return {
    rejectedSpans,
    errorMessage: `${rejectedSpans} of ${all} spans were not taken (${counts})${problem}`,
  };
}
