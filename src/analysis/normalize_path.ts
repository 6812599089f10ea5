/**
 * Brings the path of a request into the form that all paths share which differ in their ids alone:
 * `/users/123` becomes `/users/{id}`. A query and a fragment are left out.
 *
 * An id is a segment that is a whole number, a UUID, or hexadecimal: at least 16 digits, or at least 8
 * when one of them is decimal. An ending such as `.json` stays.
 *
 * @param onId Told of each id that was replaced.
 * @example
 * ```ts
 * import { normalizePath } from "./normalize_path.ts";
 *
 * const path = normalizePath("/v2/users/123/files/550e8400-e29b-41d4-a716-446655440000.png?x=1");
 * if (path !== "/v2/users/{id}/files/{id}.png") throw new Error(path);
 * ```
 */
export function normalizePath(path: string, onId?: (id: string) => void): string {
  const end = path.search(/[?#]/);
  const whole = end < 0 ? path : path.slice(0, end);
  if (!/[0-9a-f]/i.test(whole)) return whole;
  const segments = whole.split("/");
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at];
    const dot = segment.lastIndexOf(".");
    const stem = dot > 0 ? segment.slice(0, dot) : segment;
    if (!isId(stem)) continue;
    onId?.(stem);
    segments[at] = "{id}" + segment.slice(stem.length);
  }
  return segments.join("/");
}

/** Whether text stands for one thing of many: a number, a UUID, long hexadecimal. */
export function isId(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > LONGEST_ID) return false;
  if (NUMBER.test(text) || UUID.test(text)) return true;
  return length >= 8 && HEX.test(text) && (length >= 16 || /\d/.test(text));
}

const LONGEST_ID = 128;
const NUMBER = /^-?\d+$/;
const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const HEX = /^(?:0x)?[0-9a-f]+$/i;
