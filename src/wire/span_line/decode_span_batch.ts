import type { Span } from "../../model/span.ts";
import { decodeSpanLines } from "./decode_span_line.ts";

/**
 * Reads the lines of a batch that this program wrote itself.
 *
 * @param lines Whole lines.
 * @throws {DecodeError} When one is no span line.
 */
export function decodeSpanBatch(lines: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (const line of UTF8.decode(lines).split("\n")) {
    if (line !== "") spans.push(...decodeSpanLines(line));
  }
  return spans;
}

const UTF8 = new TextDecoder();
