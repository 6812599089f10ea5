import type { Span } from "../model/span.ts";

/** The name of the program that a span is from: SSF's service, else OpenTelemetry's. */
export function serviceOf(span: Span): string | undefined {
  const name = span.service || span.resource?.["service.name"];
  return typeof name === "string" && name !== "" ? name.toWellFormed() : undefined;
}
