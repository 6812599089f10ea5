import { fromBase64, toBase64 } from "../wire/base64.ts";

/**
 * Writes an id as one segment of an address: `/t/ID`, `/api/trace/ID`. Ids are any text. What browsers and
 * servers take for a way to elsewhere even when it is escaped (`..`, slashes) is written as `~` and the base64
 * of its UTF-8, whose slashes and pluses are `_` and `-`.
 *
 * @example
 * ```ts
 * import { decodeTraceSegment, encodeTraceSegment } from "./trace_segment.ts";
 *
 * if (encodeTraceSegment("4bf92f") !== "4bf92f") throw new Error("changed");
 * if (decodeTraceSegment(encodeTraceSegment("../x")) !== "../x") throw new Error("lost");
 * ```
 */
export function encodeTraceSegment(id: string): string {
  if (!/[/\\~%]|^\.{1,2}$/.test(id)) return encodeURIComponent(id.toWellFormed());
  const base64 = toBase64(new TextEncoder().encode(id));
  return `~${base64.replaceAll("/", "_").replaceAll("+", "-").replaceAll("=", "")}`;
}

/**
 * The inverse of {@linkcode encodeTraceSegment}.
 *
 * @throws {URIError} When the segment is not percent-encoded UTF-8.
 */
export function decodeTraceSegment(segment: string): string {
  const text = decodeURIComponent(segment);
  if (!text.startsWith("~")) return text;
  const base64 = text.slice(1).replaceAll("_", "/").replaceAll("-", "+");
  const bytes = fromBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="));
  // What is no base64 was typed by a person.
  return bytes === undefined ? text : new TextDecoder().decode(bytes);
}
