import { ALL_EXPORT_FORMATS } from "../../src/cli/all_export_formats.ts";
import { findExportFormat } from "../../src/exporters/export_formats.ts";
import { exportSpans } from "../../src/exporters/export_spans.ts";
import type { Exporter } from "../../src/exporters/exporter.ts";
import type { Span } from "../../src/model/span.ts";

/** A file that an exporter wrote, and what the exporter said of it. */
export interface Exported {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
  readonly exporter: Exporter;
}

/** Exports spans to a format of the command line. */
export async function exportTo(name: string, spans: Iterable<Span>): Promise<Exported> {
  return await exportWith(await findExportFormat(name, ALL_EXPORT_FORMATS)!.create(), spans);
}

/** Exports spans with an exporter. */
export async function exportWith(exporter: Exporter, spans: Iterable<Span>): Promise<Exported> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exportSpans(spans, exporter)) pieces.push(piece);
  const bytes = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
  return { bytes, text: new TextDecoder().decode(bytes), exporter };
}
