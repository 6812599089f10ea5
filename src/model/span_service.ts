import type { Span } from "./span.ts";

/** The program that made a span, by SSF's service or `service.name` of its resource; `undefined` when not known. */
export function spanService(span: Span): string | undefined {
  const service = span.service || span.resource?.["service.name"];
  return typeof service === "string" && service !== "" ? service : undefined;
}
