import type { Attributes } from "../../model/attributes.ts";
import type {
  InstrumentationScope,
  MetricSample,
  Span,
  SpanEvent,
  SpanLink,
} from "../../model/span.ts";
import { spanKindToNumber } from "../../model/span_kind.ts";
import { formatTimestamp } from "../../model/time.ts";
import { encodeAttributes, encodeDouble } from "./_attribute_json.ts";
import { lineOf } from "./_line_span.ts";
import { quoteText } from "./_quote_text.ts";

/** Options of {@linkcode encodeSpanLine}. */
export interface EncodeSpanLineOptions {
  /** Write the kind as the number that go-trace's own viewers understand. @default false */
  numericKinds?: boolean;
}

/**
 * Writes a span as one line of JSON, as recordings hold it and viewers get it.
 *
 * Fields come in the order of the table in docs/architecture.md, "Span lines". Optional strings, lists
 * and maps that are empty are left out, like absent ones, and so are counts and flags of 0. Attribute values keep their type: integers
 * (`bigint`) are written with all digits, doubles (`number`) always with a fraction or an exponent,
 * NaN and the infinities as `{"$double":"NaN"}`, bytes as `{"$bytes":"…base64…"}`; a map that only
 * looks like one of these is wrapped as `{"$map":{…}}`.
 *
 * @param span Its times must lie in the years 0000 to 9999.
 * @returns The line with its line end.
 * @throws RangeError when a time has no RFC 3339 notation.
 * @example
 * ```ts
 * import { encodeSpanLine } from "./encode_span_line.ts";
 *
 * const line = encodeSpanLine({
 *   traceId: "t1",
 *   spanId: "s1",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 1n,
 *   state: "ended",
 *   attributes: { status: "200" },
 * });
 * if (!line.startsWith('{"id":"s1","trace_id":"t1","name":"GET /"')) throw new Error(line);
 * ```
 */
export function encodeSpanLine(span: Span, options: EncodeSpanLineOptions = {}): string {
  const line = options.numericKinds ? undefined : lineOf(span);
  if (line !== undefined) return line + "\n";
  let json = `{"id":${quoteText(span.spanId)},"trace_id":${quoteText(span.traceId)}`;
  json += text("parent_id", span.parentId);
  const kind = options.numericKinds ? spanKindToNumber(span.kind) : span.kind;
  json += `,"name":${quoteText(span.name)},"kind":${
    typeof kind === "number" ? kind : quoteText(kind)
  }`;
  json += time("start_time", span.startTimeUnixNano, span.startOffsetMinutes);
  json += time("end_time", span.endTimeUnixNano, span.endOffsetMinutes);
  json += attributes("attrs", span.attributes);
  if (span.state !== "ended") json += `,"${span.state}":true`;
  json += text("service", span.service);
  if (span.indicator !== undefined) json += `,"indicator":${span.indicator}`;
  if (span.error !== undefined) json += `,"error":${span.error}`;
  if (span.status !== undefined) {
    json += `,"status":{"code":"${span.status.code}"${text("message", span.status.message)}}`;
  }
  json += list("events", span.events, encodeEvent);
  json += list("links", span.links, encodeLink);
  json += encodeResource(span) + encodeScope(span.scope);
  json += text("trace_state", span.traceState) + count("flags", span.flags);
  json += count("dropped_attributes", span.droppedAttributesCount);
  json += count("dropped_events", span.droppedEventsCount);
  json += count("dropped_links", span.droppedLinksCount);
  json += list("samples", span.samples, encodeSample);
  return json + "}\n";
}

/** Writes the fields that tell of the resource, each with a comma in front; nothing when there is none. */
export function encodeResource(span: SpanResource): string {
  return attributes("resource", span.resource) +
    count("resource_dropped_attributes", span.resourceDroppedAttributesCount) +
    text("resource_schema_url", span.resourceSchemaUrl);
}

/** The fields of a span that tell of its resource. */
export type SpanResource = Pick<
  Span,
  "resource" | "resourceDroppedAttributesCount" | "resourceSchemaUrl"
>;

/** Writes the field `scope` with a comma in front; nothing when there is none. */
export function encodeScope(scope: InstrumentationScope | undefined): string {
  if (scope === undefined) return "";
  return `,"scope":{"name":${quoteText(scope.name)}${text("version", scope.version)}${
    attributes("attrs", scope.attributes)
  }${count("dropped_attributes", scope.droppedAttributesCount)}${
    text("schema_url", scope.schemaUrl)
  }}`;
}

function encodeEvent(event: SpanEvent): string {
  return `{"time":"${formatTimestamp(event.timeUnixNano)}","name":${quoteText(event.name)}${
    attributes("attrs", event.attributes)
  }${count("dropped_attributes", event.droppedAttributesCount)}}`;
}

function encodeLink(link: SpanLink): string {
  const ids = `{"trace_id":${quoteText(link.traceId)},"span_id":${quoteText(link.spanId)}`;
  return ids + text("trace_state", link.traceState) + count("flags", link.flags) +
    attributes("attrs", link.attributes) +
    count("dropped_attributes", link.droppedAttributesCount) + "}";
}

function encodeSample(sample: MetricSample): string {
  let json = `{"metric":${JSON.stringify(sample.metric)},"name":${quoteText(sample.name)}`;
  json += `,"value":${encodeDouble(sample.value)}${time("time", sample.timeUnixNano)}`;
  json += text("message", sample.message) + word("status", sample.status);
  if (sample.rate !== undefined) json += `,"rate":${encodeDouble(sample.rate)}`;
  json += attributes("tags", sample.tags);
  return json + text("unit", sample.unit) + word("scope", sample.scope) + "}";
}

function word(field: string, value: string | number | undefined): string {
  return value === undefined ? "" : `,"${field}":${JSON.stringify(value)}`;
}

/** A number that is absent when it is 0. */
function count(field: string, value: number | undefined): string {
  return value === undefined || value === 0 ? "" : `,"${field}":${value}`;
}

function text(field: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `,"${field}":${quoteText(value)}`;
}

function time(field: string, unixNano: bigint | undefined, offsetMinutes = 0): string {
  return unixNano === undefined ? "" : `,"${field}":"${formatTimestamp(unixNano, offsetMinutes)}"`;
}

function attributes(field: string, value: Attributes | undefined): string {
  if (value === undefined) return "";
  const json = encodeAttributes(value);
  return json === "{}" ? "" : `,"${field}":${json}`;
}

function list<T>(
  field: string,
  items: readonly T[] | undefined,
  encode: (item: T) => string,
): string {
  return items === undefined || items.length === 0
    ? ""
    : `,"${field}":[${items.map(encode).join(",")}]`;
}
