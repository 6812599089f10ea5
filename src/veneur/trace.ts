import { AsyncLocalStorage } from "node:async_hooks";
import {
  anchorClock,
  anchoredUnixNano,
  type Clock,
  type ClockAnchor,
  systemClock,
} from "../sdk/clock.ts";
import {
  type Baggage,
  type TraceContext,
  withBaggageEntry,
} from "../sdk/propagation/trace_context.ts";
import { createSsfSpan, type SsfSample, type SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { SsfStatus } from "../wire/ssf/ssf_span.ts";
import { callerName } from "./caller_name.ts";
import type { Client } from "./client.ts";
import type { OnSendOutcome, RecordResult } from "./client_results.ts";
import { defaultClient } from "./default_client.ts";
import { describeError } from "./error_tags.ts";
import { formatSsfId, parseContextIds } from "./parent_context.ts";
import { randomSsfId } from "./random_ssf_id.ts";
import { record } from "./record.ts";
import { service } from "./service.ts";

/** The tag that carries a trace's resource. */
export const RESOURCE_KEY = "resource";

/** How a {@linkcode Trace} begins. */
export interface TraceInit {
  readonly resource?: string;
  readonly name?: string;
  /** A trace or span, or what a propagator extracted; a context that names no span gives a root. */
  readonly parent?: Trace | TraceContext;
  readonly tags?: Readonly<Record<string, string>>;
  /** Nanoseconds since the Unix epoch. @default now */
  readonly start?: bigint;
  /** Where times come from. @default the parent's, else the machine's clock */
  readonly clock?: Clock;
}

/**
 * One unit of work, with plain fields that may be changed until it is recorded. Its methods never throw.
 *
 * @example
 * ```ts
 * import { newChannelClient, startChildSpan, startTrace } from "./mod.ts";
 * import type { SsfSpan } from "./ssf/mod.ts";
 *
 * const spans: SsfSpan[] = [];
 * await using client = newChannelClient(spans);
 * const root = startTrace("checkout");
 * const child = startChildSpan(root);
 * child.clientRecord(client, "charge", { card: "visa" });
 * root.clientRecord(client, "handle");
 * await client.flush();
 * if (spans[0].parentId !== spans[1].id || spans[1].id !== spans[1].traceId) throw new Error("wrong");
 * ```
 */
export class Trace {
  /** The id of the root span, which is the id of the trace. */
  traceId: bigint;
  /** The same as the trace's for a root span. */
  spanId: bigint;
  /** 0 for a root span. */
  parentId: bigint;
  /** What is worked on, the same for all spans of a trace. */
  resource: string;
  /** What is done, without spaces, such as `shop.charge`. Empty: inferred when it is recorded. */
  name: string;
  /** Nanoseconds since the Unix epoch. */
  start: bigint;
  /** Nanoseconds since the Unix epoch; 0 until it has ended. */
  end = 0n;
  /** Anything but `ok` makes the span an error. */
  status: SsfStatus = "ok";
  /** Has no prototype, so that every key is plain data. */
  tags: Record<string, string> = Object.create(null);
  /** Metrics that are reported with the span. */
  samples: SsfSample[] = [];
  /** Whether the span counts for an indicator of the service's level. */
  indicator = false;
  /** Called with what became of the span once it was recorded: the original's channel `Sent`. */
  onSent: OnSendOutcome | undefined;
  readonly #clock: Clock;
  readonly #anchor: ClockAnchor;
  #baggage: Baggage | undefined;

  /** Use `startTrace`, `startChildSpan` or `startSpanFromContext`. */
  constructor(init: TraceInit = {}) {
    const parent = init.parent instanceof Trace ? init.parent : undefined;
    this.#clock = init.clock ?? (parent === undefined ? systemClock : parent.#clock);
    const nowMs = this.#clock.monotonicMs();
    // One anchor a trace: setting the machine's clock moves a whole trace and bends none.
    this.#anchor = parent === undefined ? anchorClock(this.#clock, nowMs) : parent.#anchor;
    this.start = init.start ?? anchoredUnixNano(this.#anchor, nowMs);
    this.spanId = randomSsfId();
    this.traceId = this.spanId;
    this.parentId = 0n;
    this.resource = init.resource ?? "";
    this.name = init.name ?? "";
    if (init.tags !== undefined) Object.assign(this.tags, init.tags);
    if (init.parent !== undefined) this.setParent(init.parent);
  }

  /**
   * Makes this a child of another: takes over its span id as parent, its trace id, its resource and its
   * baggage. A propagator's context has no resource; one that names no span gives its baggage alone.
   */
  setParent(parent: Trace | TraceContext): void {
    this.#baggage = parent instanceof Trace ? parent.#baggage : parent.baggage;
    const ids = parent instanceof Trace ? parent : parseContextIds(parent);
    if (ids === undefined) return;
    this.parentId = ids.spanId;
    this.traceId = ids.traceId;
    if (parent instanceof Trace) this.resource = parent.resource;
  }

  /** What a propagator of `@trace/sdk/propagation` needs to inject this into headers. */
  context(): TraceContext {
    return {
      traceId: formatSsfId(this.traceId),
      spanId: formatSsfId(this.spanId),
      parentId: this.parentId === 0n ? undefined : formatSsfId(this.parentId),
      baggage: this.#baggage,
    };
  }

  /** Sets an item that children inherit and propagators hand on. */
  setBaggageItem(key: string, value: string): this {
    this.#baggage = withBaggageEntry(this.#baggage, key, value);
    return this;
  }

  /** The value of a baggage item; empty when there is none. */
  baggageItem(key: string): string {
    const baggage = this.#baggage;
    return baggage !== undefined && Object.hasOwn(baggage, key) ? baggage[key].value : "";
  }

  /** Adds metrics to be reported with the span. */
  add(...samples: readonly SsfSample[]): void {
    for (const sample of samples) this.samples.push(sample);
  }

  /**
   * Marks the span as failed, with the tags `error.msg`, `error.type` and `error.stack`.
   *
   * @param error An `Error`, or anything else that was thrown.
   */
  error(error: unknown): void {
    const { msg, type, stack } = describeError(error);
    this.status = "critical";
    this.tags["error.msg"] = msg;
    this.tags["error.type"] = type;
    this.tags["error.stack"] = stack;
  }

  /** Nanoseconds from start to end; meaningless before it has ended. */
  duration(): bigint {
    return this.end - this.start;
  }

  /** Calls a function in which, and in everything asynchronous it starts, this is the current trace. */
  attach<Result>(fn: () => Result): Result {
    return storage.run(this, fn);
  }

  /** The SSF span as it is now, sharing nothing with it; the resource becomes the tag `resource`. */
  ssfSpan(): SsfSpan {
    const tags: Record<string, string> = Object.create(null);
    if (this.resource !== "") tags[RESOURCE_KEY] = this.resource;
    return createSsfSpan({
      traceId: this.traceId,
      id: this.spanId,
      parentId: this.parentId,
      startTimestamp: this.start,
      endTimestamp: this.end,
      error: this.status !== "ok",
      service: service(),
      metrics: [...this.samples],
      tags: Object.assign(tags, this.tags),
      indicator: this.indicator,
      name: this.name,
    });
  }

  /**
   * Ends the span and has the default client send it.
   *
   * @param name What was done. @default the field `name`, else the name of the calling function
   * @param tags More tags.
   */
  record(name = "", tags: Readonly<Record<string, string>> = {}): RecordResult {
    return this.#record(defaultClient(), name || this.name || callerName(this.record), tags);
  }

  /** Ends the span and has a client send it, as {@linkcode Trace.record} does. */
  clientRecord(
    client: Client | undefined,
    name = "",
    tags: Readonly<Record<string, string>> = {},
  ): RecordResult {
    return this.#record(client, name || this.name || callerName(this.clientRecord), tags);
  }

  /** Ends the span, unless it has ended, with a time not before its start. @default now */
  protected setEnd(end?: bigint): void {
    if (this.end !== 0n) return;
    const time = end ?? anchoredUnixNano(this.#anchor, this.#clock.monotonicMs());
    this.end = time < this.start ? this.start : time;
  }

  #record(
    client: Client | undefined,
    name: string,
    tags: Readonly<Record<string, string>>,
  ): RecordResult {
    this.setEnd();
    this.name = name;
    Object.assign(this.tags, tags);
    return record(client, this.ssfSpan(), this.onSent);
  }
}

/** The trace or span within which this code runs, if any; see {@linkcode Trace.attach}. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** Starts the root span of a trace: its trace id is its span id, its parent 0. */
export function startTrace(resource: string): Trace {
  return new Trace({ resource });
}

/**
 * Starts a child, in the trace of its parent and with its resource.
 *
 * @param parent A trace or span, or what a propagator of `@trace/sdk/propagation` extracted.
 */
export function startChildSpan(parent: Trace | TraceContext): Trace {
  return new Trace({ parent });
}

/** Starts a child of the trace within which this code runs, or a new trace where there is none. */
export function spanFromContext(): Trace {
  return new Trace({ parent: currentTrace() });
}

/**
 * Carries the current trace through calls, promises and timers. It is not the storage of the SDK's own
 * tracer: ids there are text and spans go elsewhere, so neither could be the parent of the other.
 */
const storage = new AsyncLocalStorage<Trace>();
