import { Buffer } from "node:buffer";
import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { spanKindToNumber } from "../model/span_kind.ts";
import { formatTimestamp } from "../model/time.ts";
import { EventType, formatEvent } from "../wire/gotrace/event.ts";

/** What go-trace's events cannot carry, or only in another form, as numbers of spans by what it is. */
export interface ReplayLosses {
  readonly dropped: Record<string, number>;
  readonly changed: Record<string, number>;
}

/** The events of one span. */
export interface GoTraceEvents {
  readonly start: string;
  /** Absent for a span that never ended. */
  readonly end?: string;
}

const LOST_FIELDS = [
  "events",
  "links",
  "status",
  "traceState",
  "resource",
  "scope",
  "service",
  "indicator",
  "error",
  "samples",
] as const satisfies readonly (keyof Span)[];

/**
 * The event lines that tell a go-trace collector of a span. Attributes travel with the end, as
 * go-trace sends them; with the start if there is no end. They are text there, so that values of other
 * types are written as text.
 */
export function gotraceEvents(span: Span, losses: ReplayLosses): GoTraceEvents {
  for (const field of LOST_FIELDS) {
    if (span[field] !== undefined) countReason(losses.dropped, field);
  }
  const kind = spanKindToNumber(span.kind);
  if (typeof span.kind === "string" && !GOTRACE_WORDS.has(span.kind)) {
    countReason(losses.changed, "kind");
  }
  const ids = { span_id: span.spanId, trace_id: span.traceId };
  const attrs = textAttributes(span.attributes, losses);
  const start = {
    type: EventType.spanStart,
    ...ids,
    parent_id: span.parentId,
    name: span.name,
    kind,
    time: formatTimestamp(span.startTimeUnixNano, span.startOffsetMinutes),
  };
  if (span.endTimeUnixNano === undefined) return { start: formatEvent({ ...start, attrs }) };
  const time = formatTimestamp(span.endTimeUnixNano, span.endOffsetMinutes);
  const end = { type: EventType.spanEnd, ...ids, name: "", kind: 0, time, attrs };
  return { start: formatEvent(start), end: formatEvent(end) };
}

const GOTRACE_WORDS: ReadonlySet<string> = new Set(["function", "http", "sql"]);

function textAttributes(attributes: Attributes, losses: ReplayLosses): Record<string, string> {
  const text: Record<string, string> = Object.create(null);
  let isChanged = false;
  for (const key in attributes) {
    const value = attributes[key];
    isChanged ||= typeof value !== "string";
    text[key] = typeof value === "string" ? value : formatValue(value);
  }
  if (isChanged) countReason(losses.changed, "attribute_type");
  return text;
}

/** A value as text: lists and maps as JSON, bytes as base64. */
function formatValue(value: AttributeValue): string {
  if (typeof value !== "object") return String(value);
  try {
    return value instanceof Uint8Array ? base64(value) : JSON.stringify(value, replaceSpecial);
  } catch (error) {
    // JSON.stringify gives up on lists nested some thousand levels deep.
    if (error instanceof RangeError) return "(nested too deep)";
    throw error;
  }
}

function replaceSpecial(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? base64(value) : value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
