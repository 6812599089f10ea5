import type { Tracer } from "./tracer.ts";
import type { TracerSpan } from "./tracer_span.ts";

/** Whether a statement is one that rows come back from, or one that is only carried out. */
export type SqlSpanKind = "Query" | "Exec";

/** Starts the span of a statement as go-trace names it. */
export function startSqlSpan(tracer: Tracer, kind: SqlSpanKind, query: string): TracerSpan {
  return tracer.startSpan(kind === "Query" ? "SQL Query" : "SQL Exec", {
    kind: "sql",
    attributes: { query },
  });
}

/** Tells by its text whether a statement gives rows, for drivers with one method for all statements. */
export function classifySql(query: string): SqlSpanKind {
  const verb = LEADING_VERB.exec(query)?.[1]?.toUpperCase();
  return verb === undefined || ROW_VERBS.has(verb) || /\breturning\b/i.test(query)
    ? "Query"
    : "Exec";
}

/** The first word after comments, spaces and opening parentheses. */
const LEADING_VERB = /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*([a-z]+)/i;
const ROW_VERBS: ReadonlySet<string> = new Set([
  "SELECT",
  "WITH",
  "VALUES",
  "TABLE",
  "SHOW",
  "EXPLAIN",
  "DESCRIBE",
  "DESC",
  "PRAGMA",
  "FETCH",
  "CALL",
  "EXECUTE",
]);
