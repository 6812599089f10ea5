/**
 * A hexadecimal id in the form that spans have it: lower case, 16 or 32 digits. Shorter ones, which
 * programs send that drop leading zeros, get them back.
 *
 * @param maxDigits 16 for the id of a span, 32 for a trace's.
 * @returns `undefined` when it is no such id, or all zeros, which stands for none.
 */
export function normalizeHexId(id: unknown, maxDigits: 16 | 32): string | undefined {
  if (typeof id !== "string" || id.length > maxDigits || !HEX.test(id)) return undefined;
  if (ZEROS.test(id)) return undefined;
  return id.toLowerCase().padStart(id.length > 16 ? 32 : 16, "0");
}

/** Whether an id says that there is none: absent, empty or all zeros. */
export function isUnsetId(id: unknown): boolean {
  return id === undefined || id === null || typeof id === "string" && ZEROS.test(id);
}

const HEX = /^[0-9A-Fa-f]+$/;
const ZEROS = /^0*$/;
