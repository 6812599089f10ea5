/*
 * The part of npm's `opentracing` 0.14 that is used and offered here, by structure, so that the SDK
 * depends on no package.
 */
import type { TraceContext } from "../propagation/trace_context.ts";

/** Carrier formats. */
export const FORMAT_TEXT_MAP = "text_map";
/** See {@linkcode FORMAT_TEXT_MAP}. */
export const FORMAT_HTTP_HEADERS = "http_headers";
/** See {@linkcode FORMAT_TEXT_MAP}; the carrier's `buffer` holds the bytes. */
export const FORMAT_BINARY = "binary";
/** The kind of a reference to a span that waits for this one. */
export const REFERENCE_CHILD_OF = "child_of";

/** What of a span travels. */
export interface OpenTracingSpanContextLike {
  toTraceId(): string;
  toSpanId(): string;
}

/** A span, as far as it can be a parent. */
export interface OpenTracingSpanLike {
  context(): OpenTracingSpanContextLike;
}

/** A reference to another span. */
export interface OpenTracingReference {
  type(): string;
  referencedContext(): OpenTracingSpanContextLike | OpenTracingSpanLike;
}

/** Options of a new span. */
export interface OpenTracingSpanOptions {
  childOf?: OpenTracingSpanLike | OpenTracingSpanContextLike;
  references?: OpenTracingReference[];
  tags?: { [key: string]: unknown };
  /** Milliseconds since the Unix epoch. */
  startTime?: number;
}

/** What of a span of this SDK travels. */
export class OpenTracingSpanContext implements OpenTracingSpanContextLike {
  /** The same for the SDK's propagators and as a parent. */
  readonly traceContext: TraceContext;

  constructor(traceContext: TraceContext) {
    this.traceContext = traceContext;
  }

  /** The trace: 16 hex digits, or 32 from elsewhere. */
  toTraceId(): string {
    return this.traceContext.traceId;
  }

  /** The span: 16 hex digits. */
  toSpanId(): string {
    return this.traceContext.spanId;
  }
}

/** The context behind a span or a context; `undefined` for what comes from another tracer. */
export function traceContextOf(value: unknown): TraceContext | undefined {
  if (value instanceof OpenTracingSpanContext) return value.traceContext;
  if (typeof value !== "object" || value === null || !("context" in value)) return undefined;
  const context = typeof value.context === "function" ? value.context() : undefined;
  return context instanceof OpenTracingSpanContext ? context.traceContext : undefined;
}
