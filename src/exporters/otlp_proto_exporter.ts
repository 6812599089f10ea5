import type { Span } from "../model/span.ts";
import { encodeOtlpProtobuf } from "../wire/otlp/encode_otlp.ts";
import type { Exporter } from "./exporter.ts";
import { NO_BYTES } from "./_join_bytes.ts";

/** How an {@linkcode OtlpProtoExporter} groups spans. */
export interface OtlpProtoExporterOptions {
  /** Most spans held back so that those of equal resource and scope come together. @default 512 */
  readonly maxPendingSpans?: number;
}

/**
 * Writes one `ExportTraceServiceRequest` of OTLP in protobuf. Messages of protobuf that follow each other are
 * one message with the lists of all of them, so that a file of any size is written piece by piece.
 */
export class OtlpProtoExporter implements Exporter<Uint8Array> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #maxPendingSpans: number;
  #spans: Span[] = [];

  constructor(options: OtlpProtoExporterOptions = {}) {
    this.#maxPendingSpans = options.maxPendingSpans ?? 512;
  }

  begin(): Uint8Array {
    return NO_BYTES;
  }

  span(span: Span): Uint8Array {
    this.#spans.push(span);
    return this.#spans.length >= this.#maxPendingSpans ? this.end() : NO_BYTES;
  }

  end(): Uint8Array {
    const spans = this.#spans;
    this.#spans = [];
    return encodeOtlpProtobuf(spans, this, { marksShortIds: true });
  }
}
