import type { Span } from "../model/span.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import type { Exporter } from "./exporter.ts";

/** Writes span lines: one JSON object a line, every field whole. Nothing is lost or changed. */
export class JsonlExporter implements Exporter<string> {
  readonly dropped: Readonly<Record<string, number>> = {};
  readonly changed: Readonly<Record<string, number>> = {};

  begin(): string {
    return "";
  }

  span(span: Span): string {
    return encodeSpanLine(span);
  }

  end(): string {
    return "";
  }
}
