import * as z from "zod";
import type { SpanQuery } from "../query/compile_query.ts";
import { describeQueryError, QueryError } from "../query/query_error.ts";
import { ToolError } from "./tool_error.ts";

/** The parameter of tools that choose. */
export const QUERY = z.string().optional().describe(
  "Only what this finds: a query of search_traces",
);

/** The same where it is explained. */
export const EXPLAINED_QUERY = QUERY.describe(
  "TraceQL subset, e.g. error && duration > 100ms; service = shop && kind = sql; " +
    '.http.route = "/cart"; { name = "GET /cart" } >> { kind = sql } | count() > 10; plain words search text',
);

/**
 * Compiles a query; `undefined` for none.
 *
 * @throws {ToolError} When it is no query, with the place and what there is.
 */
export async function readQuery(text: string | undefined): Promise<SpanQuery | undefined> {
  if (text === undefined || text.trim() === "") return undefined;
  // Regular expressions bring a package along, which would slow the start.
  const { compileQuery } = await import("../query/compile_query.ts");
  try {
    return compileQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new ToolError(`Cannot read the query: ${describeQueryError(error)}\n\n${CHEAT_SHEET}`);
  }
}

const CHEAT_SHEET = `Queries, by example:
  error                                failed spans; running, unfinished, orphan, root
  checkout                             the word in a name, a service or a value; "quoted phrase"
  duration > 100ms                     units ns us ms s m h; also traceDuration
  name = "GET /cart", name =~ "GET .*" exact, regular expression; also service, kind, status, rootName
  .http.status_code >= 500             an attribute; span.x and resource.x for one place; = nil for none
  a && b, a || b, !(a)                 a span that meets conditions
  { a } >> { b }, { a } > { b }        b anywhere below a, right below a (<< and < the other way)
  { a } | count() > 10                 traces with that many; also sum, avg, min, max(duration)`;
