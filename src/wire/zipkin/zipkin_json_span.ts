import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { countReason } from "../../model/counters.ts";
import { isErrorSpan, type Span, type SpanEvent } from "../../model/span.ts";
import { isGoTraceKind } from "../../model/span_kind.ts";
import { countDropped } from "../count_dropped.ts";
import type { Losses } from "../losses.ts";
import { clampMicros, microsOfSpan } from "../micros_of_span.ts";
import { type OtlpId, otlpSpanId, otlpTraceId } from "../otlp/otlp_id.ts";
import { OWN_KEYS } from "../own_attributes.ts";
import { formatAttributeValue } from "../span_line/format_attribute_value.ts";

/** A span of Zipkin's second model, ready for `JSON.stringify`. */
export interface ZipkinJsonSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: "CLIENT" | "SERVER" | "PRODUCER" | "CONSUMER";
  /** Microseconds since 1970, at least 1. */
  readonly timestamp: number;
  /** Microseconds, at least 1. */
  readonly duration: number;
  readonly localEndpoint?: { readonly serviceName: string };
  readonly remoteEndpoint?: { readonly serviceName: string };
  readonly annotations?: readonly ZipkinAnnotation[];
  readonly tags: { readonly [key: string]: string };
}

/** A moment of a {@linkcode ZipkinJsonSpan}. */
export interface ZipkinAnnotation {
  /** Microseconds since 1970. */
  readonly timestamp: number;
  readonly value: string;
}

/**
 * Maps a span to Zipkin's second model.
 *
 * | span | Zipkin |
 * | --- | --- |
 * | ids | as OTLP has them, but trace ids of 16 digits stay; what was hashed also in `trace.original_…` |
 * | kind | http, server → `SERVER`; sql, client → `CLIENT`; `PRODUCER`, `CONSUMER`; go-trace's in `trace.kind`, too |
 * | start, end | microseconds, at least 1, for Zipkin takes 0 for unknown; the rest in `trace.start_time_unix_nano` and `trace.end_time_unix_nano` |
 * | attributes | tags; what is no text becomes text |
 * | resource | tags, but `service.name` and what the span says otherwise |
 * | status | tags `otel.status_code`, `otel.status_description`, and `error` for the page's red mark |
 * | events | annotations: their times and names |
 * | service | the local endpoint; the attribute `peer.service` the remote one |
 *
 * Specification: https://zipkin.io/zipkin-api/zipkin2-api.yaml
 */
export function zipkinJsonSpan(span: Span, losses: Losses): ZipkinJsonSpan {
  const traceId = zipkinTraceId(span.traceId);
  const id = otlpSpanId(span.spanId);
  const parentId = span.parentId === undefined ? undefined : otlpSpanId(span.parentId);
  if (traceId.isHashed || id.isHashed || parentId?.isHashed) countReason(losses.changed, "id");
  const { start, duration, own } = microsOfSpan(span, 1, losses);
  countDropped(span, DROPPED, losses);
  const tags = new Map<string, string>();
  addAttributes(tags, span, losses);
  const before = new Map(tags);
  if (traceId.isHashed) tags.set(OWN_KEYS.traceId, span.traceId.toWellFormed());
  if (id.isHashed) tags.set(OWN_KEYS.spanId, span.spanId.toWellFormed());
  if (parentId?.isHashed) tags.set(OWN_KEYS.parentId, span.parentId!.toWellFormed());
  addKind(tags, span);
  addStatus(tags, span);
  if (span.scope !== undefined) {
    tags.set("otel.scope.name", span.scope.name.toWellFormed());
    if (span.scope.version) tags.set("otel.scope.version", span.scope.version.toWellFormed());
  }
  if (span.traceState) tags.set("w3c.tracestate", span.traceState.toWellFormed());
  if (span.indicator !== undefined) tags.set(OWN_KEYS.indicator, String(span.indicator));
  for (const [key, value] of own) tags.set(key, value);
  for (const [key, value] of before) {
    if (tags.get(key) !== value) countReason(losses.dropped, "attribute_key");
  }
  const inResource = span.resource?.["service.name"];
  const service = span.service || (typeof inResource === "string" ? inResource : "");
  const peer = span.attributes["peer.service"];
  return {
    traceId: traceId.hex,
    id: id.hex,
    parentId: parentId?.hex,
    name: span.name.toWellFormed(),
    kind: KINDS[span.kind],
    timestamp: start,
    duration,
    localEndpoint: service === "" ? undefined : { serviceName: service.toWellFormed() },
    remoteEndpoint: typeof peer === "string" && peer !== ""
      ? { serviceName: peer.toWellFormed() }
      : undefined,
    annotations: span.events?.length
      ? span.events.map((event) => annotation(event, losses))
      : undefined,
    tags: asObject(tags),
  };
}

const DROPPED = [
  "event_attributes",
  "links",
  "scope_attributes",
  "flags",
  "samples",
  "time_offset",
  "dropped_counts",
  "schema_url",
] as const;
const KINDS: Readonly<Record<string, ZipkinJsonSpan["kind"]>> = {
  http: "SERVER",
  server: "SERVER",
  sql: "CLIENT",
  client: "CLIENT",
  producer: "PRODUCER",
  consumer: "CONSUMER",
};

/** Zipkin has trace ids of 64 bits, too. */
function zipkinTraceId(id: string): OtlpId {
  const { hex, isHashed } = otlpTraceId(id);
  return isHashed || id.length === 32 ? { hex, isHashed } : { hex: id, isHashed };
}

function addAttributes(tags: Map<string, string>, span: Span, losses: Losses): void {
  let isTyped = false;
  function add(attributes: Attributes, skipped?: string): void {
    for (const key in attributes) {
      if (key === skipped) continue;
      const value: AttributeValue = attributes[key];
      isTyped ||= typeof value !== "string";
      tags.set(key.toWellFormed(), formatAttributeValue(value).toWellFormed());
    }
  }
  const { resource } = span;
  if (resource !== undefined) {
    add(resource, "service.name");
    if (Object.keys(resource).length > 0) countReason(losses.changed, "resource");
    // What the program says of one span holds for it.
    const names = new Set(tags.keys());
    if (Object.keys(span.attributes).some((key) => names.has(key))) {
      countReason(losses.dropped, "resource_key");
    }
  }
  add(span.attributes);
  if (isTyped) countReason(losses.changed, "attribute_type");
}

function addKind(tags: Map<string, string>, { kind }: Span): void {
  if (typeof kind === "number" || isGoTraceKind(kind)) {
    tags.set(OWN_KEYS.kind, String(kind));
  }
}

function addStatus(tags: Map<string, string>, span: Span): void {
  const { status } = span;
  if (isErrorSpan(span)) {
    // The program's own word on it may say more.
    if (status !== undefined || !tags.has("error")) tags.set("otel.status_code", "ERROR");
    if (status?.message) tags.set("otel.status_description", status.message.toWellFormed());
    if (!tags.has("error")) tags.set("error", "true");
  } else if (status !== undefined) {
    tags.set("otel.status_code", "OK");
  }
}

function annotation(event: SpanEvent, losses: Losses): ZipkinAnnotation {
  const { micros } = clampMicros(event.timeUnixNano, 1);
  if (BigInt(micros) * 1000n !== event.timeUnixNano) countReason(losses.changed, "event_time");
  return { timestamp: micros, value: event.name.toWellFormed() };
}

/** Without a prototype: names such as `__proto__` are plain ones. */
function asObject(tags: ReadonlyMap<string, string>): Record<string, string> {
  const object: Record<string, string> = Object.create(null);
  for (const [key, value] of tags) object[key] = value;
  return object;
}
