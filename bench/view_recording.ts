import type { AttributeValue } from "../src/model/attributes.ts";
import type { Span } from "../src/model/span.ts";
import { generateSpans } from "../tests/testing/generated_spans.ts";
import { recordSpans } from "./record_spans.ts";

/** What programs sent the spans of a recording: OpenTelemetry's, or go-trace's. */
export type RecordingShape = "otlp" | "gotrace";

/** Writes a recording of generated spans; each trace begins with a span `GET /things…`. */
export function writeRecording(
  path: string,
  shape: RecordingShape,
  spanCount: number,
): Promise<void> {
  return recordSpans(
    path,
    generateSpans({ spanCount }).map(shape === "otlp" ? withSdk : asGoTrace),
  );
}

/** With what every SDK adds. */
function withSdk(span: Span): Span {
  const resource = {
    ...span.resource,
    "host.name": "web-1",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "opentelemetry",
  };
  return {
    ...span,
    resource,
    scope: { name: "@opentelemetry/instrumentation-http", version: "1.0" },
  };
}

/** With what go-trace's events carry: ids of 64 bits, its kinds, attributes that are texts. */
function asGoTrace({ status, resource: _resource, ...span }: Span): Span {
  const attributes: Record<string, AttributeValue> = {};
  if (span.kind === "server") {
    Object.assign(attributes, { method: "GET", path: span.name.slice(4), status: "200" });
  } else if (span.attributes["db.query.text"] !== undefined) {
    attributes.query = span.attributes["db.query.text"];
  }
  if (status !== undefined) attributes.error = status.message ?? "failed";
  const kind = span.kind === "server" ? "http" : attributes.query ? "sql" : "function";
  return { ...span, traceId: span.traceId.slice(16), kind, attributes };
}
