import { type Attributes, type AttributeValue, createAttributes } from "../../model/attributes.ts";
import type { Span, SpanEvent, SpanLink } from "../../model/span.ts";
import type { SpanKind } from "../../model/span_kind.ts";
import { type Tags, takeScope, takeStatus, takeTraceState } from "../opentelemetry_tags.ts";

/** A span as Jaeger has it, in either of its forms. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly name: string;
  readonly references: readonly JaegerReference[];
  /** 1 is sampled, 2 debug. */
  readonly flags: number;
  readonly startUnixNano: bigint;
  /** Absent while it is not known. */
  readonly endUnixNano?: bigint;
  /** Without a prototype. */
  readonly tags: Tags;
  readonly logs: readonly JaegerLog[];
  readonly warnings: readonly string[];
}

/** What a span says of another. */
export interface JaegerReference {
  readonly isChildOf: boolean;
  readonly traceId: string;
  readonly spanId: string;
}

/** A moment of a span. */
export interface JaegerLog {
  readonly timeUnixNano: bigint;
  readonly fields: Tags;
}

/** The program that made spans. */
export interface JaegerProcess {
  readonly serviceName: string;
  readonly tags: Attributes;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Makes a span of the model from Jaeger's.
 *
 * | Jaeger | span |
 * | --- | --- |
 * | trace and span ids | lower-case hexadecimal; a trace id of 64 bits has 16 digits |
 * | parent | `parentSpanId`; else the first `CHILD_OF` reference into the same trace, else the first `FOLLOWS_FROM` |
 * | other references | links, with the attribute `opentracing.ref_type` |
 * | tags | attributes of the same type |
 * | tag `span.kind` | the kind, when it is one; else it stays a tag and the kind is `internal` |
 * | tags `error`, `otel.*`, `w3c.tracestate` | status, scope, trace state |
 * | logs | events named by the field `event`, else by `message`, else `log` |
 * | process | `service`, unless a tag `service.name` says the same, and its tags the resource |
 * | flag debug, warnings | attributes `jaeger.debug`, `jaeger.warnings` |
 */
export function jaegerSpanToSpan(jaeger: JaegerSpan, process: JaegerProcess): Span {
  const { tags, endUnixNano } = jaeger;
  const parent = parentOf(jaeger);
  const span: Writable<Span> = {
    traceId: jaeger.traceId,
    spanId: jaeger.spanId,
    name: jaeger.name,
    kind: takeKind(tags),
    startTimeUnixNano: jaeger.startUnixNano,
    state: endUnixNano === undefined ? "running" : "ended",
    attributes: tags,
  };
  if (parent !== undefined) span.parentId = parent;
  if (endUnixNano !== undefined) span.endTimeUnixNano = endUnixNano;
  const links = linksOf(jaeger, parent);
  if (links.length > 0) span.links = links;
  if (jaeger.logs.length > 0) span.events = jaeger.logs.map(eventOf);
  const status = takeStatus(tags);
  if (status !== undefined) span.status = status;
  const scope = takeScope(tags);
  if (scope !== undefined) span.scope = scope;
  const traceState = takeTraceState(tags);
  if (traceState !== undefined) span.traceState = traceState;
  if ((jaeger.flags & DEBUG_FLAG) !== 0) tags["jaeger.debug"] ??= true;
  if (jaeger.warnings.length > 0) tags["jaeger.warnings"] ??= jaeger.warnings;
  const { serviceName } = process;
  if (serviceName !== "" && serviceName !== process.tags["service.name"]) {
    span.service = serviceName;
  }
  if (Object.keys(process.tags).length > 0) span.resource = process.tags;
  return span;
}

const DEBUG_FLAG = 2;
const KINDS: ReadonlySet<AttributeValue> = new Set([
  "internal",
  "server",
  "client",
  "producer",
  "consumer",
]);

function takeKind(tags: Tags): SpanKind {
  const kind = tags["span.kind"];
  if (!KINDS.has(kind)) return "internal";
  delete tags["span.kind"];
  return kind as SpanKind;
}

function parentOf(span: JaegerSpan): string | undefined {
  if (span.parentId !== undefined) return span.parentId;
  const inside = span.references.filter(({ traceId, spanId }) =>
    traceId === span.traceId && spanId !== span.spanId
  );
  return (inside.find(({ isChildOf }) => isChildOf) ?? inside[0])?.spanId;
}

function linksOf(span: JaegerSpan, parent: string | undefined): SpanLink[] {
  const links: SpanLink[] = [];
  for (const { isChildOf, traceId, spanId } of span.references) {
    const isParent = traceId === span.traceId && spanId === parent;
    if (isParent && isChildOf) continue;
    const type = isChildOf ? "child_of" : "follows_from";
    links.push({ traceId, spanId, attributes: createAttributes([["opentracing.ref_type", type]]) });
  }
  return links;
}

function eventOf({ timeUnixNano, fields }: JaegerLog): SpanEvent {
  const { event, message } = fields;
  const isNamed = typeof event === "string" && event !== "";
  if (isNamed) delete fields.event;
  const name = isNamed ? event : typeof message === "string" && message !== "" ? message : "log";
  return { timeUnixNano, name, attributes: fields };
}
