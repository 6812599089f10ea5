import { spanService } from "../../model/span_service.ts";
import { type AttributeValue, createAttributes } from "../../model/attributes.ts";
import { countReason } from "../../model/counters.ts";
import { isErrorSpan, type Span, type SpanEvent } from "../../model/span.ts";
import type { SpanKind } from "../../model/span_kind.ts";
import type { Losses } from "../losses.ts";
import { type OtlpId, otlpSpanId, otlpTraceId } from "../otlp/otlp_id.ts";
import { formatAttributeValue } from "../span_line/format_attribute_value.ts";

/** A span of Zipkin's second model, ready for `JSON.stringify`. */
export interface ZipkinJsonSpan {
  /** Lower-case hexadecimal, 16 or 32 digits. */
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: "CLIENT" | "SERVER" | "PRODUCER" | "CONSUMER";
  /** Whole microseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Whole microseconds, at least 1; absent for a span without an end. */
  readonly duration?: number;
  readonly debug?: true;
  readonly localEndpoint?: ZipkinJsonEndpoint;
  readonly remoteEndpoint?: ZipkinJsonEndpoint;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[];
  /** Without a prototype. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** One side of a call. */
export interface ZipkinJsonEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

/**
 * Maps a span to Zipkin's second model: the inverse of what `transcodeZipkinJson` does. What Zipkin has no
 * field for goes into the tags that OpenTelemetry names for it, or into tags that begin with `trace.`;
 * what it cannot hold is counted in `losses`.
 *
 * | field | from |
 * | --- | --- |
 * | `traceId`, `id`, `parentId` | 16 hexadecimal digits, and 32 of a trace, stay; others are hashed as for OTLP, with the id as received in the tag `trace.original_…` |
 * | `kind` | server, http → `SERVER`; client, sql → `CLIENT`; `PRODUCER`; `CONSUMER`; none for internal, function and numbers. The tag `trace.kind` keeps go-trace's |
 * | `timestamp`, `duration` | rounded down to microseconds, so that order stays, and at least 1; no duration without an end. Of an end before its start the tag `trace.duration_ns` says how much |
 * | `localEndpoint` | service or `service.name` of the resource; attributes `network.local.address`, `network.local.port` |
 * | `remoteEndpoint` | attributes `peer.service`, `network.peer.address`, `network.peer.port` |
 * | `tags` | attributes as text; those of the resource where the span has none of that name; status and scope as `otel.…` and `error` |
 * | `annotations` | events; one with attributes as `{"name":{…}}` |
 * | `debug` | attribute `zipkin.debug` |
 *
 * Specifications: https://zipkin.io/zipkin-api/,
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 *
 * @example
 * ```ts
 * import { zipkinSpan } from "./encode_zipkin.ts";
 *
 * const losses = { dropped: {}, changed: {} };
 * const { timestamp, duration } = zipkinSpan({
 *   traceId: "00000000000000b1",
 *   spanId: "00000000000000a1",
 *   name: "load",
 *   kind: "internal",
 *   startTimeUnixNano: 1_000_999n,
 *   endTimeUnixNano: 2_000_000n,
 *   state: "ended",
 *   attributes: {},
 * }, losses);
 * if (timestamp !== 1000 || duration !== 1000) throw new Error("wrong");
 * ```
 */
export function zipkinSpan(span: Span, losses: Losses): ZipkinJsonSpan {
  const taken = new Set<string>();
  const local = takeEndpoint(taken, span, "network.local", spanService(span)?.toWellFormed());
  const peer = span.attributes["peer.service"];
  const peerService = typeof peer === "string" && peer !== "" ? peer.toWellFormed() : undefined;
  if (peerService !== undefined) taken.add("peer.service");
  const remote = takeEndpoint(taken, span, "network.peer", peerService);
  const isDebug = span.attributes["zipkin.debug"] === true;
  if (isDebug) taken.add("zipkin.debug");
  const tags: Tags = createAttributes() as Tags;
  addAttributes(tags, span, taken, losses);
  const ids = encodeIds(tags, span, losses);
  addKind(tags, span.kind, losses);
  addStatus(tags, span, losses);
  addScope(tags, span, losses);
  if (span.indicator) tags["trace.indicator"] = "true";
  addCount(tags, "attributes", span.droppedAttributesCount);
  addCount(tags, "events", span.droppedEventsCount);
  addCount(tags, "links", span.droppedLinksCount);
  countLosses(span, losses);
  const times = encodeTimes(tags, span, losses);
  // JSON.stringify leaves out what is undefined.
  return {
    ...ids,
    name: span.name.toWellFormed(),
    kind: typeof span.kind === "number" ? undefined : KINDS[span.kind],
    ...times,
    debug: isDebug || undefined,
    localEndpoint: local,
    remoteEndpoint: remote,
    annotations: span.events?.length
      ? span.events.map((event) => encodeEvent(event, losses))
      : undefined,
    tags: Object.keys(tags).length > 0 ? tags : undefined,
  };
}

/**
 * Encodes spans as a message for Zipkin's `/api/v2/spans`: a list of spans in JSON. See
 * {@linkcode zipkinSpan} for what becomes of each field.
 */
export function encodeZipkinJson(
  spans: readonly Span[],
  losses: Losses = { dropped: {}, changed: {} },
): string {
  return JSON.stringify(spans.map((span) => zipkinSpan(span, losses)));
}

type Tags = Record<string, string>;

const KINDS: Readonly<Record<Exclude<SpanKind, number>, ZipkinJsonSpan["kind"]>> = {
  function: undefined,
  internal: undefined,
  // As for OTLP: http is what a go-trace program serves, sql what it asks of a database.
  http: "SERVER",
  server: "SERVER",
  sql: "CLIENT",
  client: "CLIENT",
  producer: "PRODUCER",
  consumer: "CONSUMER",
};

/** Adds all attributes except those that stand in fields of their own. */
function addAttributes(
  tags: Tags,
  span: Span,
  taken: ReadonlySet<string>,
  losses: Losses,
): void {
  let isChanged = false;
  const add = (key: string, value: AttributeValue): void => {
    isChanged ||= typeof value !== "string";
    tags[key.toWellFormed()] = formatAttributeValue(value).toWellFormed();
  };
  for (const key of Object.keys(span.attributes)) {
    if (!taken.has(key)) add(key, span.attributes[key]);
  }
  let isResourceChanged = false;
  for (const key of Object.keys(span.resource ?? {})) {
    if (key === "service.name") continue;
    isResourceChanged = true;
    if (!(key in tags)) add(key, span.resource![key]);
  }
  if (isChanged) countReason(losses.changed, "attribute_type");
  if (isResourceChanged) countReason(losses.changed, "resource");
}

/** Makes an endpoint of an address and a port that are of the right type, and adds what it took. */
function takeEndpoint(
  taken: Set<string>,
  { attributes }: Span,
  prefix: string,
  serviceName: string | undefined,
): ZipkinJsonEndpoint | undefined {
  const address = attributes[`${prefix}.address`];
  const port = attributes[`${prefix}.port`];
  const ip = typeof address === "string" ? address : "";
  const ipv4 = IPV4.test(ip) ? ip : undefined;
  const ipv6 = IPV6.test(ip) ? ip : undefined;
  if (ipv4 ?? ipv6) taken.add(`${prefix}.address`);
  const hasPort = typeof port === "bigint" && port > 0n && port <= 65_535n;
  if (hasPort) taken.add(`${prefix}.port`);
  if ((serviceName ?? ipv4 ?? ipv6) === undefined && !hasPort) return undefined;
  return { serviceName, ipv4, ipv6, port: hasPort ? Number(port) : undefined };
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?=\d)|$)){4}$/;
const IPV6 = /^(?=.*:.*:)[\da-f:]+(?:\d+\.\d+\.\d+\.\d+)?$/i;

function encodeIds(
  tags: Tags,
  span: Span,
  losses: Losses,
): Pick<ZipkinJsonSpan, "traceId" | "id" | "parentId"> {
  const traceId = zipkinTraceId(span.traceId);
  const id = otlpSpanId(span.spanId);
  const parentId = span.parentId === undefined ? undefined : otlpSpanId(span.parentId);
  if (traceId.isHashed) tags["trace.original_trace_id"] = span.traceId.toWellFormed();
  if (id.isHashed) tags["trace.original_span_id"] = span.spanId.toWellFormed();
  if (parentId?.isHashed) tags["trace.original_parent_id"] = span.parentId!.toWellFormed();
  if (traceId.isHashed || id.isHashed || parentId?.isHashed) countReason(losses.changed, "id");
  return { traceId: traceId.hex, id: id.hex, parentId: parentId?.hex };
}

/** Zipkin has traces of 64 bits, too: go-trace's need no zeros in front. */
function zipkinTraceId(id: string): OtlpId {
  const asSpanId = id.length === 16 ? otlpSpanId(id) : undefined;
  return asSpanId?.isHashed === false ? asSpanId : otlpTraceId(id);
}

function addKind(tags: Tags, kind: SpanKind, losses: Losses): void {
  if (typeof kind !== "number" && kind !== "function" && kind !== "http" && kind !== "sql") return;
  tags["trace.kind"] = String(kind);
  countReason(losses.changed, "kind");
}

/** A tag `error`, whatever is in it, says in Zipkin that the span failed. */
function addStatus(tags: Tags, span: Span, losses: Losses): void {
  const { status } = span;
  if (status !== undefined) tags["otel.status_code"] = status.code.toUpperCase();
  if (!isErrorSpan(span)) {
    if (!("error" in tags)) return;
    delete tags.error;
    countReason(losses.dropped, "error");
    return;
  }
  const message = status?.message?.toWellFormed();
  if (!("error" in tags)) tags.error = message || "true";
  else if (message && message !== tags.error) tags["otel.status_description"] = message;
}

function addScope(tags: Tags, { scope }: Span, losses: Losses): void {
  if (scope === undefined) return;
  tags["otel.scope.name"] = scope.name.toWellFormed();
  if (scope.version) tags["otel.scope.version"] = scope.version.toWellFormed();
  if (scope.attributes !== undefined && Object.keys(scope.attributes).length > 0) {
    countReason(losses.dropped, "scope_attributes");
  }
}

function addCount(tags: Tags, what: string, count: number | undefined): void {
  if (count) tags[`otel.dropped_${what}_count`] = String(count);
}

function countLosses(span: Span, losses: Losses): void {
  if (span.links?.length) countReason(losses.dropped, "links");
  if (span.samples?.length) countReason(losses.dropped, "samples");
  if (span.traceState) countReason(losses.dropped, "trace_state");
  if (span.flags) countReason(losses.dropped, "flags");
  if (span.startOffsetMinutes || span.endOffsetMinutes) countReason(losses.dropped, "time_offset");
}

function encodeTimes(
  tags: Tags,
  { startTimeUnixNano: start, endTimeUnixNano: end }: Span,
  losses: Losses,
): Pick<ZipkinJsonSpan, "timestamp" | "duration"> {
  const timestamp = toMicros(start);
  const isExact = timestamp * NANOS_PER_MICRO === start;
  if (end === undefined) {
    if (!isExact) countInexact(start, losses);
    return { timestamp: Number(timestamp) };
  }
  if (end < start) {
    tags["trace.duration_ns"] = String(end - start);
    countReason(losses.changed, "negative_duration");
    return { timestamp: Number(timestamp), duration: 1 };
  }
  const endMicros = toMicros(end);
  if (!isExact) countInexact(start, losses);
  else if (endMicros * NANOS_PER_MICRO !== end || end === start) countInexact(end, losses);
  // 0 stands for "not known".
  return { timestamp: Number(timestamp), duration: Math.max(1, Number(endMicros - timestamp)) };
}

function countInexact(time: bigint, losses: Losses): void {
  const isOutOfRange = time < NANOS_PER_MICRO || time / NANOS_PER_MICRO > MAX_MICROS;
  countReason(losses.changed, isOutOfRange ? "time_out_of_range" : "time_precision");
}

/** Rounds down, to what Zipkin has: after 1970, where 0 stands for "not known", up to 2255. */
function toMicros(unixNano: bigint): bigint {
  const micros = unixNano / NANOS_PER_MICRO;
  return unixNano < NANOS_PER_MICRO ? 1n : micros > MAX_MICROS ? MAX_MICROS : micros;
}

const NANOS_PER_MICRO = 1000n;
/** Beyond, not every reader of JSON gets the number that was written. */
const MAX_MICROS = BigInt(Number.MAX_SAFE_INTEGER);

function encodeEvent(
  { timeUnixNano, name, attributes }: SpanEvent,
  losses: Losses,
): { readonly timestamp: number; readonly value: string } {
  const timestamp = Number(toMicros(timeUnixNano));
  const value = name.toWellFormed();
  if (Object.keys(attributes).length === 0) return { timestamp, value };
  countReason(losses.changed, "event_attributes");
  const json = formatAttributeValue(attributes).toWellFormed();
  return { timestamp, value: `{${JSON.stringify(value)}:${json}}` };
}
