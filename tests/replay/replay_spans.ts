import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { EventLines } from "../../src/wire/gotrace/event_lines.ts";
import { gotraceEvents } from "../../src/wire/gotrace/span_events.ts";
import { ReplayWindow } from "../../src/replay/replay_window.ts";
import { type EventRecord, formatEvent, parseEvent } from "../../src/wire/gotrace/event.ts";
import { decodeSpanBatch } from "../../src/wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";

/** 2026-03-11T10:00:00Z */
export const BASE_NANO = 1773223200_000000000n;

/** A go-trace span from `from` to `to`, nanoseconds after the base. */
export function replaySpan(
  spanId: string,
  from: number,
  to: number | undefined,
  fields: Partial<Span> = {},
): Span {
  const span = {
    traceId: "t1",
    spanId,
    name: `span ${spanId}`,
    kind: "function" as const,
    startTimeUnixNano: BASE_NANO + BigInt(from),
    attributes: createAttributes(),
    ...fields,
  };
  return to === undefined
    ? { ...span, state: "unfinished" }
    : { ...span, endTimeUnixNano: BASE_NANO + BigInt(to), state: "ended" };
}

/** The lines of spans as a recording holds them. */
export function recordedLines(spans: readonly Span[]): Uint8Array {
  return new TextEncoder().encode(spans.map((span) => encodeSpanLine(span)).join(""));
}

/** The spans as they are read from a recording. */
export function recorded(spans: readonly Span[]): Span[] {
  return decodeSpanBatch(recordedLines(spans));
}

/** Parses event lines, which have to be exactly as go-trace writes them. */
export function parseEvents(text: string): EventRecord[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("The last line is cut off");
  return lines.map((line) => {
    const event = parseEvent(line);
    // Collectors are quick with lines of exactly this shape.
    if (formatEvent(event) !== line + "\n") throw new Error(`Not as go-trace writes it: ${line}`);
    return event;
  });
}

/** Short form of events: `+a` for the start of span a, `-a` for its end. */
export function eventMarks(events: readonly EventRecord[]): string {
  return events.map(({ type, span_id }) => (type === 0 ? "+" : "-") + span_id).join(" ");
}

/** What a window lets go, when all is added first, as events in order. */
export function windowEvents(spans: readonly Span[], window = openWindow()): EventRecord[] {
  for (const span of spans) window.add(span, 100);
  return takeEvents(window);
}

/** Everything that is in a window, as events in order. */
export function takeEvents(window: ReplayWindow): EventRecord[] {
  let text = "";
  while (!window.isEmpty) text += takeEvent(window);
  return parseEvents(text);
}

/** What a window lets go next, as the line of an event. */
export function takeEvent(window: ReplayWindow): string {
  const item = window.take();
  const { isEnd, held } = item;
  if (held !== undefined) {
    const { start, end } = gotraceEvents(held.span, { dropped: {}, changed: {} });
    return isEnd ? end! : start;
  }
  const lines = new EventLines(new Uint8Array(0));
  item.writeEvent(lines);
  return new TextDecoder().decode(lines.bytes);
}

export function openWindow(maxBytes = Infinity): ReplayWindow {
  return new ReplayWindow({ maxBytes, tellsStarts: true });
}
