import { createHash } from "node:crypto";

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;

/** An id in the form OTLP demands, and whether that took a hash. */
export interface OtlpId {
  /** Lower-case hexadecimal: 32 digits for a trace, 16 for a span. */
  readonly hex: string;
  /** True when the id as received cannot be told from the hexadecimal form. */
  readonly isHashed: boolean;
}

/**
 * The OTLP form of a trace id: 32 lower-case hexadecimal digits stay, 16 (go-trace's) get 16 zeros in
 * front, anything else becomes the first 16 bytes of the SHA-256 of its UTF-8. The same id has the same form
 * everywhere, so that trees and links stay whole.
 */
export function otlpTraceId(id: string): OtlpId {
  if (TRACE_ID.test(id)) return { hex: id, isHashed: false };
  if (SPAN_ID.test(id)) return { hex: "0".repeat(16) + id, isHashed: false };
  return { hex: hashId(id, 32), isHashed: true };
}

/**
 * The OTLP form of a span id: 16 lower-case hexadecimal digits stay, anything else becomes the
 * first 8 bytes of its SHA-256.
 */
export function otlpSpanId(id: string): OtlpId {
  if (SPAN_ID.test(id)) return { hex: id, isHashed: false };
  return { hex: hashId(id, 16), isHashed: true };
}

function hashId(id: string, digits: number): string {
  return createHash("sha256").update(id).digest("hex").slice(0, digits);
}
