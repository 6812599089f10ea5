import { isErrorSpan, type Span } from "../../model/span.ts";
import { lineOf } from "./_line_span.ts";

/**
 * The same as `isErrorSpan`, without decoding the attributes of a span in whose line no sign of a failure stands:
 * those that have been decoded stay in memory as long as the span does.
 */
export function hasFailed(span: Span): boolean {
  const line = lineOf(span);
  return line !== undefined && !SIGNS.some((sign) => line.includes(sign))
    ? false
    : isErrorSpan(span);
}

/** Keys of fields and attributes that say so, and what others may be hidden behind. */
const SIGNS = ['"error"', '"status"', "\\"] as const;
