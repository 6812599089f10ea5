import { QueryError } from "../../../query/query_error.ts";
import { compileQuery } from "../../../query/compile_query.ts";
import { type Operation, operationOf } from "../../../analysis/operation.ts";
import type { Trace } from "../../../model/trace.ts";
import { findSpans, textTest } from "../../../views/find_spans.ts";

/** What is looked for in a trace. */
export interface TraceSearch {
  /** As it was typed; empty for nothing. */
  readonly text: string;
  /** The operation whose spans are looked for, instead of the text. */
  readonly operation?: Pick<Operation, "category" | "service" | "name">;
}

/** What a search in a trace has found. */
export interface TraceMatches {
  readonly text: string;
  /** Indexes of the spans that match, ascending. */
  readonly indexes: Int32Array;
  /** By index of a span: 1 for a match. */
  readonly marks: Uint8Array;
  /** Why the text, which looks like a query, is none: it was looked for as text. */
  readonly problem?: string;
}

/** Nothing is looked for. */
export const NO_SEARCH: TraceSearch = { text: "" };

const NO_MATCHES: TraceMatches = { text: "", indexes: new Int32Array(), marks: new Uint8Array() };

/**
 * Looks for spans of a trace: what has an operator of the query language in it is a query, everything else
 * is text, which may be in any name, key or value.
 */
export function searchTrace(trace: Trace, { text, operation }: TraceSearch): TraceMatches {
  if (text === "") return NO_MATCHES;
  let indexes: Int32Array;
  let problem: string | undefined;
  if (operation !== undefined) {
    indexes = findSpans(trace, (span) => {
      const found = operationOf(span);
      return found.name === operation.name && found.service === operation.service &&
        found.category === operation.category;
    });
  } else if (OPERATORS.test(text)) {
    try {
      indexes = findSpans(trace, compileQuery(text));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      problem = error.message;
      indexes = findSpans(trace, textTest(text));
    }
  } else {
    indexes = findSpans(trace, textTest(text));
  }
  const marks = new Uint8Array(trace.nodes.length);
  for (const index of indexes) marks[index] = 1;
  return { text, indexes, marks, problem };
}

const OPERATORS = /[=<>~{]/;

/**
 * The match to go to from a place in the trace, round at its ends.
 *
 * @param indexes Ascending.
 * @param from Index of the span where the search stands; -1 for none.
 * @returns `undefined` when there is no match.
 */
export function nextMatch(
  indexes: ArrayLike<number>,
  from: number,
  step: 1 | -1,
): number | undefined {
  const { length } = indexes;
  if (length === 0) return undefined;
  const place = step === 1 ? countBelow(indexes, from + 1) : countBelow(indexes, from) - 1;
  if (place >= length) return indexes[0];
  return place < 0 ? indexes[length - 1] : indexes[place];
}

/** Which of the matches a span is, the first being 1; 0 when it is none. */
export function matchNumber({ indexes, marks }: TraceMatches, index: number): number {
  return index < 0 || marks[index] !== 1 ? 0 : countBelow(indexes, index) + 1;
}

/** How many of ascending numbers are below one. */
function countBelow(numbers: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
