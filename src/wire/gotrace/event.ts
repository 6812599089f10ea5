import { DecodeError } from "../decode_error.ts";
import { parseTimestamp } from "../../model/time.ts";

/** Whether an event starts or ends a span, as the number on the wire. */
export const EventType = { spanStart: 0, spanEnd: 1 } as const;
/** See {@linkcode EventType}. */
export type EventType = typeof EventType[keyof typeof EventType];

/**
 * One line of go-trace's protocol: the start or the end of a span, with the fields named and ordered
 * as they are on the wire. An end carries an empty name and kind 0; both are the start's.
 */
export interface EventRecord {
  readonly type: EventType;
  readonly span_id: string;
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly kind: number;
  /** RFC 3339 with up to nine fractional digits and any offset. */
  readonly time: string;
  readonly attrs?: Readonly<Record<string, string>>;
}

/**
 * Parses one event line strictly, whatever the order of its fields.
 *
 * | field | on the wire |
 * | --- | --- |
 * | `type` | 0 or 1 |
 * | `span_id`, `trace_id` | string, not empty |
 * | `parent_id` | string, absent or empty for a root |
 * | `name` | string; may be absent in an end |
 * | `kind` | integer, 0 when absent |
 * | `time` | RFC 3339 |
 * | `attrs` | object of strings, may be absent |
 *
 * @param text The line without its line end.
 * @throws {DecodeError} When the text is not JSON or a field has the wrong shape.
 */
export function parseEvent(text: string): EventRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DecodeError(`Cannot parse an event: ${(error as Error).message}`, 0);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DecodeError("Cannot parse an event: expected a JSON object", 0);
  }
  const { type, span_id, trace_id, parent_id, name, kind, time, attrs } = value as Record<
    string,
    unknown
  >;
  check(type === EventType.spanStart || type === EventType.spanEnd, "type", type, "0 or 1");
  check(typeof span_id === "string" && span_id !== "", "span_id", span_id, "a string");
  check(typeof trace_id === "string" && trace_id !== "", "trace_id", trace_id, "a string");
  check(isAbsent(parent_id) || typeof parent_id === "string", "parent_id", parent_id, "a string");
  const mayLackName = type === EventType.spanEnd && isAbsent(name);
  check(mayLackName || typeof name === "string", "name", name, "a string");
  check(isAbsent(kind) || Number.isSafeInteger(kind), "kind", kind, "an integer");
  check(
    typeof time === "string" && parseTimestamp(time) !== undefined,
    "time",
    time,
    "an RFC 3339 time",
  );
  check(isAbsent(attrs) || isStringRecord(attrs), "attrs", attrs, "an object of strings");
  return {
    type,
    span_id,
    trace_id,
    ...(parent_id ? { parent_id } : {}),
    name: mayLackName ? "" : name as string,
    kind: (kind as number | null | undefined) ?? 0,
    time,
    ...(!isAbsent(attrs) && Object.keys(attrs).length > 0 ? { attrs } : {}),
  } as EventRecord;
}

/** Formats an event as one line in the order in which Go writes the fields, with its line end. */
export function formatEvent(event: EventRecord): string {
  const { type, span_id, trace_id, parent_id, name, kind, time, attrs } = event;
  // JSON.stringify skips what is undefined and keeps the order of this literal.
  return JSON.stringify({
    type,
    span_id,
    trace_id,
    parent_id: parent_id || undefined,
    name,
    kind,
    time,
    attrs: attrs !== undefined && Object.keys(attrs).length > 0 ? attrs : undefined,
  }) + "\n";
}

function check(ok: boolean, field: string, value: unknown, expected: string): asserts ok {
  if (!ok) {
    throw new DecodeError(
      `Cannot parse an event: field "${field}" is ${JSON.stringify(value)}, expected ${expected}`,
      0,
    );
  }
}

/** Go reads `null` as if the field were not there. */
function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === "string");
}
