import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { countReason } from "../../model/counters.ts";
import { isErrorSpan, type Span, type SpanEvent, type SpanLink } from "../../model/span.ts";
import { isGoTraceKind } from "../../model/span_kind.ts";
import { toBase64 } from "../base64.ts";
import { countDropped } from "../count_dropped.ts";
import type { Losses } from "../losses.ts";
import { type OtlpId, otlpSpanId, otlpTraceId } from "../otlp/otlp_id.ts";
import { OWN_KEYS } from "../own_attributes.ts";
import { formatAttributeValue } from "../span_line/format_attribute_value.ts";
import { clampMicros, spanMicros } from "./_span_micros.ts";

/** A trace as Jaeger's query service answers it, ready for `JSON.stringify`. */
export interface JaegerJsonTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerJsonSpan[];
  /** By the `processID` of the spans. */
  readonly processes: { readonly [id: string]: JaegerJsonProcess };
  readonly warnings: null;
}

/** A span of a {@linkcode JaegerJsonTrace}. */
export interface JaegerJsonSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly flags: number;
  readonly operationName: string;
  readonly references: readonly JaegerJsonReference[];
  /** Microseconds since 1970. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly tags: readonly JaegerJsonTag[];
  readonly logs: readonly JaegerJsonLog[];
  readonly processID: string;
  readonly warnings: null;
}

/** What a span says of another. */
export interface JaegerJsonReference {
  readonly refType: "CHILD_OF" | "FOLLOWS_FROM";
  readonly traceID: string;
  readonly spanID: string;
}

/** A tag, or a field of a log. */
export interface JaegerJsonTag {
  readonly key: string;
  readonly type: "string" | "bool" | "int64" | "float64" | "binary";
  readonly value: string | number | boolean;
}

/** A moment of a span. */
export interface JaegerJsonLog {
  /** Microseconds since 1970. */
  readonly timestamp: number;
  readonly fields: readonly JaegerJsonTag[];
}

/** The program that made spans. */
export interface JaegerJsonProcess {
  readonly serviceName: string;
  readonly tags: readonly JaegerJsonTag[];
}

/**
 * Maps the spans of one trace to the form of Jaeger's query service.
 *
 * | span | Jaeger |
 * | --- | --- |
 * | ids | as OTLP has them, but trace ids of 16 digits stay; what was hashed also in `trace.original_…` |
 * | parent, links | references `CHILD_OF` and `FOLLOWS_FROM` |
 * | kind | tag `span.kind`; go-trace's in `trace.kind`, too |
 * | start, end | microseconds; the rest in `trace.start_time_unix_nano` and `trace.end_time_unix_nano` |
 * | attributes | tags of the same type; lists and maps as JSON text |
 * | status | tags `otel.status_code`, `otel.status_description`, and `error` for the page's red mark |
 * | events | logs, the name as the field `event` |
 * | service, resource | a process |
 *
 * @param spans At least one, all of one trace.
 */
export function jaegerTrace(spans: readonly Span[], losses: Losses): JaegerJsonTrace {
  const processes: Record<string, JaegerJsonProcess> = {};
  const idOfProcess = new Map<string, string>();
  const jsonSpans = spans.map((span) => {
    const process = jaegerProcess(span, losses);
    const key = JSON.stringify(process);
    let processID = idOfProcess.get(key);
    if (processID === undefined) {
      processID = `p${idOfProcess.size + 1}`;
      idOfProcess.set(key, processID);
      processes[processID] = process;
    }
    return jaegerSpan(span, processID, losses);
  });
  return {
    traceID: jaegerTraceId(spans[0].traceId).hex,
    spans: jsonSpans,
    processes,
    warnings: null,
  };
}

function jaegerSpan(span: Span, processID: string, losses: Losses): JaegerJsonSpan {
  const traceId = jaegerTraceId(span.traceId);
  const spanId = otlpSpanId(span.spanId);
  const parentId = span.parentId === undefined ? undefined : otlpSpanId(span.parentId);
  if (traceId.isHashed || spanId.isHashed || parentId?.isHashed) countReason(losses.changed, "id");
  const times = spanMicros(span, losses);
  countDropped(span, DROPPED, losses);
  const tags = new TagList(span.attributes);
  if (traceId.isHashed) tags.set(OWN_KEYS.traceId, span.traceId);
  if (spanId.isHashed) tags.set(OWN_KEYS.spanId, span.spanId);
  if (parentId?.isHashed) tags.set(OWN_KEYS.parentId, span.parentId!);
  addKind(tags, span);
  addStatus(tags, span);
  if (span.scope !== undefined) {
    tags.set("otel.scope.name", span.scope.name);
    if (span.scope.version) tags.set("otel.scope.version", span.scope.version);
  }
  if (span.traceState) tags.set("w3c.tracestate", span.traceState);
  if (span.indicator !== undefined) tags.set(OWN_KEYS.indicator, span.indicator);
  for (const [key, value] of times.own) tags.set(key, value);
  if (tags.isTaken) countReason(losses.dropped, "attribute_key");
  if (tags.isChanged) countReason(losses.changed, "attribute_type");
  const references: JaegerJsonReference[] = [];
  if (parentId !== undefined) {
    references.push({ refType: "CHILD_OF", traceID: traceId.hex, spanID: parentId.hex });
  }
  return {
    traceID: traceId.hex,
    spanID: spanId.hex,
    flags: 1,
    operationName: span.name.toWellFormed(),
    references: [...references, ...linkReferences(span, losses)],
    startTime: times.start,
    duration: times.duration,
    tags: tags.tags,
    logs: (span.events ?? []).map((event) => jaegerLog(event, losses)),
    processID,
    warnings: null,
  };
}

const DROPPED = [
  "scope_attributes",
  "flags",
  "samples",
  "time_offset",
  "dropped_counts",
  "schema_url",
] as const;
const SPAN_KINDS: Readonly<Record<string, string>> = {
  internal: "internal",
  http: "server",
  sql: "client",
  server: "server",
  client: "client",
  producer: "producer",
  consumer: "consumer",
};

/** Jaeger has trace ids of 64 bits, too. */
function jaegerTraceId(id: string): OtlpId {
  const { hex, isHashed } = otlpTraceId(id);
  return isHashed || id.length === 32 ? { hex, isHashed } : { hex: id, isHashed };
}

/** Tags, of which those that are set later take the place of attributes of the same name. */
class TagList {
  readonly #tags = new Map<string, JaegerJsonTag>();
  /** Whether a value is written as another type. */
  isChanged = false;
  /** Whether an attribute gave its place to a tag. */
  isTaken = false;

  constructor(attributes: Attributes) {
    for (const key in attributes) this.#add(key.toWellFormed(), attributes[key]);
  }

  get tags(): JaegerJsonTag[] {
    return [...this.#tags.values()];
  }

  has(key: string): boolean {
    return this.#tags.has(key);
  }

  set(key: string, value: AttributeValue): void {
    const before = this.#tags.get(key);
    this.#add(key, value);
    if (before !== undefined && before.value !== this.#tags.get(key)!.value) this.isTaken = true;
  }

  #add(key: string, value: AttributeValue): void {
    const tag = jaegerTag(key, value);
    if (tag.type === "string" && typeof value !== "string") this.isChanged = true;
    this.#tags.set(key, tag);
  }
}

function jaegerTag(key: string, value: AttributeValue): JaegerJsonTag {
  switch (typeof value) {
    case "string":
      return { key, type: "string", value: value.toWellFormed() };
    case "boolean":
      return { key, type: "bool", value };
    case "number":
      return { key, type: "float64", value: Number.isFinite(value) ? value : String(value) };
    case "bigint": {
      if (BigInt.asIntN(64, value) !== value) return { key, type: "string", value: String(value) };
      const number = Number(value);
      return { key, type: "int64", value: Number.isSafeInteger(number) ? number : String(value) };
    }
  }
  if (value instanceof Uint8Array) return { key, type: "binary", value: toBase64(value) };
  return { key, type: "string", value: formatAttributeValue(value).toWellFormed() };
}

function addKind(tags: TagList, { kind }: Span): void {
  // A tag of the program that is no kind stays one.
  const spanKind = kind === "internal" && tags.has("span.kind") ? undefined : SPAN_KINDS[kind];
  if (spanKind !== undefined) tags.set("span.kind", spanKind);
  if (typeof kind === "number") tags.set(OWN_KEYS.kind, BigInt(kind));
  else if (isGoTraceKind(kind)) tags.set(OWN_KEYS.kind, kind);
}

function addStatus(tags: TagList, span: Span): void {
  if (isErrorSpan(span)) {
    // The program's own word on it may say more.
    if (span.status !== undefined || !tags.has("error")) tags.set("otel.status_code", "ERROR");
    if (span.status?.message) tags.set("otel.status_description", span.status.message);
    if (!tags.has("error")) tags.set("error", true);
  } else if (span.status !== undefined) {
    tags.set("otel.status_code", "OK");
  }
}

function linkReferences(span: Span, losses: Losses): JaegerJsonReference[] {
  const references: JaegerJsonReference[] = [];
  for (const link of span.links ?? []) {
    const reference = linkReference(link, losses);
    // Where there is no parent, readers take a reference into the same trace for it.
    if (
      reference === undefined || span.parentId === undefined && link.traceId === span.traceId
    ) {
      countReason(losses.dropped, "links");
      continue;
    }
    references.push(reference);
    const { [REF_TYPE]: _, ...others } = link.attributes;
    if (Object.keys(others).length > 0) countReason(losses.dropped, "link_attributes");
    if (link.traceState || link.flags) countReason(losses.dropped, "link_state");
  }
  return references;
}

const REF_TYPE = "opentracing.ref_type";

function linkReference(link: SpanLink, losses: Losses): JaegerJsonReference | undefined {
  if (link.traceId === "" || link.spanId === "") return undefined;
  const traceId = jaegerTraceId(link.traceId);
  const spanId = otlpSpanId(link.spanId);
  if (traceId.isHashed || spanId.isHashed) countReason(losses.changed, "link_id");
  return {
    refType: link.attributes[REF_TYPE] === "child_of" ? "CHILD_OF" : "FOLLOWS_FROM",
    traceID: traceId.hex,
    spanID: spanId.hex,
  };
}

function jaegerLog(event: SpanEvent, losses: Losses): JaegerJsonLog {
  const { micros } = clampMicros(event.timeUnixNano);
  const fields = new TagList(event.attributes);
  fields.set("event", event.name);
  if (BigInt(micros) * 1000n !== event.timeUnixNano) {
    fields.set(OWN_KEYS.time, String(event.timeUnixNano));
  }
  if (fields.isChanged) countReason(losses.changed, "attribute_type");
  if (fields.isTaken) countReason(losses.dropped, "attribute_key");
  return { timestamp: micros, fields: fields.tags };
}

/** Jaeger wants a name of every program; OpenTelemetry has a word for those without. */
const NO_SERVICE = "unknown_service";

function jaegerProcess(span: Span, losses: Losses): JaegerJsonProcess {
  const tags = new TagList(span.resource ?? {});
  const inResource = span.resource?.["service.name"];
  const name = span.service || (typeof inResource === "string" ? inResource : "");
  if (name === "") countReason(losses.changed, "no_service");
  if (tags.isChanged) countReason(losses.changed, "attribute_type");
  return { serviceName: name.toWellFormed() || NO_SERVICE, tags: tags.tags };
}
