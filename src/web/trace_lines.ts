import type { Span } from "../model/span.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { Slices } from "./_slices.ts";

/** Spans as lines of a recording, in parts and in slices. */
export async function* traceLines(
  spans: Iterable<Span>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const slices = new Slices(signal);
  let text = "";
  for (const span of spans) {
    text += encodeSpanLine(span);
    if (text.length >= PART_LENGTH) {
      yield UTF8.encode(text);
      text = "";
    }
    if (slices.isOver) await slices.next();
  }
  if (text !== "") yield UTF8.encode(text);
}

const UTF8 = new TextEncoder();
const PART_LENGTH = 128 * 1024;
