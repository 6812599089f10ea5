import {
  inheritedPart,
  type TraceContext,
  withBaggageEntry,
} from "../propagation/trace_context.ts";
import { RecordingSpan } from "../recording_span.ts";
import type { TracerSpan } from "../tracer_span.ts";
import { OpenTracingSpanContext } from "./api.ts";
import { convertTag, convertTags, convertTime } from "./convert.ts";

/** A span of this SDK with OpenTracing's methods. None of them throws. */
export class OpenTracingSpan {
  /** The span behind it; one that does nothing where nothing is recorded. */
  readonly span: TracerSpan;
  readonly #tracer: object;
  /** What a span that is not recorded hands on all the same: programs rely on their baggage. */
  #passive: TraceContext;

  constructor(span: TracerSpan, tracer: object, parent: TraceContext | undefined) {
    this.span = span;
    this.#tracer = tracer;
    this.#passive = parent ?? { traceId: "", spanId: "" };
  }

  /** What travels: give it to `inject`, or to a child. */
  context(): OpenTracingSpanContext {
    return new OpenTracingSpanContext(this.#current);
  }

  /** The tracer that made it. */
  tracer(): object {
    return this.#tracer;
  }

  setOperationName(name: string): this {
    if (this.span instanceof RecordingSpan) this.span.updateName(name);
    return this;
  }

  setBaggageItem(key: string, value: string): this {
    if (this.span instanceof RecordingSpan) {
      this.span.setBaggage(key, value);
    } else {
      const { traceId, spanId, baggage } = this.#passive;
      this.#passive = {
        traceId,
        spanId,
        ...inheritedPart(this.#passive),
        baggage: withBaggageEntry(baggage, String(key), String(value)),
      };
    }
    return this;
  }

  getBaggageItem(key: string): string | undefined {
    return this.#current.baggage?.[key]?.value;
  }

  setTag(key: string, value: unknown): this {
    this.span.setAttribute(key, convertTag(value));
    return this;
  }

  addTags(tags: { [key: string]: unknown }): this {
    this.span.setAttributes(convertTags(tags));
    return this;
  }

  /**
   * Adds an event: its name is the field `event`, or `log`; the stack of the field `error.object` comes
   * along as `stack`.
   *
   * @param timestamp Milliseconds since the Unix epoch. @default now
   */
  log(fields: { [key: string]: unknown }, timestamp?: number): this {
    if (!(this.span instanceof RecordingSpan)) return this;
    const { event, ...rest } = fields ?? {};
    const error = rest["error.object"];
    if (error instanceof Error && rest.stack === undefined) rest.stack = error.stack;
    this.span.addEvent(
      String(convertTag(event) ?? "log"),
      convertTags(rest),
      convertTime(timestamp),
    );
    return this;
  }

  /** @deprecated Use {@linkcode OpenTracingSpan.log}. */
  logEvent(eventName: string, payload?: unknown): void {
    this.log({ event: eventName, payload });
  }

  /** @param finishTime Milliseconds since the Unix epoch. @default now */
  finish(finishTime?: number): void {
    this.span.end(convertTime(finishTime));
  }

  get #current(): TraceContext {
    return this.span instanceof RecordingSpan ? this.span : this.#passive;
  }
}
