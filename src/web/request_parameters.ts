import type { StartRange } from "./start_range.ts";
import { HttpProblem } from "../receivers/http_problem.ts";
import { TRACE_SORTS, type TraceSort } from "../views/trace_selection.ts";

/**
 * Reads a whole number that is not negative; a larger one than `max` is taken as that.
 *
 * @throws {HttpProblem} When it is none.
 */
export function readCount(
  parameters: URLSearchParams,
  name: string,
  { fallback, max }: { fallback: number; max: number },
): number {
  const text = parameters.get(name) ?? "";
  if (text === "") return fallback;
  if (!/^\d+$/.test(text)) {
    throw new HttpProblem(400, "bad_parameter", `${name}=${text} is no whole number from 0 on`);
  }
  return Math.min(Number(text), max);
}

/**
 * Reads what rows are sorted by: a name for the least first, with `-` in front for the most; the newest first
 * when nothing is said.
 *
 * @returns Which selection that is, and whether it is read from its end.
 * @throws {HttpProblem} When there is no such order.
 */
export function readSort(text: string | null): { sort: TraceSort; isReversed: boolean } {
  if (text === null || text === "" || text === "-start") {
    return { sort: "newest", isReversed: false };
  }
  const name = TRACE_SORTS.find((each) => each === text.replace(/^-/, ""));
  if (name === undefined || name === "newest") {
    const known = TRACE_SORTS.filter((each) => each !== "newest").join(", ");
    throw new HttpProblem(
      400,
      "bad_parameter",
      `sort=${text} is none of ${known}, with - in front for the other direction`,
    );
  }
  return { sort: name, isReversed: MOST_FIRST.has(name) !== text.startsWith("-") };
}

/** Selections that have the most first. */
const MOST_FIRST: ReadonlySet<TraceSort> = new Set(["duration", "spans", "errors"]);

/**
 * Reads a moment in nanoseconds since the Unix epoch; `undefined` without one.
 *
 * @throws {HttpProblem} When it is none.
 */
export function readMoment(parameters: URLSearchParams, name = "at"): bigint | undefined {
  const text = parameters.get(name) ?? "";
  if (text === "") return undefined;
  if (!/^-?\d{1,19}$/.test(text)) {
    const message = `${name}=${text} is no moment in nanoseconds since the epoch`;
    throw new HttpProblem(400, "bad_parameter", message);
  }
  return BigInt(text);
}

/**
 * Reads when traces should have begun; `undefined` when that does not matter.
 *
 * @throws {HttpProblem} When a bound is no moment.
 */
export function readStartRange(parameters: URLSearchParams): StartRange | undefined {
  const after = readMoment(parameters, "after");
  const before = readMoment(parameters, "before");
  return after === undefined && before === undefined ? undefined : { after, before };
}
