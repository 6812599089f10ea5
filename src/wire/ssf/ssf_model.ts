import { type Attributes, type AttributeValue, createAttributes } from "../../model/attributes.ts";
import { countReason } from "../../model/counters.ts";
import { isErrorSpan, type MetricSample, type Span } from "../../model/span.ts";
import type { SpanKind } from "../../model/span_kind.ts";
import type { Losses } from "../losses.ts";
import { formatAttributeValue } from "../span_line/format_attribute_value.ts";
import { isTraceSpan } from "./normalize_ssf_span.ts";
import { createSsfSample, createSsfSpan, type SsfSample, type SsfSpan } from "./ssf_span.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Makes a span of the model from an SSF span.
 *
 * | SSF | model |
 * | --- | --- |
 * | `trace_id`, `id`, `parent_id` | decimal strings; a parent of 0 is no parent |
 * | `tags` | attributes, all of them strings |
 * | tag `span.kind` (OpenTracing's) | the kind too, when it is `server`, `client`, `producer` or `consumer`; else it is `internal` |
 * | `service`, `error`, `indicator` | themselves |
 * | `metrics` | samples, without fields that have their default |
 * | `version`, `root_start_timestamp` | integer attributes `ssf.version`, `ssf.root_start_timestamp`, unless 0 |
 *
 * @param ssf A normalised span, see `normalizeSsfSpan`.
 * @returns `undefined` when it is no trace span, see `isTraceSpan`.
 * @example
 * ```ts
 * import { ssfSpanToSpan } from "./ssf_model.ts";
 * import { createSsfSpan } from "./ssf_span.ts";
 *
 * const times = { startTimestamp: 1n, endTimestamp: 2n };
 * const span = ssfSpanToSpan(createSsfSpan({ id: 7n, traceId: 7n, name: "charge", ...times }));
 * if (span?.spanId !== "7" || span.parentId !== undefined) throw new Error("wrong");
 * ```
 */
export function ssfSpanToSpan(ssf: SsfSpan): Span | undefined {
  if (!isTraceSpan(ssf)) return undefined;
  const span: Writable<Span> = {
    traceId: ssf.traceId.toString(),
    spanId: ssf.id.toString(),
    name: ssf.name,
    kind: kindOf(ssf.tags[KIND_TAG]),
    startTimeUnixNano: ssf.startTimestamp,
    endTimeUnixNano: ssf.endTimestamp,
    state: "ended",
    attributes: attributesOf(ssf),
    error: ssf.error,
    indicator: ssf.indicator,
  };
  if (ssf.parentId !== 0n) span.parentId = ssf.parentId.toString();
  if (ssf.service !== "") span.service = ssf.service;
  if (ssf.metrics.length > 0) span.samples = ssf.metrics.map(sampleOf);
  return span;
}

/**
 * Makes an SSF span from a span of the model: the inverse of {@linkcode ssfSpanToSpan}.
 *
 * What SSF has no place for is left out (events, links, scope, resource but its `service.name`, trace state,
 * a status' message), or becomes text: attributes that are no strings, and a kind that OpenTracing knows,
 * as the tag `span.kind`. Ids of 16 or 32 hexadecimal digits become numbers, made of the last 16, as in
 * veneur's headers. What is left out and what changes is counted in `losses`.
 *
 * @returns `undefined` when the span cannot be one: it has not ended, a time is not within 64 bits,
 * or an id is neither an integer of 64 bits in decimal nor hexadecimal.
 */
export function spanToSsfSpan(
  span: Span,
  losses: Losses = { dropped: {}, changed: {} },
): SsfSpan | undefined {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  const traceId = parseId(span.traceId);
  const id = parseId(span.spanId);
  const parentId = span.parentId === undefined ? 0n : parseId(span.parentId);
  if (traceId === undefined || id === undefined || parentId === undefined) return undefined;
  if (end === undefined || !isInt64(start) || !isInt64(end)) return undefined;
  const tags: Record<string, string> = Object.create(null);
  let version = 0;
  let rootStartTimestamp = 0n;
  for (const key of Object.keys(span.attributes)) {
    const value = span.attributes[key];
    if (key === VERSION_ATTRIBUTE && isInt32(value)) version = Number(value);
    else if (key === ROOT_START_ATTRIBUTE && isInt64(value)) rootStartTimestamp = value;
    else tags[key] = formatAttributeValue(value);
  }
  if (KINDS.has(span.kind)) tags[KIND_TAG] ??= span.kind as string;
  countLosses(span, losses);
  return createSsfSpan({
    version,
    traceId,
    id,
    parentId,
    startTimestamp: start,
    endTimestamp: end,
    error: span.error ?? isErrorSpan(span),
    service: span.service ?? serviceNameOf(span.resource),
    metrics: (span.samples ?? []).map(ssfSampleOf),
    tags,
    indicator: span.indicator ?? false,
    name: span.name,
    rootStartTimestamp,
  });
}

/** OpenTracing's tag for which side of a call a span is; SSF has no field for it. */
const KIND_TAG = "span.kind";
const KINDS: ReadonlySet<unknown> = new Set(["server", "client", "producer", "consumer"]);
const VERSION_ATTRIBUTE = "ssf.version";
const ROOT_START_ATTRIBUTE = "ssf.root_start_timestamp";
const LOST_FIELDS = ["events", "links", "scope", "traceState"] as const;
const HEX = /^(?:[\da-f]{16}){1,2}$/;
const DECIMAL = /^(?:0|-?[1-9]\d{0,18})$/;

function kindOf(tag: string | undefined): SpanKind {
  return KINDS.has(tag) ? tag as SpanKind : "internal";
}

function attributesOf(ssf: SsfSpan): Attributes {
  if (ssf.version === 0 && ssf.rootStartTimestamp === 0n) return ssf.tags;
  const attributes = createAttributes(Object.entries(ssf.tags));
  if (ssf.version !== 0) attributes[VERSION_ATTRIBUTE] = BigInt(ssf.version);
  if (ssf.rootStartTimestamp !== 0n) attributes[ROOT_START_ATTRIBUTE] = ssf.rootStartTimestamp;
  return attributes;
}

function sampleOf(ssf: SsfSample): MetricSample {
  const sample: Writable<MetricSample> = { metric: ssf.metric, name: ssf.name, value: ssf.value };
  if (ssf.timestamp !== 0n) sample.timeUnixNano = ssf.timestamp;
  if (ssf.message !== "") sample.message = ssf.message;
  // For a check "ok" is its result; for other samples it is just the default.
  if (ssf.metric === "status" || ssf.status !== "ok") sample.status = ssf.status;
  if (ssf.sampleRate !== 0) sample.rate = ssf.sampleRate;
  if (Object.keys(ssf.tags).length > 0) sample.tags = ssf.tags;
  if (ssf.unit !== "") sample.unit = ssf.unit;
  if (ssf.scope !== "default") sample.scope = ssf.scope;
  return sample;
}

function ssfSampleOf(sample: MetricSample): SsfSample {
  const { metric, name, value, timeUnixNano, message, status, rate, tags, unit, scope } = sample;
  return createSsfSample({
    metric,
    name,
    value,
    timestamp: timeUnixNano !== undefined && isInt64(timeUnixNano) ? timeUnixNano : 0n,
    message: message ?? "",
    status: status ?? "ok",
    sampleRate: rate ?? 0,
    tags: Object.assign(Object.create(null), tags),
    unit: unit ?? "",
    scope: scope ?? "default",
  });
}

function serviceNameOf(resource: Attributes | undefined): string {
  const name = resource?.["service.name"];
  return typeof name === "string" ? name : "";
}

function parseId(text: string): bigint | undefined {
  if (DECIMAL.test(text)) {
    const value = BigInt(text);
    return isInt64(value) ? value : undefined;
  }
  if (!HEX.test(text)) return undefined;
  // All zeros stand for none, in hexadecimal as in decimal, and no span has that.
  return BigInt.asIntN(64, BigInt("0x" + text.slice(-16))) || undefined;
}

function countLosses(span: Span, losses: Losses): void {
  for (const field of LOST_FIELDS) {
    if (span[field] !== undefined) countReason(losses.dropped, field);
  }
  const { resource } = span;
  if (resource !== undefined && Object.keys(resource).some((key) => key !== "service.name")) {
    countReason(losses.dropped, "resource");
  }
  if (span.startOffsetMinutes || span.endOffsetMinutes) countReason(losses.dropped, "time_offset");
  if (span.kind !== "internal" && !KINDS.has(span.kind)) countReason(losses.changed, "kind");
  if (!DECIMAL.test(span.traceId) || !DECIMAL.test(span.spanId)) countReason(losses.changed, "id");
  for (const key in span.attributes) {
    if (typeof span.attributes[key] === "string") continue;
    if (key === VERSION_ATTRIBUTE || key === ROOT_START_ATTRIBUTE) continue;
    countReason(losses.changed, "attribute_type");
    break;
  }
}

function isInt64(value: AttributeValue): value is bigint {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

function isInt32(value: AttributeValue): value is bigint {
  return typeof value === "bigint" && BigInt.asIntN(32, value) === value;
}
