import { type Attributes, createAttributes } from "../../model/attributes.ts";
import { countReason } from "../../model/counters.ts";
import { isErrorSpan, type Span, type SpanEvent, type SpanLink } from "../../model/span.ts";
import { isGoTraceKind, type SpanKind } from "../../model/span_kind.ts";
import type { Losses } from "../losses.ts";
import { OWN_KEYS } from "../own_attributes.ts";
import { type OtlpId, otlpSpanId, otlpTraceId } from "./otlp_id.ts";
import { otlpAttributes, type OtlpKeyValue } from "./otlp_value.ts";

// http is what a go-trace program serves, sql what it asks of a database.
const KIND_NUMBERS: Readonly<Record<Exclude<SpanKind, number>, number>> = {
  function: 1,
  internal: 1,
  http: 2,
  server: 2,
  sql: 3,
  client: 3,
  producer: 4,
  consumer: 5,
};
const UINT64_MAX = 2n ** 64n - 1n;
const NO_ID: OtlpId = { hex: "", isHashed: false };

/** A `Span` of OTLP in protobuf's JSON form, ready for `JSON.stringify`. */
export interface OtlpSpan {
  /** Hexadecimal, like the other ids. */
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  /** Decimal, like the other times. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
  readonly events?: readonly OtlpEvent[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly OtlpLink[];
  readonly droppedLinksCount?: number;
  readonly status: OtlpStatus;
  readonly flags?: number;
}

/** A `Span.Event` of OTLP. */
export interface OtlpEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
}

/** A `Span.Link` of OTLP. */
export interface OtlpLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
}

/** A `Status` of OTLP. */
export interface OtlpStatus {
  readonly message?: string;
  /** 1 ok, 2 error; absent when unset. */
  readonly code?: number;
}

/** How spans become OTLP's. */
export interface OtlpForm {
  /**
   * Whether a trace id of 16 digits is told beside the one with zeros in front, for who reads it back to the letter:
   * in files, not in what is sent to programs that compare attributes. @default false
   */
  readonly marksShortIds?: boolean;
}

/**
 * Maps a span to OTLP. What OTLP has no field for goes into attributes whose names begin with
 * `trace.`; what it cannot hold is counted in `losses`.
 *
 * | field | from |
 * | --- | --- |
 * | `traceId`, `spanId`, `parentSpanId` | see `otlpTraceId` and `otlpSpanId`; the id as received in `trace.original_…` when it was hashed |
 * | `kind` | function, internal → 1; http, server → 2; sql, client → 3; producer → 4; consumer → 5; a number → 0. `trace.kind` keeps go-trace's |
 * | `startTimeUnixNano`, `endTimeUnixNano` | decimal; an end before its start stays; without an end the start again and `trace.state` |
 * | `status` | 1 ok, 2 error, also for a span that failed by the sign of its own protocol |
 *
 * Specification: opentelemetry-proto, `trace/v1/trace.proto`, and OTLP's JSON encoding.
 */
export function otlpSpan(span: Span, losses: Losses, form: OtlpForm = {}): OtlpSpan {
  const traceId = otlpTraceId(span.traceId);
  const spanId = otlpSpanId(span.spanId);
  const parentId = span.parentId === undefined ? undefined : otlpSpanId(span.parentId);
  const attributes = otlpAttributes(span.attributes);
  // Of go-trace's spans, `trace.kind` says that their trace ids are short.
  const isPadded = form.marksShortIds && span.traceId.length === 16 && !isGoTraceKind(span.kind);
  addOriginal(attributes, OWN_KEYS.traceId, traceId, span.traceId, isPadded);
  addOriginal(attributes, OWN_KEYS.spanId, spanId, span.spanId);
  if (parentId) addOriginal(attributes, OWN_KEYS.parentId, parentId, span.parentId!);
  if (traceId.isHashed || spanId.isHashed || parentId?.isHashed) {
    countReason(losses.changed, "id");
  }
  addKind(attributes, span.kind);
  if (span.indicator !== undefined) {
    attributes.push({ key: OWN_KEYS.indicator, value: { boolValue: span.indicator } });
  }
  if (span.endTimeUnixNano === undefined) {
    attributes.push({ key: OWN_KEYS.state, value: { stringValue: span.state } });
    countReason(losses.changed, "no_end_time");
  }
  if (span.samples?.length) countReason(losses.dropped, "samples");
  if (span.startOffsetMinutes || span.endOffsetMinutes) {
    countReason(losses.dropped, "time_offset");
  }
  return {
    traceId: traceId.hex,
    spanId: spanId.hex,
    traceState: span.traceState?.toWellFormed(),
    parentSpanId: parentId?.hex,
    name: span.name.toWellFormed(),
    kind: typeof span.kind === "number" ? 0 : KIND_NUMBERS[span.kind],
    startTimeUnixNano: time(span.startTimeUnixNano, losses),
    endTimeUnixNano: time(span.endTimeUnixNano ?? span.startTimeUnixNano, losses),
    attributes,
    droppedAttributesCount: span.droppedAttributesCount,
    events: nonEmpty(span.events)?.map((event) => otlpEvent(event, losses)),
    droppedEventsCount: span.droppedEventsCount,
    links: nonEmpty(span.links)?.map(otlpLink),
    droppedLinksCount: span.droppedLinksCount,
    status: status(span),
    flags: span.flags,
  };
}

/** The resource's attributes with SSF's service in OpenTelemetry's place for it. */
export function otlpResource(span: Span): Attributes | undefined {
  if (!span.service || span.resource?.["service.name"] !== undefined) return span.resource;
  return createAttributes([
    ...Object.entries(span.resource ?? {}),
    ["service.name", span.service],
  ]);
}

function addOriginal(
  attributes: OtlpKeyValue[],
  key: string,
  id: OtlpId,
  original: string,
  isTold = false,
): void {
  if (id.isHashed || isTold) {
    attributes.push({ key, value: { stringValue: original.toWellFormed() } });
  }
}

function addKind(attributes: OtlpKeyValue[], kind: SpanKind): void {
  if (typeof kind === "number") {
    attributes.push({ key: OWN_KEYS.kind, value: { intValue: String(kind) } });
  } else if (isGoTraceKind(kind)) {
    attributes.push({ key: OWN_KEYS.kind, value: { stringValue: kind } });
  }
}

function otlpEvent(event: SpanEvent, losses: Losses): OtlpEvent {
  return {
    timeUnixNano: time(event.timeUnixNano, losses),
    name: event.name.toWellFormed(),
    attributes: otlpAttributes(event.attributes),
    droppedAttributesCount: event.droppedAttributesCount,
  };
}

function otlpLink(link: SpanLink): OtlpLink {
  // A link that leads nowhere goes on doing so.
  const traceId = link.traceId === "" ? NO_ID : otlpTraceId(link.traceId);
  const spanId = link.spanId === "" ? NO_ID : otlpSpanId(link.spanId);
  const attributes = otlpAttributes(link.attributes);
  addOriginal(attributes, OWN_KEYS.traceId, traceId, link.traceId);
  addOriginal(attributes, OWN_KEYS.spanId, spanId, link.spanId);
  return {
    traceId: traceId.hex,
    spanId: spanId.hex,
    traceState: link.traceState?.toWellFormed(),
    attributes,
    droppedAttributesCount: link.droppedAttributesCount,
    flags: link.flags,
  };
}

function status(span: Span): OtlpStatus {
  if (!isErrorSpan(span)) return span.status?.code === "ok" ? { code: 1 } : {};
  const { error } = span.attributes;
  const message = span.status?.message ??
    (typeof error === "string" && error !== "true" ? error : undefined);
  return { message: message?.toWellFormed(), code: 2 };
}

/** OTLP's times are unsigned: a moment before 1970 or after 2554 becomes the nearest one it has. */
function time(unixNano: bigint, losses: Losses): string {
  if (unixNano >= 0n && unixNano <= UINT64_MAX) return String(unixNano);
  countReason(losses.changed, "time_out_of_range");
  return unixNano < 0n ? "0" : String(UINT64_MAX);
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.length ? list : undefined;
}
