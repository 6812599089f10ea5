/*
 * Trace ids of this SDK have 16 hex digits, as go-trace's and B3's short ones; W3C and OpenTelemetry want
 * 32. One rule joins them: towards the outside an id of 16 digits is padded on the left with zeros, and
 * an id from the outside whose left half is all zeros is taken as its right half. So two programs with
 * this SDK are in one trace whatever format joins them. Ids of 128 random bits stay whole.
 */

/**
 * The form of a trace id in formats with 128-bit ids.
 *
 * @param traceId 16 or 32 lower-case hex digits.
 * @returns 32 digits; `undefined` for an id that would not come back the same, or is zero.
 */
export function widenTraceId(traceId: string): string | undefined {
  return isTraceId(traceId) ? traceId.padStart(32, "0") : undefined;
}

/**
 * The SDK's form of a trace id from outside.
 *
 * @param digits 1 to 32 hex digits in any case.
 * @returns 16 lower-case digits if that is enough, else 32; `undefined` for zero and for other text.
 */
export function narrowTraceId(digits: string): string | undefined {
  if (!/^[0-9a-f]{1,32}$/i.test(digits) || ZEROS.test(digits)) return undefined;
  const wide = digits.toLowerCase().padStart(32, "0");
  return wide.startsWith("0000000000000000") ? wide.slice(16) : wide;
}

/** A span id from outside, 1 to 16 hex digits, as 16 lower-case ones; `undefined` for zero and others. */
export function normaliseSpanId(digits: string): string | undefined {
  if (!/^[0-9a-f]{1,16}$/i.test(digits) || ZEROS.test(digits)) return undefined;
  return digits.toLowerCase().padStart(16, "0");
}

/** Whether headers can carry this trace id: 16 or 32 lower-case hex digits, not all zeros. */
export function isTraceId(traceId: unknown): traceId is string {
  return typeof traceId === "string" && /^(?:[0-9a-f]{16}){1,2}$/.test(traceId) &&
    !ZEROS.test(traceId);
}

/** Whether headers can carry this span id: 16 lower-case hex digits, not all zeros. */
export function isSpanId(spanId: unknown): spanId is string {
  return typeof spanId === "string" && /^[0-9a-f]{16}$/.test(spanId) && !ZEROS.test(spanId);
}

const ZEROS = /^0*$/;
