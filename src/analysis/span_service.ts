import type { Span } from "../model/span.ts";

/** The program that made a span, by SSF's service or `service.name`; empty when it is not known. */
export function spanService(span: Span): string {
  const service = span.service ?? span.resource?.["service.name"];
  return typeof service === "string" ? service : "";
}
