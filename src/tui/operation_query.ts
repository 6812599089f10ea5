import type { Operation, OperationCategory } from "../analysis/operation.ts";

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
  const parts = category === "function" ? [] : textParts(category, name);
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
const METHOD = /^([A-Z]+) (?=\S+$)/;

/** The pieces of a name that stand in its spans as they are, the longest ones. */
function textParts(category: OperationCategory, name: string): string[] {
  const parts = attributeParts(category, name).flatMap((text) => text.split(PLACEHOLDERS))
    .map((part) => part.slice(0, MAX_PART_LENGTH).trim())
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
  const longest = parts.toSorted((a, b) => b.length - a.length).slice(0, MAX_PARTS);
  return [...new Set(parts.filter((part) => longest.includes(part)))];
}

/** The pieces of a name that may come from attributes of their own. */
function attributeParts(category: OperationCategory, name: string): string[] {
  switch (category) {
    case "endpoint": {
      const method = METHOD.exec(name);
      return method === null ? [name] : [method[1], name.slice(method[0].length)];
    }
    case "http": {
      const method = METHOD.exec(name);
      const target = name.slice(method?.[0].length ?? 0);
      const path = target.indexOf("/");
      const place = path < 0 ? [target] : [target.slice(0, path), target.slice(path)];
      return method === null ? place : [method[1], ...place];
    }
    case "database":
    case "messaging":
      return name.split(" ");
    case "rpc":
      return name.split("/");
    default:
      return [name];
  }
}
