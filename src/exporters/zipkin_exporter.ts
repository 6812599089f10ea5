import type { Span } from "../model/span.ts";
import { zipkinJsonSpan } from "../wire/zipkin/zipkin_json_span.ts";
import type { Exporter } from "./exporter.ts";

/**
 * Writes a list of spans of Zipkin's second model, one a line: what `/api/v2/spans` takes and Zipkin's page
 * opens. The table of `zipkinJsonSpan` says what becomes of each field.
 */
export class ZipkinExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  #isFirst = true;

  begin(): string {
    return "[";
  }

  span(span: Span): string {
    const separator = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    return separator + JSON.stringify(zipkinJsonSpan(span, this));
  }

  end(): string {
    return "\n]\n";
  }
}
