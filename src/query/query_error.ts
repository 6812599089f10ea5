/**
 * A query that cannot be read. Its message says what is wrong, where, and what was expected;
 * {@linkcode describeQueryError} shows the place, too.
 */
export class QueryError extends SyntaxError {
  override readonly name = "QueryError";
  /** The query as it was given. */
  readonly query: string;
  /** Where in the query, in characters (an emoji is one), the first being 1. */
  readonly column: number;
  /** What could stand there instead. */
  readonly expected: string;

  /**
   * @param problem What is wrong, beginning with a capital and without a period.
   * @param place The query, where in it (in UTF-16 units), and what was expected there.
   */
  constructor(
    problem: string,
    { query, offset, expected }: { query: string; offset: number; expected: string },
  ) {
    const column = columnOf(query, offset);
    super(`${problem} at column ${column}, expected ${expected}`);
    this.query = query;
    this.column = column;
    this.expected = expected;
  }
}

/** The column of a place that is given in UTF-16 units. */
export function columnOf(query: string, offset: number): number {
  return [...query.slice(0, offset)].length + 1;
}

/**
 * Shows a {@linkcode QueryError} on three lines: its message, the query, and a caret under the place.
 * A long query is cut around the place; whatever could control a terminal is shown as a blank.
 *
 * @returns Lines without a line end after the last.
 * @example
 * ```ts
 * import { compileQuery } from "./compile_query.ts";
 * import { describeQueryError, QueryError } from "./query_error.ts";
 *
 * try {
 *   compileQuery("duration >");
 * } catch (error) {
 *   if (!(error instanceof QueryError)) throw error;
 *   const lines = describeQueryError(error).split("\n");
 *   if (lines[1] !== "  duration >" || lines[2] !== "            ^") throw error;
 * }
 * ```
 */
export function describeQueryError(error: QueryError): string {
  if (error.query.trim() === "") return error.message;
  const characters = [...error.query].map((each) =>
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(each) ? " " : each
  );
  const at = error.column - 1;
  const from = at > SHOWN_BEFORE + 1 ? at - SHOWN_BEFORE : 0;
  const to = characters.length > at + SHOWN_AFTER + 1 ? at + SHOWN_AFTER : characters.length;
  const before = (from > 0 ? "…" : "") + characters.slice(from, at).join("");
  const after = characters.slice(at, to).join("") + (to < characters.length ? "…" : "");
  const line = `  ${before}${after}`.trimEnd();
  return `${error.message}\n${line}\n  ${blankOut(before)}^`;
}

/** How many characters of a long query are shown on each side of the place. */
const SHOWN_BEFORE = 48;
const SHOWN_AFTER = 24;

/** Blanks as wide as the text: wide characters become the ideographic space, marks nothing. */
function blankOut(text: string): string {
  return text.replace(/\p{M}/gu, "").replace(/./gu, (each) => WIDE.test(each) ? "\u3000" : " ");
}

/** What terminals draw two columns wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
