import { EXPORT_FORMATS } from "../exporters/export_formats.ts";
import type { Exporter, ExportFormat } from "../exporters/exporter.ts";

/** The formats of `trace export`: those that need no package, Parquet, and the page of the browser view. */
export const ALL_EXPORT_FORMATS: readonly ExportFormat[] = [
  ...EXPORT_FORMATS,
  {
    name: "html",
    description: "one page that shows the traces as trace view --web does, without a server",
    extension: "html",
    defaultMaxSpans: 100_000,
    create: async (options): Promise<Exporter> => {
      const { HtmlExporter } = await import("../web/html_exporter.ts");
      return new HtmlExporter(options);
    },
  } satisfies ExportFormat,
  {
    name: "parquet",
    description: "Apache Parquet, the columns of csv with types, for DuckDB and the like",
    extension: "parquet",
    isBinary: true,
    create: async (): Promise<Exporter> => {
      const { ParquetExporter } = await import("../exporters/parquet_exporter.ts");
      const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
      return new ParquetExporter({ ByteWriter, ParquetWriter } as never);
    },
  } satisfies ExportFormat,
].sort((a, b) => a.name < b.name ? -1 : 1);
