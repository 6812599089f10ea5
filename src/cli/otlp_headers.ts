import { parseOtlpHeaders } from "../transport/parse_otlp_headers.ts";
import type { CliIo } from "./io.ts";

/** The headers that receivers of OTLP want, with a token, say, as OpenTelemetry's environment variables give them. */
export function readOtlpHeaders(io: CliIo): Record<string, string> {
  return parseOtlpHeaders(
    io.env("OTEL_EXPORTER_OTLP_TRACES_HEADERS") ?? io.env("OTEL_EXPORTER_OTLP_HEADERS"),
  );
}
