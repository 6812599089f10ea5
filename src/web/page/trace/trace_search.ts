import type { SpanQuery } from "../../../query/compile_query.ts";

/** What a search in a trace has found. */
export interface TraceMatches {
  /** What was looked for; empty for nothing. */
  readonly text: string;
  /** Indexes of the spans that match, ascending. */
  readonly indexes: Int32Array;
  /** By index of a span: 1 for a match. */
  readonly marks: Uint8Array;
  /** Whether it was taken as a query rather than as text. */
  readonly query?: SpanQuery;
  /** Why the text is no query, though it begins like one. */
  readonly problem?: string;
}

/** No search. */
export const NO_MATCHES: TraceMatches = {
  text: "",
  indexes: new Int32Array(),
  marks: new Uint8Array(),
};

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
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = low + high >> 1;
    if (step === 1 ? indexes[middle] <= from : indexes[middle] < from) low = middle + 1;
    else high = middle;
  }
  const place = step === 1 ? low : low - 1;
  if (place >= length) return indexes[0];
  return place < 0 ? indexes[length - 1] : indexes[place];
}

/** Which of the matches a span is, the first being 1; 0 when it is none. */
export function matchNumber({ indexes, marks }: TraceMatches, index: number): number {
  if (index < 0 || marks[index] !== 1) return 0;
  let low = 0;
  let high = indexes.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (indexes[middle] < index) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}
