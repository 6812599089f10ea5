import type { Field } from "./_field.ts";
import { listOf, type QueryCursor } from "./_query_cursor.ts";
import type { AggregateName, Spanset } from "./_query_tree.ts";
import { readLimit } from "./_read_literal.ts";

/** What can be computed of a set of spans. */
export const AGGREGATES: readonly AggregateName[] = ["count", "avg", "min", "max", "sum"];

/** Stages of TraceQL that do not choose spans, or that compute series. */
const UNSUPPORTED = /^(?:by|select|coalesce|with|rate|compare|topk|bottomk|\w+_over_time)$/;

/** Whether a name is that of a stage, of one that is not supported, or of none. */
export function classifyStage(name: string): "aggregate" | "unsupported" | "unknown" {
  if ((AGGREGATES as readonly string[]).includes(name)) return "aggregate";
  return UNSUPPORTED.test(name) ? "unsupported" : "unknown";
}

/**
 * Reads a stage that keeps a trace's spans if what is computed of them passes: `count() > 3`.
 *
 * @param cursor At the stage's name.
 * @throws {QueryError} When there is no such stage.
 */
export function readAggregate(cursor: QueryCursor, input: Spanset): Spanset {
  const nameToken = cursor.token;
  const name = nameToken.value;
  const stages = `${listOf(AGGREGATES)} of the spans, or { a condition }`;
  if (nameToken.type !== "word") throw cursor.unexpected(nameToken, stages);
  switch (classifyStage(name)) {
    case "unsupported":
      throw cursor.error(`The stage ${name}() is not supported`, nameToken, stages);
    case "unknown":
      throw cursor.unexpected(nameToken, stages);
  }
  cursor.take();
  cursor.expect("(", '"("');
  const aggregate = name as AggregateName;
  const field = aggregate === "count" ? undefined : readField(cursor);
  cursor.expect(")", '")"');
  const { comparator } = cursor;
  if (comparator === undefined || comparator.includes("~")) {
    throw cursor.unexpected(cursor.token, "one of = != < <= > >= and a number");
  }
  cursor.take();
  const { token } = cursor;
  if (token.type !== "word") throw cursor.unexpected(token, "a number");
  const limit = readLimit(field, token);
  if (typeof limit !== "number") throw cursor.error(limit.problem, token, limit.expected);
  cursor.take();
  return { type: "aggregate", input, aggregate, field, comparator, limit };
}

function readField(cursor: QueryCursor): Field {
  const { token } = cursor;
  const field = token.type === "word" ? cursor.findField(token) : undefined;
  if (field === undefined || !["any", "duration", "number"].includes(field.type)) {
    throw cursor.unexpected(token, "duration or an attribute such as .key");
  }
  cursor.take();
  return field;
}
