import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import type { MetricSample, Span, SpanEvent, SpanLink } from "../../model/span.ts";
import { parseSpanKind, type SpanKind } from "../../model/span_kind.ts";
import { parseTimestamp, type Timestamp } from "../../model/time.ts";
import { DecodeError } from "../decode_error.ts";
import { decodeAttributes, decodeDouble, isRecord } from "./_attribute_json.ts";

type JsonRecord = Readonly<Record<string, unknown>>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Makes a span of a parsed line.
 *
 * @param record The line as `JSON.parse` read it: fast, but its integers are rounded.
 * @param parseMarked Parses the same line with its integers marked; only called when it has numbers.
 * @throws DecodeError naming the field that has the wrong shape.
 */
export function readSpan(record: JsonRecord, parseMarked: () => JsonRecord): Span {
  const start = readTime(record.start_time, "start_time");
  const isEnded = record.end_time !== undefined && record.end_time !== null;
  const source = new AttributeSource(parseMarked);
  const span: Writable<Span> = {
    traceId: readId(record.trace_id, "trace_id"),
    spanId: readId(record.id, "id"),
    name: readString(record.name, "name"),
    kind: readKind(record.kind),
    startTimeUnixNano: start.unixNano,
    state: isEnded ? "ended" : readFlag(record.running, "running") ? "running" : "unfinished",
    attributes: source.read(record.attrs, "attrs", (marked) => marked.attrs),
  };
  const parentId = readText(record.parent_id, "parent_id");
  if (parentId !== undefined) span.parentId = parentId;
  if (start.offsetMinutes !== 0) span.startOffsetMinutes = start.offsetMinutes;
  if (isEnded) {
    const end = readTime(record.end_time, "end_time");
    span.endTimeUnixNano = end.unixNano;
    if (end.offsetMinutes !== 0) span.endOffsetMinutes = end.offsetMinutes;
  }
  for (const field in record) {
    // Most lines have none of the other fields: one look at the names instead of ten look-ups.
    if (!COMMON_FIELDS.has(field)) {
      readRareFields(span, record, source);
      break;
    }
  }
  return span;
}

/** Fields that {@linkcode readSpan} deals with itself. */
const COMMON_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "trace_id",
  "parent_id",
  "name",
  "kind",
  "start_time",
  "end_time",
  "attrs",
  "running",
  "unfinished",
]);

function readRareFields(span: Writable<Span>, record: JsonRecord, source: AttributeSource): void {
  const service = readText(record.service, "service");
  if (service !== undefined) span.service = service;
  const indicator = readFlag(record.indicator, "indicator");
  if (indicator !== undefined) span.indicator = indicator;
  const error = readFlag(record.error, "error");
  if (error !== undefined) span.error = error;
  const status = readOptionalRecord(record.status, "status");
  if (status !== undefined) {
    const code = readWord(status.code, "status.code", STATUS_CODES);
    const message = readText(status.message, "status.message");
    span.status = message === undefined ? { code } : { code, message };
  }
  const events = readList(record.events, "events");
  if (events.length > 0) span.events = events.map((event, i) => readEvent(event, i, source));
  const links = readList(record.links, "links");
  if (links.length > 0) span.links = links.map((link, i) => readLink(link, i, source));
  const resource = source.read(record.resource, "resource", (marked) => marked.resource);
  if (Object.keys(resource).length > 0) span.resource = resource;
  const resourceDropped = readUint32(
    record.resource_dropped_attributes,
    "resource_dropped_attributes",
  );
  if (resourceDropped !== undefined) span.resourceDroppedAttributesCount = resourceDropped;
  const resourceSchemaUrl = readText(record.resource_schema_url, "resource_schema_url");
  if (resourceSchemaUrl !== undefined) span.resourceSchemaUrl = resourceSchemaUrl;
  const scope = readOptionalRecord(record.scope, "scope");
  if (scope !== undefined) {
    const name = readString(scope.name, "scope.name");
    const version = readText(scope.version, "scope.version");
    const attributes = source.read(
      scope.attrs,
      "scope.attrs",
      (marked) => (marked.scope as JsonRecord).attrs,
    );
    const dropped = readUint32(scope.dropped_attributes, "scope.dropped_attributes");
    const schemaUrl = readText(scope.schema_url, "scope.schema_url");
    span.scope = {
      name,
      ...(version !== undefined && { version }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
      ...(dropped !== undefined && { droppedAttributesCount: dropped }),
      ...(schemaUrl !== undefined && { schemaUrl }),
    };
  }
  const traceState = readText(record.trace_state, "trace_state");
  if (traceState !== undefined) span.traceState = traceState;
  const flags = readUint32(record.flags, "flags");
  if (flags !== undefined) span.flags = flags;
  const droppedAttributes = readUint32(record.dropped_attributes, "dropped_attributes");
  if (droppedAttributes !== undefined) span.droppedAttributesCount = droppedAttributes;
  const droppedEvents = readUint32(record.dropped_events, "dropped_events");
  if (droppedEvents !== undefined) span.droppedEventsCount = droppedEvents;
  const droppedLinks = readUint32(record.dropped_links, "dropped_links");
  if (droppedLinks !== undefined) span.droppedLinksCount = droppedLinks;
  const samples = readList(record.samples, "samples");
  if (samples.length > 0) span.samples = samples.map(readSample);
}

function readEvent(value: JsonRecord, index: number, source: AttributeSource): SpanEvent {
  const field = `events[${index}]`;
  const event: Writable<SpanEvent> = {
    timeUnixNano: readTime(value.time, `${field}.time`).unixNano,
    name: readString(value.name, `${field}.name`),
    attributes: source.read(
      value.attrs,
      `${field}.attrs`,
      (marked) => (marked.events as JsonRecord[])[index].attrs,
    ),
  };
  const dropped = readUint32(value.dropped_attributes, `${field}.dropped_attributes`);
  if (dropped !== undefined) event.droppedAttributesCount = dropped;
  return event;
}

function readLink(value: JsonRecord, index: number, source: AttributeSource): SpanLink {
  const field = `links[${index}]`;
  const link: Writable<SpanLink> = {
    traceId: readString(value.trace_id, `${field}.trace_id`),
    spanId: readString(value.span_id, `${field}.span_id`),
    attributes: source.read(
      value.attrs,
      `${field}.attrs`,
      (marked) => (marked.links as JsonRecord[])[index].attrs,
    ),
  };
  const traceState = readText(value.trace_state, `${field}.trace_state`);
  if (traceState !== undefined) link.traceState = traceState;
  const flags = readUint32(value.flags, `${field}.flags`);
  if (flags !== undefined) link.flags = flags;
  const dropped = readUint32(value.dropped_attributes, `${field}.dropped_attributes`);
  if (dropped !== undefined) link.droppedAttributesCount = dropped;
  return link;
}

function readSample(value: JsonRecord, index: number): MetricSample {
  const field = `samples[${index}]`;
  const sample: Writable<MetricSample> = {
    metric: readWordOrNumber(value.metric, `${field}.metric`, METRICS),
    name: readString(value.name, `${field}.name`),
    value: readDouble(value.value, `${field}.value`),
  };
  if (isGiven(value.time)) sample.timeUnixNano = readTime(value.time, `${field}.time`).unixNano;
  const message = readText(value.message, `${field}.message`);
  if (message !== undefined) sample.message = message;
  if (isGiven(value.status)) {
    sample.status = readWordOrNumber(value.status, `${field}.status`, SAMPLE_STATUSES);
  }
  if (isGiven(value.rate)) sample.rate = readDouble(value.rate, `${field}.rate`);
  const tags = readOptionalRecord(value.tags, `${field}.tags`);
  if (tags !== undefined) sample.tags = readTags(tags, `${field}.tags`);
  const unit = readText(value.unit, `${field}.unit`);
  if (unit !== undefined) sample.unit = unit;
  if (isGiven(value.scope)) {
    sample.scope = readWordOrNumber(value.scope, `${field}.scope`, SAMPLE_SCOPES);
  }
  return sample;
}

const STATUS_CODES = ["ok", "error"] as const;
const METRICS = ["counter", "gauge", "histogram", "set", "status"] as const;
const SAMPLE_STATUSES = ["ok", "warning", "critical", "unknown"] as const;
const SAMPLE_SCOPES = ["default", "local", "global"] as const;

/** Reads the attribute objects of one line, the line's marked form only if one of them needs it. */
class AttributeSource {
  readonly #parseMarked: () => JsonRecord;
  #marked: JsonRecord | undefined;

  constructor(parseMarked: () => JsonRecord) {
    this.#parseMarked = parseMarked;
  }

  read(value: unknown, field: string, select: (marked: JsonRecord) => unknown): Attributes {
    const attributes: Record<string, AttributeValue> = Object.create(null);
    if (!isGiven(value)) return attributes;
    if (!isRecord(value)) throw wrongShape(field, value, "an object");
    for (const key in value) {
      const item = value[key];
      if (typeof item !== "string" && typeof item !== "boolean") {
        return this.#readMarked(select, field);
      }
      attributes[key] = item;
    }
    return attributes;
  }

  #readMarked(select: (marked: JsonRecord) => unknown, field: string): Attributes {
    this.#marked ??= this.#parseMarked();
    const attributes: Record<string, AttributeValue> = Object.create(null);
    const path = decodeAttributes(select(this.#marked) as JsonRecord, attributes);
    if (path !== undefined) throw wrongShape(field + path, null, "an attribute value");
    return attributes;
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readId(value: unknown, field: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrongShape(field, value, "a string that is not empty");
}

function readString(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw wrongShape(field, value, "a string");
}

/** An optional string; empty is absent. */
function readText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return readString(value, field);
}

function readFlag(value: unknown, field: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  throw wrongShape(field, value, "true or false");
}

function readKind(value: unknown): SpanKind {
  const kind = parseSpanKind(value);
  if (kind !== undefined) return kind;
  throw wrongShape("kind", value, "a kind of span or its number");
}

function readTime(value: unknown, field: string): Timestamp {
  const time = typeof value === "string" ? parseTimestamp(value) : undefined;
  if (time !== undefined) return time;
  throw wrongShape(field, value, "a time such as 2026-03-11T19:00:00.123Z");
}

/** An optional number of 32 bits; 0 is absent. */
function readUint32(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value === "number" && value >>> 0 === value) return value;
  throw wrongShape(field, value, "a whole number of 32 bits");
}

function readDouble(value: unknown, field: string): number {
  const double = decodeDouble(value);
  if (double !== undefined) return double;
  throw wrongShape(field, value, "a number");
}

function readWord<T extends string>(value: unknown, field: string, words: readonly T[]): T {
  const index = (words as readonly unknown[]).indexOf(value);
  if (index >= 0) return words[index];
  throw wrongShape(field, value, `one of ${words.join(", ")}`);
}

/** A word, or the number of something that has no word. */
function readWordOrNumber<T extends string>(
  value: unknown,
  field: string,
  words: readonly T[],
): T | number {
  return typeof value === "number" && Number.isInteger(value)
    ? value
    : readWord(value, field, words);
}

function readTags(record: JsonRecord, field: string): Record<string, string> {
  const tags: Record<string, string> = Object.create(null);
  for (const key of Object.keys(record)) tags[key] = readString(record[key], `${field}.${key}`);
  return tags;
}

function readOptionalRecord(value: unknown, field: string): JsonRecord | undefined {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) return value;
  throw wrongShape(field, value, "an object");
}

function readList(value: unknown, field: string): JsonRecord[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongShape(field, value, "a list");
  const index = value.findIndex((item) => !isRecord(item));
  if (index >= 0) throw wrongShape(`${field}[${index}]`, value[index], "an object");
  return value;
}

function wrongShape(field: string, value: unknown, expected: string): DecodeError {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : shapeOf(value);
  return new DecodeError(`Cannot read span line: "${field}" is ${shown}, not ${expected}`, 0);
}

function shapeOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : String(value);
}
