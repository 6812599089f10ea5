import { formatTimestamp, parseTimestamp } from "../model/time.ts";
import { type EventRecord, EventType, formatEvent, parseEvent } from "../wire/gotrace/event.ts";
import type { SpanKind } from "./span_kind.ts";

export { EventType };

/** The name of an event type: `span_start` or `span_end`. */
export function eventTypeName(type: EventType): string {
  return type === EventType.spanStart ? "span_start" : "span_end";
}

/** The unit of data that an instrumented program sends to a collector: the start or end of a span. */
export interface Event {
  readonly type: EventType;
  readonly spanId: string;
  readonly traceId: string;
  /** Absent for a root span. */
  readonly parentId?: string;
  /** Empty in an end. */
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since the Unix epoch. */
  readonly timeUnixNano: bigint;
  readonly attrs?: Readonly<Record<string, string>>;
}

/**
 * Creates the event of a span's start.
 *
 * @param ids `parentId` is left out, or empty, for a root span.
 * @param timeUnixNano Nanoseconds since the Unix epoch.
 * @example
 * ```ts
 * import { encodeEvent, newSpanStartEvent, SpanKind } from "./mod.ts";
 *
 * const start = newSpanStartEvent(
 *   { spanId: "a1", traceId: "t1" },
 *   "GET /users",
 *   SpanKind.http,
 *   1773223200000000000n,
 * );
 * if (!encodeEvent(start).startsWith('{"type":0,"span_id":"a1"')) throw new Error("wrong");
 * ```
 */
export function newSpanStartEvent(
  ids: { spanId: string; traceId: string; parentId?: string },
  name: string,
  kind: SpanKind,
  timeUnixNano: bigint,
): Event {
  return { type: EventType.spanStart, ...ids, name, kind, timeUnixNano };
}

/** Creates the event of a span's end. Name and kind are the start's, so it carries none. */
export function newSpanEndEvent(
  ids: { spanId: string; traceId: string },
  timeUnixNano: bigint,
  attrs?: Readonly<Record<string, string>>,
): Event {
  return { type: EventType.spanEnd, ...ids, name: "", kind: 0, timeUnixNano, attrs };
}

/** Encodes an event as the line that go-trace's collector reads, with its line end. */
export function encodeEvent(event: Event): string {
  return formatEvent({
    type: event.type,
    span_id: event.spanId,
    trace_id: event.traceId,
    parent_id: event.parentId,
    name: event.name,
    kind: event.kind,
    time: formatTimestamp(event.timeUnixNano),
    attrs: event.attrs,
  });
}

/**
 * Decodes one line of go-trace's protocol.
 *
 * @throws {DecodeError} When the line is not JSON or a field has the wrong shape.
 */
export function decodeEvent(line: string): Event {
  const record: EventRecord = parseEvent(line);
  return {
    type: record.type,
    spanId: record.span_id,
    traceId: record.trace_id,
    parentId: record.parent_id,
    name: record.name,
    kind: record.kind,
    // parseEvent has made sure that it is a time.
    timeUnixNano: parseTimestamp(record.time)?.unixNano ?? 0n,
    attrs: record.attrs,
  };
}
