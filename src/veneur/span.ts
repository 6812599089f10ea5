import type { TraceContext } from "../sdk/propagation/trace_context.ts";
import { callerName } from "./caller_name.ts";
import type { Client } from "./client.ts";
import type { RecordResult } from "./client_results.ts";
import { defaultClient } from "./default_client.ts";
import { currentTrace, Trace, type TraceInit } from "./trace.ts";

/** Options of {@linkcode startSpanFromContext}. */
export interface StartSpanOptions {
  /** What is worked on. @default the parent's, else the name */
  readonly resource?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** When it started, in nanoseconds since the Unix epoch. @default now */
  readonly startTime?: bigint;
  /** A trace or span, or what a propagator extracted. @default the trace within which this code runs */
  readonly parent?: Trace | TraceContext;
}

/** Options of {@linkcode Span.finishWithOptions}. */
export interface FinishOptions {
  /** When it ended, in nanoseconds since the Unix epoch; before the start becomes the start. @default now */
  readonly finishTime?: bigint;
}

/**
 * A member of a trace, in the form of OpenTracing: it is finished rather than recorded. `using` finishes
 * it at the end of the block.
 */
export class Span extends Trace implements Disposable {
  #result: RecordResult | undefined;

  constructor(init: TraceInit = {}) {
    super(init);
  }

  /** Sets a tag; what is no string becomes text. */
  setTag(key: string, value: unknown): this {
    try {
      this.tags[key] = String(value);
    } catch {
      this.tags[key] = typeof value;
    }
    return this;
  }

  /** Names what is done. */
  setOperationName(name: string): this {
    this.name = name;
    return this;
  }

  /** Does nothing, as in the original: SSF has no place for logs. */
  logFields(..._fields: readonly unknown[]): void {}

  /** Does nothing, as in the original: SSF has no place for logs. */
  logKV(..._alternatingKeyValues: readonly unknown[]): void {}

  /** Ends the span and has the default client send it; again only gives the same answer. */
  finish(): RecordResult {
    return this.#finish(defaultClient(), this.finish);
  }

  /** The same with a time of the end. */
  finishWithOptions(options: FinishOptions): RecordResult {
    return this.#finish(defaultClient(), this.finishWithOptions, options);
  }

  /** Ends the span and has a client send it; again only gives the same answer. */
  clientFinish(client: Client | undefined): RecordResult {
    return this.#finish(client, this.clientFinish);
  }

  /** The same with a time of the end. */
  clientFinishWithOptions(client: Client | undefined, options: FinishOptions): RecordResult {
    return this.#finish(client, this.clientFinishWithOptions, options);
  }

  [Symbol.dispose](): void {
    this.#finish(defaultClient(), this[Symbol.dispose]);
  }

  /** @param callee The method that was called: without a name, the span gets that of its caller. */
  #finish(
    client: Client | undefined,
    callee: (...args: never[]) => unknown,
    options: FinishOptions = {},
  ): RecordResult {
    if (this.#result !== undefined) return this.#result;
    this.setEnd(options.finishTime);
    return this.#result = this.clientRecord(client, this.name || callerName(callee));
  }
}

/**
 * Starts a span: a child of the trace within which this code runs, or the root of a new one. It is not
 * current itself; see `Span.attach`.
 *
 * @param name What is done. @default the name of the calling function
 * @example
 * ```ts
 * import { Span, startSpanFromContext } from "./mod.ts";
 *
 * function load(): Span {
 *   return startSpanFromContext();
 * }
 *
 * const outer = startSpanFromContext("handle");
 * const inner = outer.attach(() => load());
 * if (inner.parentId !== outer.spanId || inner.name !== "load") throw new Error("wrong");
 * ```
 */
export function startSpanFromContext(name = "", options: StartSpanOptions = {}): Span {
  const parent = options.parent ?? currentTrace();
  const spanName = name || callerName(startSpanFromContext);
  const span = new Span({
    name: spanName,
    parent,
    tags: options.tags,
    start: options.startTime,
    resource: spanName,
  });
  if (options.resource !== undefined) span.resource = options.resource;
  return span;
}
