import { createAttributes } from "../model/attributes.ts";
import { readEnvironment } from "../runtime/read_environment.ts";
import type { EventSenderOptions } from "../transport/event_sender.ts";
import { createOtlpEncoder } from "../transport/otlp_encoder.ts";
import { openOtlpTransport } from "../transport/otlp_transport.ts";
import { parseOtlpHeaders } from "../transport/parse_otlp_headers.ts";
import { SocketTransport } from "../transport/socket_transport.ts";
import { createSsfEncoder } from "../transport/ssf_encoder.ts";
import type { Target } from "../transport/target.ts";
import { FinishedSpanProcessor } from "./finished_span_processor.ts";
import { GoTraceProcessor } from "./gotrace_processor.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanProcessor } from "./span_processor.ts";
import { toSpan } from "./to_span.ts";
import { toSsfSpan } from "./to_ssf_span.ts";

/** A receiver that a tracer can send to. */
export type TracerTarget = Exclude<Target, { readonly protocol: "zipkin" }>;

/** What the processor of a tracer can be told. */
export interface ProcessorOptions extends EventSenderOptions {
  /**
   * The name of the program, for the protocols that have a place for it.
   *
   * @default the environment variable `OTEL_SERVICE_NAME`, else `unknown_service`
   */
  service?: string;
  /**
   * More headers for OTLP, for example with a token.
   *
   * @default those in the environment variable `OTEL_EXPORTER_OTLP_HEADERS`
   */
  headers?: Readonly<Record<string, string>>;
  /** How long one request may take, in milliseconds, for OTLP. @default 10,000 */
  timeoutMs?: number;
}

/**
 * Makes what sends a tracer's spans to a receiver. Nothing is connected before the first span.
 */
export function openProcessor(target: TracerTarget, options: ProcessorOptions): SpanProcessor {
  const service = options.service ?? readEnvironment("OTEL_SERVICE_NAME") ?? "unknown_service";
  const resource = createAttributes([["service.name", service]]);
  switch (target.protocol) {
    case "gotrace":
      return new GoTraceProcessor(new SocketTransport(target.address), options);
    case "ssf": {
      const isDatagram = target.address.transport === "udp";
      const encoder = createSsfEncoder(
        isDatagram,
        (span: RecordingSpan) => toSsfSpan(span, service),
      );
      return new FinishedSpanProcessor(new SocketTransport(target.address), encoder, options);
    }
    default: {
      const encoder = createOtlpEncoder(
        target.protocol === "otlp-json",
        (span: RecordingSpan) => toSpan(span, resource),
      );
      const headers = options.headers ??
        parseOtlpHeaders(readEnvironment("OTEL_EXPORTER_OTLP_HEADERS"));
      const transport = openOtlpTransport(target, { ...options, headers });
      return new FinishedSpanProcessor(transport, encoder, options);
    }
  }
}
