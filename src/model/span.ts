import type { Attributes } from "./attributes.ts";
import type { SpanKind } from "./span_kind.ts";

/**
 * How far a span got: `running` has no end yet, `ended` has one, `unfinished` never got one before
 * its program, its connection or the recording ended.
 */
export type SpanState = "running" | "ended" | "unfinished";

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  /** Nanoseconds since the Unix epoch. */
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: Attributes;
  /** How many attributes its program left out; absent for none. */
  readonly droppedAttributesCount?: number;
}

/** A reference from one span to another, in the same trace or elsewhere. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  /** W3C trace state of the span it refers to. */
  readonly traceState?: string;
  /** See {@linkcode Span.flags}. */
  readonly flags?: number;
  readonly attributes: Attributes;
  /** How many attributes its program left out; absent for none. */
  readonly droppedAttributesCount?: number;
}

/** How a span's operation ended, where its protocol says so; absent when unset. */
export interface SpanStatus {
  readonly code: "ok" | "error";
  readonly message?: string;
}

/** The part of a program that made the span: a library's name and version. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string;
  readonly attributes?: Attributes;
  /** How many attributes its program left out; absent for none. */
  readonly droppedAttributesCount?: number;
  /** The version of OpenTelemetry's names that its spans follow. */
  readonly schemaUrl?: string;
}

/** A metric sample that travelled with a span (SSF). */
export interface MetricSample {
  /** A word, or the number of a type that has no word, kept as it came. */
  readonly metric: "counter" | "gauge" | "histogram" | "set" | "status" | number;
  readonly name: string;
  readonly value: number;
  /** Nanoseconds since the Unix epoch; absent when not given. */
  readonly timeUnixNano?: bigint;
  readonly message?: string;
  readonly status?: "ok" | "warning" | "critical" | "unknown" | number;
  /** The share of samples sent, in (0, 1]. */
  readonly rate?: number;
  readonly tags?: { readonly [key: string]: string };
  readonly unit?: string;
  readonly scope?: "default" | "local" | "global" | number;
}

/**
 * One unit of work, whatever protocol it came by. A span is a value: functions that change one
 * return another. Its identity is the pair of {@linkcode Span.traceId} and {@linkcode Span.spanId}.
 */
export interface Span {
  /** As received: go-trace's string as sent, SSF's in decimal, OTLP's and Zipkin's in hexadecimal. */
  readonly traceId: string;
  /** As received, see {@linkcode Span.traceId}. */
  readonly spanId: string;
  /** As received; absent for a root span. */
  readonly parentId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since the Unix epoch. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds since the Unix epoch; absent unless the state is `ended`. */
  readonly endTimeUnixNano?: bigint;
  /** Minutes east of UTC in which the start was written, kept for display; absent for UTC. */
  readonly startOffsetMinutes?: number;
  /** Minutes east of UTC in which the end was written, kept for display; absent for UTC. */
  readonly endOffsetMinutes?: number;
  readonly state: SpanState;
  readonly attributes: Attributes;
  readonly events?: readonly SpanEvent[];
  readonly links?: readonly SpanLink[];
  readonly status?: SpanStatus;
  /** W3C trace state, as received. */
  readonly traceState?: string;
  /**
   * OTLP's 32 bits: the W3C trace flags in the lowest 8, then whether it is known that the parent is
   * remote, and whether it is; absent for 0.
   */
  readonly flags?: number;
  /** How many attributes its program left out, to stay within a limit; absent for none. */
  readonly droppedAttributesCount?: number;
  /** The same of events. */
  readonly droppedEventsCount?: number;
  /** The same of links. */
  readonly droppedLinksCount?: number;
  /** Attributes of the program that made the span. */
  readonly resource?: Attributes;
  /** How many of those its program left out; absent for none. */
  readonly resourceDroppedAttributesCount?: number;
  /** The version of OpenTelemetry's names that those follow. */
  readonly resourceSchemaUrl?: string;
  readonly scope?: InstrumentationScope;
  /** SSF's service name. */
  readonly service?: string;
  /** SSF's indicator flag. */
  readonly indicator?: boolean;
  /** SSF's error flag. */
  readonly error?: boolean;
  readonly samples?: readonly MetricSample[];
}

/**
 * The span's length in nanoseconds, negative when its clock went backwards; `undefined` while it has
 * no end.
 */
export function durationNano(span: Span): bigint | undefined {
  return span.endTimeUnixNano === undefined
    ? undefined
    : span.endTimeUnixNano - span.startTimeUnixNano;
}

/** Whether the span failed, by the sign its protocol has for it. */
export function isErrorSpan(span: Span): boolean {
  if (span.error || span.status?.code === "error") return true;
  if (span.status?.code === "ok") return false;
  // go-trace has no status: an `error` attribute or a 5xx answer of an HTTP span is its only sign.
  const { error, status } = span.attributes;
  if (error !== undefined && error !== "" && error !== false && error !== "false") return true;
  return span.kind === "http" && typeof status === "string" && /^5\d\d$/.test(status);
}
