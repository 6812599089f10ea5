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
  let shape = "";
  let copied = 0;
  let start = 0;
  for (let at = 0;; at++) {
    const code = at < path.length ? path.charCodeAt(at) : END;
    if (code !== SLASH && code !== QUESTION && code !== HASH && code !== END) continue;
    const stemEnd = idEnd(path, start, at);
    if (stemEnd > start) {
      onId?.(path.slice(start, stemEnd));
      shape += path.slice(copied, start) + "{id}";
      copied = stemEnd;
    }
    if (code !== SLASH) return shape + path.slice(copied, at);
    start = at + 1;
  }
}

/** Whether text stands for one thing of many: a number, a UUID, long hexadecimal. */
export function isId(text: string): boolean {
  return isIdPart(text, 0, text.length);
}

const LONGEST_ID = 128;
const END = -1;
const HASH = 35;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const QUESTION = 63;
const UUID_LENGTH = 36;
const UUID_DASHES: ReadonlySet<number> = new Set([8, 13, 18, 23]);

/** Where the id ends that a segment is, its file name ending aside; its start when it is none. */
function idEnd(path: string, start: number, end: number): number {
  if (isIdPart(path, start, end)) return end;
  for (let at = end - 1; at > start && at > end - LONGEST_ENDING; at--) {
    if (path.charCodeAt(at) === DOT) return isIdPart(path, start, at) ? at : start;
  }
  return start;
}

const LONGEST_ENDING = 16;

function isIdPart(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length === 0 || length > LONGEST_ID) return false;
  let digits = 0;
  let letters = 0;
  let dashes = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      digits++;
    } else if ((code | 32) >= 97 && (code | 32) <= 102) {
      letters++;
    } else if (code === DASH && (at === start || UUID_DASHES.has(at - start))) {
      dashes++;
    } else {
      return false;
    }
  }
  if (dashes === 0) {
    return letters === 0 || length >= 16 || (length >= 8 && digits > 0);
  }
  // A negative number, or a UUID.
  return (dashes === 1 && letters === 0 && length > 1 && text.charCodeAt(start) === DASH) ||
    (dashes === 4 && length === UUID_LENGTH && text.charCodeAt(start) !== DASH);
}
