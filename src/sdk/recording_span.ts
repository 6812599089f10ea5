import type { SpanKind } from "../model/span_kind.ts";
import { formatTimestamp } from "../model/time.ts";
import { anchoredUnixNano, type Clock, type ClockAnchor, formatAnchoredTime } from "./clock.ts";
import { errorMessage } from "./error_message.ts";
import {
  type Baggage,
  type InheritedContext,
  withBaggageEntry,
} from "./propagation/trace_context.ts";
import { randomId } from "./random_id.ts";
import { SpanDetails } from "./span_details.ts";
import type { SpanAttributes, SpanAttributeValue, SpanContext, TracerSpan } from "./tracer_span.ts";

/** Who is told when a span has ended: its processor. */
export interface SpanEndListener {
  onEnd(span: RecordingSpan): void;
}

/** A span that is recorded. Made by `Tracer.startSpan`; read by a `SpanProcessor`. */
export class RecordingSpan implements TracerSpan {
  readonly parentId: string | undefined;
  name: string;
  readonly kind: SpanKind;
  /** How the monotonic times of this trace become wall times. */
  readonly anchor: ClockAnchor;
  /** Reading of the monotonic clock at the start, or when it was recorded if another start was given. */
  readonly startMs: number;
  /** Reading of the monotonic clock at the end. */
  endMs = 0;
  /** Attributes that did not fit. */
  droppedAttributeCount = 0;
  /** Keys and values in turn: one small array is much cheaper than an object or a map. */
  readonly attributeList: SpanAttributeValue[] = [];
  isRecording = true;
  /** What it hands on to its children; `undefined`, as mostly, for nothing. */
  inherited: InheritedContext | undefined;
  /** Events, links and the like; `undefined`, as mostly, for none. */
  details: SpanDetails | undefined;
  /** For the processor to remember something of its own; 0 at first. */
  processorState = 0;
  readonly #clock: Clock;
  readonly #processor: SpanEndListener;
  readonly #givenStart: bigint | undefined;
  #givenEnd: bigint | undefined;
  /** The first span of this trace that was made here: it keeps the trace's id. */
  readonly #first: RecordingSpan;
  #traceId: string | undefined;
  #spanId: string | undefined;

  /**
   * @param trace A span of the same trace, that trace's id, or `undefined` to begin one.
   * @param spanId `undefined` for one of its own.
   */
  constructor(
    trace: RecordingSpan | string | undefined,
    spanId: string | undefined,
    parentId: string | undefined,
    name: string,
    kind: SpanKind,
    startMs: number,
    anchor: ClockAnchor,
    clock: Clock,
    processor: SpanEndListener,
    givenStart: bigint | undefined,
    inherited?: InheritedContext,
  ) {
    if (trace instanceof RecordingSpan) this.#first = trace.#first;
    else {
      this.#first = this;
      this.#traceId = trace;
    }
    this.#spanId = spanId;
    this.parentId = parentId;
    this.name = name;
    this.kind = kind;
    this.startMs = startMs;
    this.anchor = anchor;
    this.#clock = clock;
    this.#processor = processor;
    this.#givenStart = givenStart;
    this.inherited = inherited;
  }

  // Ids are made when somebody asks, mostly the formatting: half of a span's cost would be theirs.
  get traceId(): string {
    return this.#first.#traceId ??= randomId();
  }

  get spanId(): string {
    return this.#spanId ??= randomId();
  }

  /** What the caller decided; true when this program began the trace. */
  get sampled(): boolean {
    return this.inherited?.sampled ?? true;
  }

  get debug(): boolean | undefined {
    return this.inherited?.debug;
  }

  get traceState(): string | undefined {
    return this.inherited?.traceState;
  }

  get baggage(): Baggage | undefined {
    return this.inherited?.baggage;
  }

  /** Nanoseconds since the Unix epoch. */
  get startTimeUnixNano(): bigint {
    return this.#givenStart ?? anchoredUnixNano(this.anchor, this.startMs);
  }

  /** Nanoseconds since the Unix epoch, never before the start; `undefined` before the end. */
  get endTimeUnixNano(): bigint | undefined {
    if (this.isRecording) return undefined;
    const end = this.#givenEnd ?? anchoredUnixNano(this.anchor, this.endMs);
    const start = this.startTimeUnixNano;
    return end < start ? start : end;
  }

  /** The start as RFC 3339 text. */
  get startTime(): string {
    return this.#givenStart === undefined
      ? formatAnchoredTime(this.anchor, this.startMs)
      : formatTimestamp(this.#givenStart);
  }

  /** The end as RFC 3339 text; the start before there is one. */
  get endTime(): string {
    // With two readings of one monotonic clock the end cannot be before the start.
    return this.#givenStart === undefined && this.#givenEnd === undefined
      ? formatAnchoredTime(this.anchor, this.endMs)
      : formatTimestamp(this.endTimeUnixNano ?? this.startTimeUnixNano);
  }

  setAttribute(key: string, value: SpanAttributeValue | undefined): this {
    // Callers without types pass null and keys that are no strings.
    if (!this.isRecording || value === undefined || value === null || typeof key !== "string") {
      return this;
    }
    const list = this.attributeList;
    for (let index = 0; index < list.length; index += 2) {
      if (list[index] === key) {
        list[index + 1] = value;
        return this;
      }
    }
    if (list.length < MAX_ATTRIBUTES * 2) list.push(key, value);
    else this.droppedAttributeCount++;
    return this;
  }

  setAttributes(attributes: SpanAttributes): this {
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]);
    }
    return this;
  }

  setBaggage(key: string, value: string | undefined): this {
    if (!this.isRecording || typeof key !== "string") return this;
    const text = value === undefined || value === null ? undefined : String(value);
    this.inherited = {
      ...this.inherited,
      baggage: withBaggageEntry(this.inherited?.baggage, key, text),
    };
    return this;
  }

  recordError(error: unknown): this {
    return this.setAttribute("error", errorMessage(error));
  }

  /**
   * Adds an event.
   *
   * @param timeUnixNano Nanoseconds since the Unix epoch. @default now
   */
  addEvent(name: string, attributes: SpanAttributes = {}, timeUnixNano?: bigint): this {
    if (!this.isRecording) return this;
    const time = timeUnixNano ?? anchoredUnixNano(this.anchor, this.#clock.monotonicMs());
    this.getDetails().addEvent({ name: String(name), timeUnixNano: time, attributes });
    return this;
  }

  /** Adds a reference to another span. */
  addLink({ traceId, spanId }: SpanContext, attributes: SpanAttributes = {}): this {
    if (this.isRecording) this.getDetails().addLink({ traceId, spanId, attributes });
    return this;
  }

  /** Says how the operation ended. An `ok` is final. */
  setStatus(code: "ok" | "error", message?: string): this {
    if (!this.isRecording || this.details?.status?.code === "ok") return this;
    this.getDetails().status = message === undefined ? { code } : { code, message };
    return this;
  }

  /** Gives the span another name. */
  updateName(name: string): this {
    if (!this.isRecording) return this;
    this.getDetails().toldName ??= this.name;
    this.name = String(name);
    return this;
  }

  /** The details, to be changed; made at the first call. */
  getDetails(): SpanDetails {
    return this.details ??= new SpanDetails();
  }

  end(endTimeUnixNano?: bigint): void {
    if (!this.isRecording) return;
    this.isRecording = false;
    this.#givenEnd = endTimeUnixNano;
    this.endMs = this.#clock.monotonicMs();
    this.#processor.onEnd(this);
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

const MAX_ATTRIBUTES = 128;
