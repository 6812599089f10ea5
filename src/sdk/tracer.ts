import type { SpanKind } from "../model/span_kind.ts";
import { readEnvironment } from "../runtime/read_environment.ts";
import type { EventSenderCounters } from "../transport/event_sender.ts";
import { parseTarget } from "../transport/target.ts";
import { activeSpan, withSpan } from "./active_span.ts";
import { anchorClock, type Clock, type ClockAnchor, measureDrift, systemClock } from "./clock.ts";
import { readLaunchContext } from "./launch_context.ts";
import { NOOP_SPAN } from "./noop_span.ts";
import { openProcessor, type ProcessorOptions, type TracerTarget } from "./open_processor.ts";
import { inheritedPart, type TraceContext } from "./propagation/trace_context.ts";
import { RecordingSpan } from "./recording_span.ts";
import { runInSpan } from "./run_in_span.ts";
import { isServing, markServing } from "./serving.ts";
import type { SpanProcessor } from "./span_processor.ts";
import type { SpanContext, SpanOptions, TracerSpan } from "./tracer_span.ts";

/** Options of {@linkcode createTracer}. */
export interface TracerOptions extends ProcessorOptions {
  /**
   * The Unix socket of the collector, which is told of starts and ends in go-trace's protocol.
   *
   * @default the environment variable `TRACE_SOCKET`, else `GOTRACE_SOCKET`; when neither is set or may
   * be read, nothing is recorded
   */
  socketPath?: string;
  /**
   * Another receiver than a collector's socket: `ssf+udp://HOST:PORT`, `ssf+unix:///PATH` and `ssf+tcp://`
   * for SSF, `http(s)://HOST:PORT`, `otlp+json+http(s)://` and `otlp+grpc://` for OTLP, and `unix:///PATH`
   * for go-trace's protocol. Only the last one tells of spans that are still running.
   */
  url?: string;
  /** Where spans go instead. */
  processor?: SpanProcessor;
  /** Where times come from. @default the machine's clock */
  clock?: Clock;
}

/**
 * Makes spans and sends them to a collector while the program runs. It sets itself up at the first span.
 * Nothing it does throws, prints, blocks or keeps the program alive; while no collector is configured,
 * nothing is recorded and a span costs next to nothing.
 */
export class Tracer implements AsyncDisposable {
  readonly #options: TracerOptions;
  readonly #clock: Clock;
  readonly #target: TracerTarget | undefined;
  /** `undefined` when nothing is recorded. */
  #processor: SpanProcessor | undefined;
  #launchContext: TraceContext | undefined;
  #isSetUp = false;
  #isShutDown = false;
  #anchor: ClockAnchor;
  #anchorCheckMs = 0;

  /** Use {@linkcode createTracer}. */
  constructor(options: TracerOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#target = options.url === undefined ? undefined : parseTracerTarget(options.url);
    this.#anchor = NO_ANCHOR;
  }

  /** Whether spans are recorded. */
  get isEnabled(): boolean {
    return this.#getProcessor() !== undefined;
  }

  /**
   * What became of the spans: `recorded` = `sent` + `queued` + the sum of `dropped`. In go-trace's
   * protocol a start and an end count each, else a span counts once.
   */
  get counters(): EventSenderCounters {
    return this.#processor?.counters ?? { recorded: 0, sent: 0, queued: 0, dropped: {} };
  }

  /**
   * The parent of a span that has no other: the one within which the program was started, if its environment
   * names one (`TRACEPARENT`). What a server does begins traces of its own, which link to that span: requests and
   * messages that come in and, from the first of them on, everything else.
   */
  launchParent(kind: SpanKind | undefined): TraceContext | undefined {
    if (!this.#isSetUp) this.#setUp();
    return isServedKind(kind) || isServing() ? undefined : this.#launchContext;
  }

  /** The span within which this code runs, if any. */
  activeSpan(): TracerSpan | undefined {
    return activeSpan();
  }

  /**
   * Starts a span. The caller ends it; {@linkcode trace} does so by itself.
   *
   * @param name What is done, for example `UserService.Get`.
   * @returns The span, which is not active; see {@linkcode withSpan}.
   */
  startSpan(name: string, options: SpanOptions = NO_OPTIONS): TracerSpan {
    const processor = this.#getProcessor();
    if (processor === undefined) return NOOP_SPAN;
    const launch = this.#launchContext;
    if (isServedKind(options.kind)) markServing();
    const parent = options.parent ?? (options.root ? undefined : activeSpan() ??
      (launch === undefined || isServing() ? undefined : launch));
    const startMs = this.#clock.monotonicMs();
    const own = options.context;
    const local = parent instanceof RecordingSpan ? parent : undefined;
    const isChild = parent !== undefined && (local !== undefined || isContext(parent));
    const span = new RecordingSpan(
      own?.traceId ?? local ?? (isChild ? parent.traceId : undefined),
      own?.spanId,
      isChild ? parent.spanId : undefined,
      typeof name === "string" ? name : textOf(name),
      checkKind(options.kind),
      startMs,
      local?.anchor ?? this.#currentAnchor(startMs),
      this.#clock,
      processor,
      options.startTimeUnixNano,
      // Baggage and decisions may come without ids.
      local === undefined ? parent && inheritedPart(parent) : local.inherited,
    );
    if (options.attributes !== undefined) span.setAttributes(options.attributes);
    if (launch !== undefined && !isChild) span.addLink(launch);
    processor.onStart(span);
    return span;
  }

  /**
   * Calls a function within a new span that is active in it and in everything asynchronous it starts.
   * The span ends when the function returns or, if it returns a promise, when that settles. What it throws
   * is recorded and thrown on.
   *
   * @param name What is done.
   * @param fn Gets the span.
   * @returns What the function returns.
   * @example
   * ```ts
   * import { createTracer } from "./tracer.ts";
   *
   * const tracer = createTracer();
   * const sum = await tracer.trace("sum", async (span) => {
   *   span.setAttribute("terms", 2);
   *   return await Promise.resolve(1 + 1);
   * });
   * if (sum !== 2) throw new Error("wrong");
   * ```
   */
  trace<Result>(name: string, fn: (span: TracerSpan) => Result): Result;
  /** The same with options of the span. */
  trace<Result>(name: string, options: SpanOptions, fn: (span: TracerSpan) => Result): Result;
  trace<Result>(
    name: string,
    optionsOrFn: SpanOptions | ((span: TracerSpan) => Result),
    fnOrNothing?: (span: TracerSpan) => Result,
  ): Result {
    const fn = fnOrNothing ?? optionsOrFn as (span: TracerSpan) => Result;
    const options = fnOrNothing === undefined ? NO_OPTIONS : optionsOrFn as SpanOptions;
    const span = this.startSpan(name, options);
    return span === NOOP_SPAN ? fn(span) : runInSpan(span, () => fn(span));
  }

  /**
   * Calls a function with a span active in it, without ending the span.
   *
   * @param fn Called at once, without arguments.
   * @returns What the function returns.
   */
  withSpan<Result>(span: TracerSpan, fn: () => Result): Result {
    return span === NOOP_SPAN ? fn() : withSpan(span, fn);
  }

  /**
   * Sends what waits.
   *
   * @param timeoutMs How long to try, in milliseconds. @default 1,000
   * @returns Whether nothing waits any more.
   */
  async forceFlush(timeoutMs = 1000): Promise<boolean> {
    return await this.#processor?.flush(timeoutMs) ?? true;
  }

  /**
   * Sends what waits and closes the connection. From then on nothing is recorded.
   *
   * @param timeoutMs How long to try, in milliseconds. @default 1,000
   */
  async shutdown(timeoutMs = 1000): Promise<void> {
    const processor = this.#processor;
    this.#isSetUp = true;
    this.#isShutDown = true;
    await processor?.close(timeoutMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #getProcessor(): SpanProcessor | undefined {
    if (!this.#isSetUp) this.#setUp();
    return this.#isShutDown ? undefined : this.#processor;
  }

  #setUp(): void {
    this.#isSetUp = true;
    const target = this.#target ?? socketTarget(this.#options.socketPath);
    this.#processor = this.#options.processor ??
      (target && openProcessor(target, this.#options));
    if (this.#processor !== undefined) this.#launchContext = readLaunchContext();
  }

  /** The anchor for a new trace: another one once the wall clock has been set or the machine slept. */
  #currentAnchor(nowMs: number): ClockAnchor {
    if (nowMs >= this.#anchorCheckMs || this.#anchor === NO_ANCHOR) {
      this.#anchorCheckMs = nowMs + ANCHOR_CHECK_MS;
      if (
        this.#anchor === NO_ANCHOR ||
        Math.abs(measureDrift(this.#clock, this.#anchor)) > MAX_DRIFT_MS
      ) {
        // As of the span's own start: its offset from the anchor must not be negative.
        this.#anchor = anchorClock(this.#clock, nowMs);
      }
    }
    return this.#anchor;
  }
}

/**
 * Makes a tracer of its own, for example with another receiver than the environment's.
 *
 * @throws {TypeError} When the option `url` is none of the forms it can have.
 * @example
 * ```ts
 * import { createTracer } from "./tracer.ts";
 *
 * await using tracer = createTracer({ socketPath: "/run/user/1000/trace/4711.sock" });
 * using span = tracer.startSpan("work", { attributes: { items: 3 } });
 * span.setAttribute("done", true);
 * ```
 */
export function createTracer(options: TracerOptions = {}): Tracer {
  return new Tracer(options);
}

function parseTracerTarget(url: string): TracerTarget {
  const target = parseTarget(url);
  if (target.protocol !== "zipkin") return target;
  throw new TypeError(`A tracer does not send Zipkin's format: give another URL than "${url}"`);
}

function socketTarget(
  path = readEnvironment("TRACE_SOCKET") ?? readEnvironment("GOTRACE_SOCKET"),
): TracerTarget | undefined {
  return path ? { protocol: "gotrace", address: { transport: "unix", path } } : undefined;
}

/** The no-op span has no ids, and neither has what a caller without types may pass. */
function isContext(parent: SpanContext): boolean {
  return typeof parent.traceId === "string" && parent.traceId !== "" &&
    typeof parent.spanId === "string" && parent.spanId !== "";
}

/** Whether a span of this kind stands for something that was asked for from outside. */
function isServedKind(kind: SpanKind | undefined): boolean {
  return kind === "server" || kind === "consumer";
}

/** A number that is no integer would make the event unreadable. */
function checkKind(kind: SpanKind = "function"): SpanKind {
  return typeof kind === "number" && !Number.isSafeInteger(kind) ? "function" : kind;
}

function textOf(name: unknown): string {
  try {
    return String(name);
  } catch {
    return "";
  }
}

const NO_OPTIONS: SpanOptions = Object.freeze({});
const NO_ANCHOR: ClockAnchor = Object.freeze({ monotonicMs: 0, seconds: 0, nanos: 0 });
const ANCHOR_CHECK_MS = 1000;
/** Reading two clocks one after the other already differs by up to a millisecond. */
const MAX_DRIFT_MS = 3;
