import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { compileCondition, isSpanwise } from "./_compile_condition.ts";
import { compileSpanset } from "./_find_spans.ts";
import { parseQuery } from "./_parse_query.ts";

/** A compiled query. */
export interface SpanQuery {
  /** The query as it was given. */
  readonly text: string;
  /** Whether every span can be judged by itself: no structure, no aggregates, no trace-level fields. */
  readonly isSpanwise: boolean;
  /**
   * Whether the query finds a span, whatever its trace.
   *
   * @throws {TypeError} When the query is not `isSpanwise`.
   */
  matchesSpan(span: Span): boolean;
  /**
   * Finds the spans of a trace, in time in proportion to their number.
   *
   * @returns Indexes into `trace.nodes` of the spans found, ascending; empty when the trace does not
   * match.
   */
  findSpans(trace: Trace): readonly number[] | Int32Array;
}

/**
 * Compiles a query in the language of docs/query.md. It is compiled once and then asked about any number
 * of spans or traces.
 *
 * @throws {QueryError} When the text is no query, with the place and what was expected there.
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { compileQuery } from "./compile_query.ts";
 *
 * const span: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /users/7",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 12_300_000n,
 *   state: "ended",
 *   attributes: createAttributes([["status", "503"]]),
 * };
 * const query = compileQuery("users duration > 10ms && .status >= 500");
 * if (!query.matchesSpan(span)) throw new Error("wrong");
 * ```
 */
export function compileQuery(text: string): SpanQuery {
  const spanset = parseQuery(text);
  const findSpans = compileSpanset(spanset);
  if (spanset.type !== "filter" || !isSpanwise(spanset.condition)) {
    return { text, isSpanwise: false, matchesSpan: refuseSpan, findSpans };
  }
  const test = compileCondition(spanset.condition);
  // A spanwise condition asks for neither the trace nor the index.
  const matchesSpan = test as (span: Span) => boolean;
  return { text, isSpanwise: true, matchesSpan: (span) => matchesSpan(span), findSpans };
}

function refuseSpan(): boolean {
  throw new TypeError("This query is about whole traces: use findSpans");
}
