import { buildTrace } from "../../../assemble/build_trace.ts";
import type { Span } from "../../../model/span.ts";
import type { Trace } from "../../../model/trace.ts";
import { decodeSpanBatch } from "../../../wire/span_line/decode_span_batch.ts";
import { nextTask } from "../next_task.ts";

/**
 * Reads the lines of a trace while they come, and builds its tree when all are there. Between pieces the
 * page gets its turn, so that it answers while a large trace is read.
 *
 * @param onPart Gets, once, the tree of the spans that came first, when reading takes long enough to be noticed.
 * @returns `undefined` when there was no span.
 * @throws {DecodeError} When a line is no span line.
 */
export async function readTrace(
  traceId: string,
  lines: ReadableStream<Uint8Array>,
  onPart?: (part: Trace) => void,
): Promise<Trace | undefined> {
  const spans: Span[] = [];
  let rest: Uint8Array[] = [];
  let sliceFrom = performance.now();
  let isPartShown = false;
  const reader = lines.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const end = value.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      for (const span of decodeSpanBatch(join([...rest, value.subarray(0, end)]))) spans.push(span);
      rest = [];
    }
    if (end < value.length) rest.push(value.subarray(end));
    if (performance.now() - sliceFrom < SLICE_MS) continue;
    if (!isPartShown && onPart !== undefined && spans.length > 0) {
      isPartShown = true;
      onPart(buildTrace(traceId, spans));
    }
    await nextTask();
    sliceFrom = performance.now();
  }
  if (rest.length > 0) { for (const span of decodeSpanBatch(join(rest))) spans.push(span); }
  return spans.length === 0 ? undefined : buildTrace(traceId, spans);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

const LINE_FEED = 0x0a;
/** Longer than that, and a click would feel late. */
const SLICE_MS = 30;
