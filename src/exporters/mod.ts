/**
 * Writes spans in the formats of other programs, from a test or a script. What becomes of each field is in
 * `docs/formats.md`.
 *
 * @module
 */
export { EXPORT_FORMATS, findExportFormat } from "./export_formats.ts";
export { exportSpans } from "./export_spans.ts";
export type { Exporter, ExportFormat, ExportFormatOptions, ExportPiece } from "./exporter.ts";
export { ParquetExporter, type ParquetModule } from "./parquet_exporter.ts";
export { parseRedactRule, Redactor, type RedactorOptions, type RedactRule } from "./redactor.ts";
export type { Attributes, AttributeValue } from "../model/attributes.ts";
export { changeSpan } from "../model/change_span.ts";
export type {
  InstrumentationScope,
  MetricSample,
  Span,
  SpanEvent,
  SpanLink,
  SpanState,
  SpanStatus,
} from "../model/span.ts";
export type { SpanKind } from "../model/span_kind.ts";
