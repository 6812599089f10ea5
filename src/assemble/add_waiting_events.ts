import { changeSpan } from "../model/change_span.ts";
import { Buffer } from "node:buffer";
import { countReason } from "../model/counters.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import type { SpanEvent } from "../model/span.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { MAX_LINE_BYTES } from "../wire/span_line/span_line_buffer.ts";
import type { WaitingEvents } from "./waiting_events.ts";

/**
 * Puts the events that wait for spans of a batch into their lines, in the order of time.
 *
 * @param batch Lines that begin with `{"id":"…","trace_id":"…"`, without escapes in the ids.
 * @returns The same batch when there is nothing to add.
 */
export function addWaitingEvents(batch: SpanBatch, waiting: WaitingEvents): SpanBatch {
  if (waiting.size === 0) return batch;
  const { lines } = batch;
  const pieces: Uint8Array[] = [];
  let taken = 0;
  for (let from = 0; from < lines.length && waiting.size > 0;) {
    const to = lines.indexOf(LINE_FEED, from) + 1;
    const events = waiting.take(...readIds(lines, from));
    const line = events && addEvents(lines.subarray(from, to), events, waiting);
    if (line !== undefined) {
      pieces.push(lines.subarray(taken, from), line);
      taken = to;
    }
    from = to;
  }
  if (pieces.length === 0) return batch;
  pieces.push(lines.subarray(taken));
  return { ...batch, lines: Buffer.concat(pieces) };
}

function addEvents(
  line: Uint8Array,
  events: readonly SpanEvent[],
  waiting: WaitingEvents,
): Uint8Array | undefined {
  const span = decodeSpanLine(UTF8.decode(line));
  const all = [...span.events ?? [], ...events]
    .sort((a, b) => a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0);
  const longer = ENCODER.encode(encodeSpanLine(changeSpan(span, { events: all })));
  if (longer.length > MAX_LINE_BYTES) {
    countReason(waiting.dropped, "too_long", events.length);
    return undefined;
  }
  waiting.attachedCount += events.length;
  return longer;
}

/** The trace id and the span id of the line that begins at `from`. */
function readIds(lines: Uint8Array, from: number): [traceId: string, spanId: string] {
  const spanIdFrom = from + ID_OFFSET;
  const spanIdTo = lines.indexOf(QUOTE, spanIdFrom);
  const traceIdFrom = spanIdTo + TRACE_ID_OFFSET;
  const traceIdTo = lines.indexOf(QUOTE, traceIdFrom);
  return [
    UTF8.decode(lines.subarray(traceIdFrom, traceIdTo)),
    UTF8.decode(lines.subarray(spanIdFrom, spanIdTo)),
  ];
}

const UTF8 = new TextDecoder();
const ENCODER = new TextEncoder();
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const ID_OFFSET = '{"id":"'.length;
const TRACE_ID_OFFSET = '","trace_id":"'.length;
