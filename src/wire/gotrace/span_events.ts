import { Buffer } from "node:buffer";
import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { countReason } from "../../model/counters.ts";
import type { Span } from "../../model/span.ts";
import { GOTRACE_KINDS, spanKindToNumber } from "../../model/span_kind.ts";
import { formatTimestamp } from "../../model/time.ts";
import type { Losses } from "../losses.ts";
import { eventPartsOf, spliceEnd, spliceStart } from "./splice_events.ts";

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
export function gotraceEvents(span: Span, losses: Losses): GoTraceEvents {
  const parts = eventPartsOf(span);
  if (parts === undefined) return formatEvents(span, losses);
  return { start: spliceStart(parts), end: spliceEnd(parts) };
}

function formatEvents(span: Span, losses: Losses): GoTraceEvents {
  for (const field of LOST_FIELDS) {
    if (span[field] !== undefined) countReason(losses.dropped, field);
  }
  const kind = spanKindToNumber(span.kind);
  if (typeof span.kind === "string" && !GOTRACE_KINDS.includes(span.kind as never)) {
    countReason(losses.changed, "kind");
  }
  const { startTimeUnixNano, endTimeUnixNano } = span;
  // Put together by hand, as formatEvent would: building objects for it takes twice the time.
  const ids = `"span_id":${JSON.stringify(span.spanId)},"trace_id":${JSON.stringify(span.traceId)}`;
  const parent = span.parentId ? `,"parent_id":${JSON.stringify(span.parentId)}` : "";
  const name = JSON.stringify(span.name);
  const startTime = formatTimestamp(startTimeUnixNano, span.startOffsetMinutes);
  const attrs = attrsField(span.attributes, losses);
  const start = `{"type":0,${ids}${parent},"name":${name},"kind":${kind},"time":"${startTime}"`;
  if (endTimeUnixNano === undefined) return { start: `${start}${attrs}}\n` };
  const endTime = formatTimestamp(endTimeUnixNano, span.endOffsetMinutes);
  return {
    start: `${start}}\n`,
    end: `{"type":1,${ids},"name":"","kind":0,"time":"${endTime}"${attrs}}\n`,
  };
}

function attrsField(attributes: Attributes, losses: Losses): string {
  let json = "";
  let isChanged = false;
  for (const key in attributes) {
    const value = attributes[key];
    isChanged ||= typeof value !== "string";
    const text = typeof value === "string" ? value : formatValue(value);
    json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(text)}`;
  }
  if (isChanged) countReason(losses.changed, "attribute_type");
  return json === "" ? "" : `,"attrs":{${json}}`;
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
