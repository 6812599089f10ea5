import type { TraceQuery } from "./page_api.ts";
import type { Route } from "./route.ts";

/** Which traces an address is about. */
export function traceQuery({ where, at, more }: Route): TraceQuery {
  return { where, at, after: digits(more["after"]), before: digits(more["before"]) };
}

/** The same as text, to tell two of them apart. */
export function traceQueryKey({ where, at, after, before }: TraceQuery): string {
  return JSON.stringify([where, at, after, before]);
}

function digits(text: string | undefined): string | undefined {
  return text !== undefined && /^-?\d{1,20}$/.test(text) ? text : undefined;
}
