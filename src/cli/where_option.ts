import type { SpanQuery } from "../query/compile_query.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { CommandError } from "./command_error.ts";

/** The option that every command has which can choose: `.option(...WHERE_OPTION)`. */
export const WHERE_OPTION = [
  "--where <query>",
  "only what a query finds, such as 'error && duration > 100ms'; see docs/query.md",
] as const;

/**
 * Compiles what `--where` was given; `undefined` without it.
 *
 * @throws {CommandError} When it is no query: wrong usage, with the place in the query.
 */
export async function readWhere(text: string | undefined): Promise<SpanQuery | undefined> {
  if (text === undefined) return undefined;
  // Regular expressions bring a package along, which would slow every start.
  const { compileQuery } = await import("../query/compile_query.ts");
  const { describeQueryError, QueryError } = await import("../query/query_error.ts");
  try {
    return compileQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new CommandError(`Cannot read --where: ${describeQueryError(error)}`, 2);
  }
}

/** What to say when a query finds nothing. */
export function describeNoMatch({ text }: SpanQuery): string {
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return `No trace matches ${escapeText(shown)}`;
}

const SHOWN_LENGTH = 120;
