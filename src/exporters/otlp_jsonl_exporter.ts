import type { Span } from "../model/span.ts";
import { formatOtlpRequest } from "../wire/otlp/encode_otlp.ts";
import { OtlpGroups } from "../wire/otlp/otlp_groups.ts";
import type { Exporter } from "./exporter.ts";

/** How an {@linkcode OtlpJsonlExporter} groups spans. */
export interface OtlpJsonlExporterOptions {
  /** Most spans on one line. @default 512 */
  readonly maxSpansPerLine?: number;
}

/**
 * Writes OTLP/JSON as the file exporter of OpenTelemetry's Collector does: one
 * `ExportTraceServiceRequest` a line, in which spans of equal resource and equal scope stand together.
 */
export class OtlpJsonlExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #maxSpansPerLine: number;
  readonly #groups: OtlpGroups = new OtlpGroups(this, { marksShortIds: true });

  constructor(options: OtlpJsonlExporterOptions = {}) {
    this.#maxSpansPerLine = options.maxSpansPerLine ?? 512;
  }

  begin(): string {
    return "";
  }

  span(span: Span): string {
    this.#groups.add(span);
    return this.#groups.spanCount >= this.#maxSpansPerLine ? this.#flush() : "";
  }

  end(): string {
    return this.#groups.spanCount > 0 ? this.#flush() : "";
  }

  #flush(): string {
    return formatOtlpRequest(this.#groups.take()) + "\n";
  }
}
