/**
 * Checks the value of a `tracestate` header.
 *
 * @returns Its members without blanks and empty ones, shortened to 512 characters as the specification
 * asks; `undefined` when there is none, when one is malformed or appears twice, or when there are more
 * than 32.
 */
export function parseTraceState(field: string): string | undefined {
  if (field.length > MAX_FIELD_LENGTH) return undefined;
  const members: string[] = [];
  const keys = new Set<string>();
  for (const part of field.split(",")) {
    const member = part.trim();
    if (member === "") continue;
    const key = MEMBER.exec(member)?.[1];
    if (key === undefined || keys.has(key) || members.length === MAX_MEMBERS) return undefined;
    keys.add(key);
    members.push(member);
  }
  return members.length === 0 ? undefined : shorten(members);
}

/** The same for text that a program gives. */
export function formatTraceState(traceState: string): string | undefined {
  return typeof traceState === "string" ? parseTraceState(traceState) : undefined;
}

/** Long members go first, then those at the end: the newest are in front. */
function shorten(members: string[]): string | undefined {
  let kept = members;
  while (kept.join(",").length > MAX_LENGTH) {
    const long = kept.findLastIndex((member) => member.length > LONG_MEMBER_LENGTH);
    kept = kept.toSpliced(long < 0 ? kept.length - 1 : long, 1);
  }
  return kept.length === 0 ? undefined : kept.join(",");
}

const KEY = "[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}";
const MEMBER = new RegExp(`^(${KEY})=([ -+--<>-~]{0,255}[!-+--<>-~])$`);
const MAX_MEMBERS = 32;
const MAX_LENGTH = 512;
const LONG_MEMBER_LENGTH = 128;
/** 32 members of the greatest length, with room for blanks; longer text is not worth looking at. */
const MAX_FIELD_LENGTH = 32 * 1024;
