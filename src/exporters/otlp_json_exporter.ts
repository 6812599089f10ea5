import type { Span } from "../model/span.ts";
import { OtlpGroups, type OtlpResourceSpans } from "../wire/otlp/otlp_groups.ts";
import type { Exporter } from "./exporter.ts";

/** How an {@linkcode OtlpJsonExporter} groups spans. */
export interface OtlpJsonExporterOptions {
  /** Most spans held back so that those of equal resource and scope come together. @default 512 */
  readonly maxPendingSpans?: number;
}

/**
 * Writes one `ExportTraceServiceRequest` of OTLP/JSON, as a program sends it: `{"resourceSpans":[…]}`. A
 * resource comes again every 512 spans, which the format allows.
 */
export class OtlpJsonExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #maxPendingSpans: number;
  readonly #groups: OtlpGroups = new OtlpGroups(this, { marksShortIds: true });
  #isFirst = true;

  constructor(options: OtlpJsonExporterOptions = {}) {
    this.#maxPendingSpans = options.maxPendingSpans ?? 512;
  }

  begin(): string {
    return '{"resourceSpans":[';
  }

  span(span: Span): string {
    this.#groups.add(span);
    return this.#groups.spanCount >= this.#maxPendingSpans ? this.#flush() : "";
  }

  end(): string {
    return this.#flush() + "\n]}\n";
  }

  #flush(): string {
    return this.#groups.take().map((group) => this.#format(group)).join("");
  }

  #format(group: OtlpResourceSpans): string {
    // A brace at the beginning of a line would begin another request to readers of JSON Lines.
    const separator = this.#isFirst ? "\n " : ",\n ";
    this.#isFirst = false;
    return separator + JSON.stringify(group);
  }
}
