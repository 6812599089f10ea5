/*
 * The part of `@opentelemetry/api` 1.9 that is used and offered here, by structure, so that the SDK
 * depends on no package. A test checks these types against the package's own.
 */

/** What travels with a call: immutable, keyed by symbols. */
export interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
  deleteValue(key: symbol): Context;
}

/** W3C's `tracestate` as OpenTelemetry hands it around. */
export interface TraceState {
  set(key: string, value: string): TraceState;
  unset(key: string): TraceState;
  get(key: string): string | undefined;
  serialize(): string;
}

/** OpenTelemetry's identity of a span. */
export interface OpenTelemetrySpanContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  isRemote?: boolean;
  /** 1 when sampled. */
  traceFlags: number;
  traceState?: TraceState;
}

/** A value of an attribute. */
export type OpenTelemetryAttributeValue =
  | string
  | number
  | boolean
  | (string | null | undefined)[]
  | (number | null | undefined)[]
  | (boolean | null | undefined)[];

/** Attributes by key. */
export interface OpenTelemetryAttributes {
  [key: string]: OpenTelemetryAttributeValue | undefined;
}

/** Seconds and nanoseconds, milliseconds since the epoch or since the program's start, or a date. */
export type TimeInput = [number, number] | number | Date;

/** A reference to another span. */
export interface Link {
  context: OpenTelemetrySpanContext;
  attributes?: OpenTelemetryAttributes;
}

/** 0 unset, 1 ok, 2 error. */
export interface OpenTelemetryStatus {
  code: number;
  message?: string;
}

/** What can be recorded as an exception. */
export type Exception = string | {
  code?: string | number;
  message?: string;
  name?: string;
  stack?: string;
};

/** Options of a new span. */
export interface OpenTelemetrySpanOptions {
  /** 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  kind?: number;
  attributes?: OpenTelemetryAttributes;
  links?: Link[];
  startTime?: TimeInput;
  root?: boolean;
}

/** A span. */
export interface OpenTelemetrySpan {
  spanContext(): OpenTelemetrySpanContext;
  setAttribute(key: string, value: OpenTelemetryAttributeValue): this;
  setAttributes(attributes: OpenTelemetryAttributes): this;
  addEvent(
    name: string,
    attributesOrStartTime?: OpenTelemetryAttributes | TimeInput,
    startTime?: TimeInput,
  ): this;
  addLink(link: Link): this;
  addLinks(links: Link[]): this;
  setStatus(status: OpenTelemetryStatus): this;
  updateName(name: string): this;
  end(endTime?: TimeInput): void;
  isRecording(): boolean;
  recordException(exception: Exception, time?: TimeInput): void;
}

/** Carries the active context through a program. */
export interface ContextManager {
  active(): Context;
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F>;
  bind<T>(context: Context, target: T): T;
  enable(): this;
  disable(): this;
}

/** An entry of OpenTelemetry's baggage. */
export interface OpenTelemetryBaggageEntry {
  value: string;
  metadata?: { toString(): string };
}

/** OpenTelemetry's baggage, immutable. */
export interface OpenTelemetryBaggage {
  getEntry(key: string): OpenTelemetryBaggageEntry | undefined;
  getAllEntries(): [string, OpenTelemetryBaggageEntry][];
  setEntry(key: string, entry: OpenTelemetryBaggageEntry): OpenTelemetryBaggage;
  removeEntry(key: string): OpenTelemetryBaggage;
  removeEntries(...keys: string[]): OpenTelemetryBaggage;
  clear(): OpenTelemetryBaggage;
}

/** Keys under which the package keeps things in a context: the same symbols in every copy of it. */
export const SPAN_KEY: symbol = Symbol.for("OpenTelemetry Context Key SPAN");
/** See {@linkcode SPAN_KEY}. */
export const BAGGAGE_KEY: symbol = Symbol.for("OpenTelemetry Baggage Key");
/** Set where nothing is to be traced, such as in an exporter's own requests. */
export const SUPPRESS_KEY: symbol = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** The span of a context, if any. */
export function spanOf(context: Context): OpenTelemetrySpan | undefined {
  const span = context.getValue(SPAN_KEY);
  return typeof span === "object" && span !== null && "spanContext" in span
    ? span as OpenTelemetrySpan
    : undefined;
}
