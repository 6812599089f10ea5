import { type Attributes, createAttributes } from "../model/attributes.ts";
import { changeSpan } from "../model/change_span.ts";
import type { Span, SpanEvent, SpanLink } from "../model/span.ts";
import { parseSpanKind } from "../model/span_kind.ts";

/**
 * Attributes in which this program keeps what a protocol has no field for, when it writes spans in that
 * protocol.
 */
export const OWN_KEYS = {
  /** An id as received, where the protocol demands another form. */
  traceId: "trace.original_trace_id",
  spanId: "trace.original_span_id",
  parentId: "trace.original_parent_id",
  /** go-trace's kind: a word or a number. */
  kind: "trace.kind",
  /** `running` or `unfinished`, where the protocol demands an end. */
  state: "trace.state",
  indicator: "trace.indicator",
  /** Decimal nanoseconds since 1970, where the protocol has microseconds, or no such time. */
  start: "trace.start_time_unix_nano",
  end: "trace.end_time_unix_nano",
  /** Decimal nanoseconds of a span that ends before its start, where the protocol has no such lengths. */
  duration: "trace.duration_ns",
  /** The same of an event. */
  time: "trace.time_unix_nano",
} as const;

/** Begins the name of each of them. */
export const OWN_PREFIX = "trace.";

/**
 * Undoes what {@linkcode OWN_KEYS} tell of: a span that this program wrote in a foreign format is again what
 * it was, as far as the format holds it. A trace id that go-trace's 16 digits were put into gets short
 * again.
 *
 * @returns The same object when nothing tells of anything.
 */
export function restoreOwnAttributes(span: Span): Span {
  const changes: { -readonly [K in keyof Span]?: Span[K] } = {};
  if (hasOwn(span.attributes)) readOwn(span, changes);
  if (span.events?.some(({ attributes }) => OWN_KEYS.time in attributes)) {
    changes.events = span.events.map(restoreEvent);
  }
  if (span.links?.some(({ attributes }) => hasOwn(attributes))) {
    changes.links = span.links.map(restoreLink);
  }
  return Object.keys(changes).length === 0 ? span : changeSpan(span, changes);
}

function readOwn(span: Span, changes: { -readonly [K in keyof Span]?: Span[K] }): void {
  const { attributes } = span;
  const taken = new Set<string>();
  /** The value of a key if a function makes sense of it; what makes none stays an attribute. */
  function take<T>(key: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = key in attributes ? read(attributes[key]) : undefined;
    if (value !== undefined) taken.add(key);
    return value;
  }
  const traceId = take(OWN_KEYS.traceId, readText);
  const spanId = take(OWN_KEYS.spanId, readText);
  const parentId = take(OWN_KEYS.parentId, readText);
  const kind = take(OWN_KEYS.kind, readKind);
  const state = take(OWN_KEYS.state, readState);
  const indicator = take(OWN_KEYS.indicator, readFlag);
  const start = take(OWN_KEYS.start, readNano);
  const duration = take(OWN_KEYS.duration, readNano);
  const end = take(OWN_KEYS.end, readNano) ??
    (duration === undefined ? undefined : (start ?? span.startTimeUnixNano) + duration);
  if (taken.size === 0) return;
  // OpenTracing's tag, written beside for others to understand.
  if (kind !== undefined && attributes["span.kind"] === kind) taken.add("span.kind");
  changes.attributes = without(attributes, taken);
  if (traceId !== undefined) changes.traceId = traceId;
  else if (kind !== undefined && PADDED.test(span.traceId)) {
    changes.traceId = span.traceId.slice(16);
  }
  if (spanId !== undefined) changes.spanId = spanId;
  if (parentId !== undefined) changes.parentId = parentId;
  if (kind !== undefined) changes.kind = kind;
  if (indicator !== undefined) changes.indicator = indicator;
  if (start !== undefined) changes.startTimeUnixNano = start;
  if (state !== undefined) {
    changes.state = state;
    changes.endTimeUnixNano = undefined;
  } else if (end !== undefined) {
    changes.endTimeUnixNano = end;
    changes.state = "ended";
  }
}

function hasOwn(attributes: Attributes): boolean {
  for (const key in attributes) if (key.startsWith(OWN_PREFIX)) return true;
  return false;
}

function restoreEvent(event: SpanEvent): SpanEvent {
  const timeUnixNano = readNano(event.attributes[OWN_KEYS.time]);
  if (timeUnixNano === undefined) return event;
  const attributes = without(event.attributes, new Set([OWN_KEYS.time]));
  return { ...event, timeUnixNano, attributes };
}

function restoreLink(link: SpanLink): SpanLink {
  const traceId = readText(link.attributes[OWN_KEYS.traceId]);
  const spanId = readText(link.attributes[OWN_KEYS.spanId]);
  if (traceId === undefined && spanId === undefined) return link;
  const taken = new Set<string>();
  if (traceId !== undefined) taken.add(OWN_KEYS.traceId);
  if (spanId !== undefined) taken.add(OWN_KEYS.spanId);
  const attributes = without(link.attributes, taken);
  return { ...link, traceId: traceId ?? link.traceId, spanId: spanId ?? link.spanId, attributes };
}

function without(attributes: Attributes, keys: ReadonlySet<string>): Attributes {
  return createAttributes(Object.entries(attributes).filter(([key]) => !keys.has(key)));
}

const PADDED = /^0{16}(?!0{16})[0-9a-f]{16}$/;
const NANO = /^-?\d{1,24}$/;
const NUMBER = /^\d{1,9}$/;

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function readFlag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : undefined;
}

/** Protocols whose attributes are all text have numbers as text, too. */
function readKind(value: unknown): Span["kind"] | undefined {
  if (typeof value === "bigint" || typeof value === "string" && NUMBER.test(value)) {
    return parseSpanKind(Number(value));
  }
  return parseSpanKind(value);
}

function readState(value: unknown): "running" | "unfinished" | undefined {
  return value === "running" || value === "unfinished" ? value : undefined;
}

function readNano(value: unknown): bigint | undefined {
  return typeof value === "string" && NANO.test(value) ? BigInt(value) : undefined;
}
