import type { ExportFormat } from "./exporter.ts";

/** Formats that need no package, by name in alphabetical order; the code of each loads on use. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    name: "chrome",
    description: "Chrome trace events (JSON), for Perfetto and chrome://tracing",
    extension: "json",
    create: async () => new (await import("./chrome_exporter.ts")).ChromeExporter(),
  },
  {
    name: "csv",
    description: "a table, one span a row, for spreadsheets and databases",
    extension: "csv",
    create: async () => new (await import("./csv_exporter.ts")).CsvExporter(),
  },
  {
    name: "folded",
    description: "folded stacks with self times in microseconds, for flame graph tools",
    extension: "folded",
    create: async () => new (await import("./folded_exporter.ts")).FoldedExporter(),
  },
  {
    name: "gotrace",
    description: "go-trace's event lines, a start and an end for each span",
    extension: "jsonl",
    create: async () => new (await import("./gotrace_exporter.ts")).GotraceExporter(),
  },
  {
    name: "jaeger",
    description: "Jaeger's JSON, as its query service answers and its page opens",
    extension: "json",
    create: async () => new (await import("./jaeger_exporter.ts")).JaegerExporter(),
  },
  {
    name: "jsonl",
    description: "span lines, one JSON object a line, as recordings and viewers have them",
    extension: "jsonl",
    create: async () => new (await import("./jsonl_exporter.ts")).JsonlExporter(),
  },
  {
    name: "markdown",
    description: "trees to paste into an issue; the first spans only",
    extension: "md",
    defaultMaxSpans: 300,
    create: async (options) =>
      new (await import("./markdown_exporter.ts")).MarkdownExporter(options),
  },
  {
    name: "mermaid",
    description: "a Gantt chart for Markdown with mermaid; the first spans only",
    extension: "mmd",
    defaultMaxSpans: 150,
    create: async (options) => new (await import("./mermaid_exporter.ts")).MermaidExporter(options),
  },
  {
    name: "otlp-json",
    description: "OTLP/JSON, one ExportTraceServiceRequest",
    extension: "json",
    create: async () => new (await import("./otlp_json_exporter.ts")).OtlpJsonExporter(),
  },
  {
    name: "otlp-jsonl",
    description:
      "OTLP/JSON, one ExportTraceServiceRequest a line, as OpenTelemetry's Collector writes",
    extension: "jsonl",
    create: async () => new (await import("./otlp_jsonl_exporter.ts")).OtlpJsonlExporter(),
  },
  {
    name: "otlp-proto",
    description: "OTLP protobuf, one ExportTraceServiceRequest",
    extension: "binpb",
    isBinary: true,
    create: async () => new (await import("./otlp_proto_exporter.ts")).OtlpProtoExporter(),
  },
  {
    name: "perfetto",
    description: "Perfetto's protobuf, for ui.perfetto.dev and its trace processor",
    extension: "perfetto-trace",
    isBinary: true,
    create: async () => new (await import("./perfetto_exporter.ts")).PerfettoExporter(),
  },
  {
    name: "speedscope",
    description: "speedscope's JSON, a profile for each trace",
    extension: "speedscope.json",
    create: async () => new (await import("./speedscope_exporter.ts")).SpeedscopeExporter(),
  },
  {
    name: "ssf",
    description: "veneur's SSF, in frames as its clients write them",
    extension: "ssf",
    isBinary: true,
    create: async () => new (await import("./ssf_exporter.ts")).SsfExporter(),
  },
  {
    name: "svg",
    description: "a picture of waterfall and flame graph; the first traces only",
    extension: "svg",
    defaultMaxSpans: 1000,
    create: async ({ maxSpans, svgChart } = {}) =>
      new (await import("./svg_exporter.ts")).SvgExporter({ maxSpans, chart: svgChart }),
  },
  {
    name: "zipkin",
    description: "Zipkin's JSON (v2), a list of spans",
    extension: "json",
    create: async () => new (await import("./zipkin_exporter.ts")).ZipkinExporter(),
  },
];

/** The format of that name, or `undefined`. */
export function findExportFormat(
  name: string,
  formats: readonly ExportFormat[] = EXPORT_FORMATS,
): ExportFormat | undefined {
  return formats.find((format) => format.name === name);
}
