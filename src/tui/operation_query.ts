import type { Operation } from "../analysis/operation.ts";

/**
 * A query that finds the spans of an operation, for people to go on with. An operation's name leaves
 * out values, and may be put together of several attributes: what it says is looked for as texts, each of
 * which must occur in a span. So it may find a little more than the operation.
 *
 * @example
 * ```ts
 * import { operationQuery } from "./operation_query.ts";
 *
 * const query = operationQuery({
 *   category: "sql",
 *   service: "shop",
 *   name: "SELECT * FROM users WHERE id = ?",
 * });
 * if (query !== 'service = "shop" && "SELECT * FROM users WHERE id ="') throw new Error(query);
 * ```
 */
export function operationQuery({ category, service, name }: Operation): string {
  const conditions = service === "" ? [] : [`service = ${quote(service)}`];
  const parts = category === "function" ? [] : textParts(name, category === "http");
  conditions.push(...(parts.length > 0 ? parts.map(quote) : [`name = ${quote(name)}`]));
  return conditions.join(" && ");
}

/** A query that finds the spans of a service. */
export function serviceQuery(name: string): string {
  return name === "" ? "service = nil" : `service = ${quote(name)}`;
}

/** A text as a string of the query language. */
export function quote(text: string): string {
  // Other escapes than these would be read as they are.
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

/** More texts make a query that nobody wants to read. */
const MAX_PARTS = 4;
const MAX_PART_LENGTH = 200;
/** What stands for values: `?`, `(?)`, `{id}`; a name that was cut ends with an ellipsis. */
const PLACEHOLDERS = /\s*(?:\(\s*\?[\s,?]*\)|\?|\{[^{}\s]*\}|…$)\s*/;
const METHOD = /^([A-Z]+) (?=\S)/;

/** The pieces of a name that stand in its spans as they are, the longest ones. */
function textParts(name: string, hasHost: boolean): string[] {
  const method = METHOD.exec(name);
  // A method and a path may come from two attributes; a verb of SQL stands in the statement.
  const isRequest = method !== null && /^\S*$/.test(name.slice(method[0].length));
  const whole = isRequest ? name.slice(method[0].length) : name;
  // So may a host and a path.
  const pieces = hasHost && isRequest ? whole.split(/(?=\/)/) : [whole];
  const texts = pieces.length > 1 ? [pieces[0], pieces.slice(1).join("")] : pieces;
  const parts = texts.flatMap((text) => text.split(PLACEHOLDERS))
    .map((part) => part.slice(0, MAX_PART_LENGTH).trim())
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
  const longest = [...parts].sort((a, b) => b.length - a.length).slice(0, MAX_PARTS);
  const chosen = parts.filter((part) => longest.includes(part));
  if (isRequest) chosen.unshift(method[1]);
  return [...new Set(chosen)];
}
