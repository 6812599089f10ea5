import type { SpanKind } from "../model/span_kind.ts";
import type { TraceContext } from "./propagation/trace_context.ts";

/** A value an attribute can be set to. The wire of go-trace knows strings alone and gets their text. */
export type SpanAttributeValue = string | number | boolean | bigint;

/** Attributes to set; `undefined` values are skipped. */
export type SpanAttributes = { readonly [key: string]: SpanAttributeValue | undefined };

/** What another span needs to know to become a child. */
export interface SpanContext {
  /** The trace; 16 hex digits when made here, any text when it comes from elsewhere. */
  readonly traceId: string;
  /** The span within the trace. */
  readonly spanId: string;
}

/** Options of `Tracer.startSpan`. */
export interface SpanOptions {
  /** What the span stands for. @default "function" */
  readonly kind?: SpanKind;
  /** Attributes to begin with. */
  readonly attributes?: SpanAttributes;
  /**
   * The parent: a span, or what a propagator extracted.
   *
   * @default the active span, else, unless the program is a server, the one within which it was started
   */
  readonly parent?: SpanContext & Partial<TraceContext>;
  /** The span's own ids, when another tracing library has made them. @default new ones */
  readonly context?: SpanContext;
  /** Begins a new trace even when there is a span that could be the parent. @default false */
  readonly root?: boolean;
  /** When it started, in nanoseconds since the Unix epoch. @default now */
  readonly startTimeUnixNano?: bigint;
}

/**
 * A span of this program. Its methods never throw; after the end, and when nothing records, they do
 * nothing.
 */
export interface TracerSpan extends SpanContext, TraceContext {
  /** The parent's span id; `undefined` for the root of a trace. */
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Whether what is set still goes anywhere: false after the end and when nothing records. */
  readonly isRecording: boolean;
  /** Sets an attribute; the last value of a key counts. A span keeps 128 attributes. */
  setAttribute(key: string, value: SpanAttributeValue | undefined): this;
  /** Sets several attributes. */
  setAttributes(attributes: SpanAttributes): this;
  /**
   * Hands text on to the children that start from now on and, through propagation, to the programs that
   * they call. It is no attribute and is not recorded.
   *
   * @param value `undefined` removes the entry.
   */
  setBaggage(key: string, value: string | undefined): this;
  /** Sets the attribute `error` to the message of an error, or to the text of anything else thrown. */
  recordError(error: unknown): this;
  /**
   * Ends the span; a second call does nothing.
   *
   * @param endTimeUnixNano Nanoseconds since the Unix epoch; a time before the start becomes the start.
   * @default now
   */
  end(endTimeUnixNano?: bigint): void;
  /** Ends the span, for `using`. */
  [Symbol.dispose](): void;
}
