import type { ExportFormat } from "./exporter.ts";

/** Every format of `trace export`, by name in alphabetical order; the code of each loads on use. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    name: "chrome",
    description: "Chrome trace events (JSON), for Perfetto and chrome://tracing",
    create: async () => new (await import("./chrome_exporter.ts")).ChromeExporter(),
  },
  {
    name: "jsonl",
    description: "span lines, one JSON object a line, as recordings and viewers have them",
    create: async () => new (await import("./jsonl_exporter.ts")).JsonlExporter(),
  },
  {
    name: "otlp-jsonl",
    description:
      "OTLP/JSON, one ExportTraceServiceRequest a line, as OpenTelemetry's Collector writes",
    create: async () => new (await import("./otlp_jsonl_exporter.ts")).OtlpJsonlExporter(),
  },
];

/** The format of that name, or `undefined`. */
export function findExportFormat(name: string): ExportFormat | undefined {
  return EXPORT_FORMATS.find((format) => format.name === name);
}
