import type { Span } from "../../model/span.ts";
import { skipFlatTexts } from "./_flat_attributes.ts";
import { linePartsOf, readLineSpan, type SpanLineParts } from "./_line_span.ts";

export { linePartsOf, skipFlatTexts as skipTexts, type SpanLineParts };

/**
 * Reads a span from a line that was put together of parts of others.
 *
 * @param line Without its line end.
 * @returns `undefined` when it has not the shape that this program writes.
 */
export function spanOfLine(line: string): Span | undefined {
  const escapeAt = line.indexOf("\\");
  return readLineSpan(line, 0, line.length, escapeAt < 0 ? line.length : escapeAt);
}

/**
 * Whether nothing stands behind a span's end but attributes that are all texts, as of go-trace's spans.
 */
export function hasOnlyTexts({ text, endTo, to }: SpanLineParts): boolean {
  if (endTo + 2 === to) return true;
  return text.startsWith(ATTRIBUTES_LABEL, endTo + 1) &&
    skipFlatTexts(text, endTo + 1 + ATTRIBUTES_LABEL.length) === to - 1;
}

const ATTRIBUTES_LABEL = ',"attrs":';
