import type { Span } from "../model/span.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";

/**
 * Spans as bytes, a third of the memory that the objects take, and nothing that a garbage collector has to look
 * at: their lines, each without the end that it has in common with the line before, as the resource is.
 *
 * @returns `undefined` when a span has no line, as one at a time after the year 9999.
 */
export function packSpans(spans: Iterable<Span>): Uint8Array | undefined {
  let text = "";
  try {
    for (const span of spans) text += encodeSpanLine(span);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const lines = UTF8_ENCODER.encode(text);
  // A line may have nothing in common with the one before.
  const heads: Head[] = [];
  let size = 0;
  let before: Line = { from: 0, to: 0 };
  for (let from = 0; from < lines.length;) {
    const line = { from, to: lines.indexOf(LINE_FEED, from) + 1 };
    const sharedLength = sharedEnd(lines, before, line);
    const ownLength = line.to - from - sharedLength;
    heads.push({ from, ownLength, sharedLength });
    size += HEAD_BYTES + ownLength;
    before = line;
    from = line.to;
  }
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const { from, ownLength, sharedLength } of heads) {
    view.setUint32(at, ownLength);
    view.setUint32(at + 4, sharedLength);
    packed.set(lines.subarray(from, from + ownLength), at + HEAD_BYTES);
    at += HEAD_BYTES + ownLength;
  }
  return packed;
}

/** The spans that were packed, in their order. */
export function unpackSpans(packed: Uint8Array): Span[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  let size = 0;
  for (let at = 0; at < packed.length; at += HEAD_BYTES + view.getUint32(at)) {
    size += view.getUint32(at) + view.getUint32(at + 4);
  }
  const lines = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < packed.length;) {
    const ownLength = view.getUint32(at);
    const sharedLength = view.getUint32(at + 4);
    const beforeTo = to;
    at += HEAD_BYTES;
    lines.set(packed.subarray(at, at + ownLength), to);
    at += ownLength;
    to += ownLength;
    lines.copyWithin(to, beforeTo - sharedLength, beforeTo);
    to += sharedLength;
  }
  return decodeSpanBatch(lines);
}

interface Line {
  readonly from: number;
  readonly to: number;
}

interface Head {
  readonly from: number;
  readonly ownLength: number;
  readonly sharedLength: number;
}

/** How many bytes at their ends two lines have in common. */
function sharedEnd(lines: Uint8Array, a: Line, b: Line): number {
  const most = Math.min(a.to - a.from, b.to - b.from);
  let count = 0;
  while (count < most && lines[a.to - 1 - count] === lines[b.to - 1 - count]) count++;
  return count;
}

/** Two lengths. */
const HEAD_BYTES = 8;
const LINE_FEED = 0x0a;
const UTF8_ENCODER = new TextEncoder();
