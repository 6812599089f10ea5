import type { Span } from "../model/span.ts";

/** The status code of an HTTP answer, by the names that protocols have for it. */
export function httpStatus(span: Span): string | undefined {
  const { attributes } = span;
  const status = (span.kind === "http" ? attributes["status"] : undefined) ??
    attributes["http.response.status_code"] ?? attributes["http.status_code"];
  if (status === undefined) return undefined;
  const text = String(status);
  return /^[1-5]\d\d$/.test(text) ? text : undefined;
}

/** The statement that a span sent to a database. */
export function sqlQuery(span: Span): string | undefined {
  const { attributes } = span;
  const query = (span.kind === "sql" ? attributes["query"] : undefined) ??
    attributes["db.query.text"] ?? attributes["db.statement"];
  return typeof query === "string" ? query : undefined;
}

/** What went wrong in a span that failed, in the words of its program. */
export function errorMessage(span: Span): string {
  const { attributes } = span;
  const candidates = [
    span.status?.message,
    attributes["error"],
    attributes["error.msg"],
    attributes["error.message"],
    attributes["exception.message"],
    span.events?.find((event) => event.name === "exception")?.attributes["exception.message"],
    attributes["error.type"],
  ];
  for (const candidate of candidates) {
    if (typeof candidate === "string" && candidate !== "" && candidate !== "true") return candidate;
  }
  return "error";
}
