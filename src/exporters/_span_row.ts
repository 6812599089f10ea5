import { type Attributes, type AttributeValue, createAttributes } from "../model/attributes.ts";
import { countReason } from "../model/counters.ts";
import { durationNano, isErrorSpan, type MetricSample, type Span } from "../model/span.ts";
import { countDropped } from "../wire/count_dropped.ts";
import type { Losses } from "../wire/losses.ts";
import { formatAttributeValue } from "../wire/span_line/format_attribute_value.ts";
import { spanService } from "../model/span_service.ts";

/** What a column of a table of spans holds. */
export type ColumnType = "text" | "json" | "integer" | "flag" | "time";

/** A column of a table of spans. */
export interface SpanColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** The value for a span: text (JSON, too), an integer, nanoseconds since 1970; `undefined` for none. */
  value(span: Span): string | bigint | boolean | undefined;
}

/** The columns of a table of spans, a row a span; see docs/formats.md, "csv". */
export const SPAN_COLUMNS: readonly SpanColumn[] = [
  text("trace_id", (span) => span.traceId),
  text("span_id", (span) => span.spanId),
  text("parent_id", (span) => span.parentId),
  text("name", (span) => span.name),
  text("kind", (span) => String(span.kind)),
  text("service", spanService),
  { name: "start_time", type: "time", value: (span) => span.startTimeUnixNano },
  { name: "end_time", type: "time", value: (span) => span.endTimeUnixNano },
  integer("start_unix_nano", (span) => span.startTimeUnixNano),
  integer("end_unix_nano", (span) => span.endTimeUnixNano),
  integer("duration_ns", (span) => {
    const duration = durationNano(span);
    return duration !== undefined && duration >= 0n ? duration : undefined;
  }),
  text("state", (span) => span.state),
  { name: "is_error", type: "flag", value: isErrorSpan },
  text("status_code", (span) => span.status?.code),
  text("status_message", (span) => span.status?.message),
  text("http_method", firstOf("http.request.method", "http.method", "method")),
  text("http_route", firstOf("http.route")),
  integer("http_status_code", httpStatus),
  text("db_system", firstOf("db.system.name", "db.system")),
  text("db_query", firstOf("db.query.text", "db.statement", "query")),
  text("scope_name", (span) => span.scope?.name),
  text("scope_version", (span) => span.scope?.version),
  text("trace_state", (span) => span.traceState),
  { name: "indicator", type: "flag", value: (span) => span.indicator },
  json("attributes", (span) => span.attributes),
  json("resource", (span) => span.resource),
  json("events", (span) =>
    span.events?.map(({ timeUnixNano, name, attributes }) => ({
      time_unix_nano: timeUnixNano,
      name,
      attrs: attributes,
    }))),
  json("links", (span) =>
    span.links?.map(({ traceId, spanId, attributes }) => ({
      trace_id: traceId,
      span_id: spanId,
      attrs: attributes,
    }))),
  json("samples", (span) => span.samples?.map(sampleValue)),
];

/** Counts what a row has no place for. */
export function countRowLosses(span: Span, losses: Losses): void {
  if (span.endTimeUnixNano === undefined) countReason(losses.changed, "no_end_time");
  else if (span.endTimeUnixNano < span.startTimeUnixNano) {
    countReason(losses.changed, "negative_duration");
  }
  countDropped(span, LOST, losses);
}

const LOST = ["flags", "time_offset", "dropped_counts", "schema_url", "scope_attributes"] as const;

function text(name: string, value: (span: Span) => string | undefined): SpanColumn {
  return { name, type: "text", value: (span) => value(span)?.toWellFormed() };
}

function integer(name: string, value: (span: Span) => bigint | undefined): SpanColumn {
  return { name, type: "integer", value };
}

/** JSON as span lines have it: integers with all their digits. */
function json(name: string, value: (span: Span) => AttributeValue | undefined): SpanColumn {
  return {
    name,
    type: "json",
    value(span): string | undefined {
      const found = value(span);
      if (found === undefined) return undefined;
      return formatAttributeValue(found).replace(HALF_PAIR, "$1\ufffd");
    },
  };
}

/** The escape of half of a UTF-16 pair, which readers of JSON refuse. */
const HALF_PAIR = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

function sampleValue({ timeUnixNano, ...sample }: MetricSample): Attributes {
  const fields = createAttributes();
  for (const [key, value] of Object.entries(sample)) if (value !== undefined) fields[key] = value;
  if (timeUnixNano !== undefined) fields.time_unix_nano = timeUnixNano;
  return fields;
}

const openTelemetryStatus = firstOf("http.response.status_code", "http.status_code");

/** go-trace has it as `status`, a name that other spans have for other things. */
function httpStatus(span: Span): bigint | undefined {
  const { status } = span.kind === "http" ? span.attributes : {};
  const text = openTelemetryStatus(span) ?? String(status);
  return /^\d{3}$/.test(text) ? BigInt(text) : undefined;
}

/** The first of some attributes that a span has, as text: OpenTelemetry's names, then go-trace's. */
function firstOf(...keys: readonly string[]): (span: Span) => string | undefined {
  return ({ attributes }) => {
    for (const key of keys) {
      const value = attributes[key];
      if (value !== undefined) return formatAttributeValue(value);
    }
    return undefined;
  };
}
