import { clearInterval, setInterval, setTimeout } from "node:timers";
import { onProgramEnd } from "../runtime/on_program_end.ts";
import type { SsfSample, SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { ClientBackend } from "./client_backend.ts";
import { type ClientCounters, emptyStatistics, moveStatistics } from "./client_counters.ts";
import { FlushError, SendError } from "./client_errors.ts";
import { checkOption, type ClientOptions, DEFAULT_CAPACITY } from "./client_options.ts";
import {
  ACCEPTED,
  CLOSED,
  type FlushResult,
  OK,
  type OnSendOutcome,
  type RecordResult,
  type SendOutcome,
  SENT,
  WOULD_BLOCK,
} from "./client_results.ts";
import { ClientWorker } from "./client_worker.ts";
import { onFlushTrigger } from "./flush_trigger.ts";
import { type QueuedSpan, reportOutcome, SpanQueue } from "./span_queue.ts";
import { StatsdCounter } from "./statsd_counter.ts";
import type { StatsCounter } from "./stats_counter.ts";
import { within } from "./within.ts";

/**
 * Takes spans from a program without making it wait and passes them on to its backends. Made by
 * `newClient`, `newBackendClient` or `newChannelClient`.
 *
 * Never throws into the program, prints, or keeps it alive, and holds no more than its capacity and its
 * buffers. When the program ends by itself, what waits is still sent, for a limited time. When it exits
 * explicitly or by an error, what a connection takes without a turn of the event loop is sent:
 *
 * | at such an exit | Node, Bun                     | Deno                                    |
 * | --------------- | ----------------------------- | --------------------------------------- |
 * | Unix socket     | everything, connected or not  | once connected, what the kernel has room for |
 * | TCP             | everything, once connected    | the same                                |
 * | UDP             | everything, once connected    | nothing                                 |
 *
 * What is left stays `queued` among the {@linkcode Client.counters}. To be sure, wait for `close` first.
 */
export class Client implements AsyncDisposable {
  readonly #workers: readonly ClientWorker[];
  readonly #capacity: number;
  readonly #normalize: ((sample: SsfSample) => SsfSample) | undefined;
  readonly #closeTimeoutMs: number;
  readonly #endTimeoutMs: number;
  readonly #abort = new AbortController();
  readonly #queue = new SpanQueue();
  readonly #statistics = emptyStatistics();
  readonly #dropped: Record<string, number> = Object.create(null);
  /** Undo what the options set up. */
  readonly #stops: (() => void)[] = [];
  #closeCounter: (() => Promise<void>) | undefined;
  #removeEndHandlers: (() => void) | undefined;
  #endDeadlineMs: number | undefined;
  #recorded = 0;
  #sent = 0;
  /** Waiting or on their way. */
  #held = 0;
  #buffered = 0;
  #order = 0;
  #flushCount = 0;
  #nextWorker = 0;
  #isPumping = false;
  #isPumpScheduled = false;
  #isNeutralized = false;
  #isClosed = false;
  #closing: Promise<FlushResult> | undefined;

  /**
   * @param makeBackends Makes the backends, which call the function when spans leave their buffers.
   * @throws {RangeError} When an option is no usable number.
   * @throws {TypeError} When the statistics' address is none.
   */
  constructor(
    makeBackends: (onUnbuffered: (count: number, failure?: string) => void) => ClientBackend[],
    options: ClientOptions = {},
  ) {
    this.#capacity = checkOption("capacity", options.capacity ?? DEFAULT_CAPACITY, 1);
    this.#normalize = options.normalizeSamples;
    this.#closeTimeoutMs = checkOption("closeTimeoutMs", options.closeTimeoutMs ?? 1000, 0);
    this.#endTimeoutMs = checkOption("endTimeoutMs", options.endTimeoutMs ?? 500, 0);
    if (options.flushIntervalMs !== undefined) {
      checkOption("flushIntervalMs", options.flushIntervalMs, 1);
    }
    const { reportStatistics } = options;
    if (reportStatistics !== undefined) {
      checkOption("intervalMs", reportStatistics.intervalMs, 1);
      this.#reportStatistics(reportStatistics.to, reportStatistics);
    }
    this.#workers = makeBackends((count, failure) => this.#onUnbuffered(count, failure))
      .map((backend) => new ClientWorker(backend));
    if (options.flushIntervalMs !== undefined) this.#flushEvery(options.flushIntervalMs);
    if (options.flushTrigger !== undefined) {
      this.#stops.push(onFlushTrigger(options.flushTrigger, () => this.#flush()));
    }
  }

  /** What became of the spans so far. */
  get counters(): ClientCounters {
    return {
      recorded: this.#recorded,
      sent: this.#sent,
      queued: this.#held + this.#buffered,
      dropped: { ...this.#dropped },
    };
  }

  /** See the function `record`. */
  record(span: SsfSpan, onOutcome?: OnSendOutcome): RecordResult {
    this.#recorded++;
    // As other threads would meanwhile do in the original: what can be passed on at once makes room.
    if (this.#held >= this.#capacity) this.#pump();
    if (this.#isClosed || this.#isNeutralized || this.#held >= this.#capacity) {
      this.#statistics.recordsFailed++;
      this.#drop(this.#isClosed ? "closed" : "would_block", 1);
      return this.#isClosed ? CLOSED : WOULD_BLOCK;
    }
    this.#statistics.recordsSucceeded++;
    this.#held++;
    this.#queue.push({ span, order: this.#order++, onOutcome, isSettled: false });
    this.#removeEndHandlers ??= onProgramEnd({
      beforeEnd: () => this.#beforeEnd(),
      atExit: () => this.#atExit(),
    });
    this.#schedulePump();
    return ACCEPTED;
  }

  /** See the function `flush`. */
  async flush(): Promise<FlushResult> {
    // Whoever waits for a flush wants it to happen: nothing else would keep the program alive.
    const alive = setInterval(() => {}, 1000);
    const result = await this.#flush();
    clearInterval(alive);
    return result;
  }

  /** See the function `sendClientStatistics`. */
  sendStatistics(counter: StatsCounter, tags: readonly string[] = []): void {
    moveStatistics(this.#statistics, counter, tags);
  }

  /** See the function `neutralizeClient`. */
  neutralize(): void {
    this.#isNeutralized = true;
  }

  /**
   * Takes no more, sends what waits and what is buffered, and closes the backends. What could not be
   * sent in time counts as dropped. Never rejects; doing so again gives the same answer.
   *
   * @param timeoutMs How long to try, in milliseconds. @default the option `closeTimeoutMs`
   */
  close(timeoutMs: number = this.#closeTimeoutMs): Promise<FlushResult> {
    return this.#closing ??= this.#close(timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #reportStatistics(
    to: string | StatsCounter,
    { intervalMs, tags = [] }: { intervalMs: number; tags?: readonly string[] },
  ): void {
    const counter = typeof to === "string" ? new StatsdCounter(to) : to;
    const timer = setInterval(() => this.sendStatistics(counter, tags), intervalMs).unref();
    this.#stops.push(() => {
      clearInterval(timer);
      // What was counted since the last time would be lost.
      this.sendStatistics(counter, tags);
    });
    if (counter instanceof StatsdCounter) this.#closeCounter = () => counter.close();
  }

  #flushEvery(intervalMs: number): void {
    let isFlushing = false;
    const timer = setInterval(() => {
      if (isFlushing) return;
      isFlushing = true;
      void this.#flush().then(() => isFlushing = false);
    }, intervalMs).unref();
    this.#stops.push(() => clearInterval(timer));
  }

  async #flush(): Promise<FlushResult> {
    if (this.#isClosed) return CLOSED;
    if (this.#isNeutralized || this.#flushCount >= this.#capacity) {
      this.#statistics.flushesFailed++;
      return WOULD_BLOCK;
    }
    const result = await this.#flushWorkers();
    if (result.status === "ok") this.#statistics.flushesSucceeded++;
    else this.#statistics.flushesFailed++;
    return result;
  }

  /** Has every backend flush once what was recorded before has been passed on. */
  async #flushWorkers(): Promise<FlushResult> {
    this.#flushCount++;
    const order = this.#order++;
    const outcomes = this.#workers.map((worker) => worker.requestFlush(order));
    this.#schedulePump();
    const errors = (await Promise.all(outcomes)).filter((error) => error !== undefined);
    this.#flushCount--;
    return errors.length === 0 ? OK : { status: "failed", error: new FlushError(errors) };
  }

  #schedulePump(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    queueMicrotask(() => {
      this.#isPumpScheduled = false;
      this.#pump();
    });
  }

  /** Gives work to the workers until nothing waits or all are busy. */
  #pump(): void {
    // A backend may record a span itself.
    if (this.#isPumping) return;
    this.#isPumping = true;
    let idleCount = 0;
    for (let steps = 0; idleCount < this.#workers.length; steps++) {
      if (steps > STEPS_AT_ONCE) {
        setTimeout(() => this.#pump(), 0).unref();
        break;
      }
      const worker = this.#workers[this.#nextWorker];
      this.#nextWorker = (this.#nextWorker + 1) % this.#workers.length;
      idleCount = this.#giveWork(worker) ? 0 : idleCount + 1;
    }
    this.#isPumping = false;
  }

  #giveWork(worker: ClientWorker): boolean {
    if (worker.isBusy) return false;
    const next = this.#queue.peek();
    if (worker.startFlush(next?.order ?? Infinity, this.#abort.signal, () => this.#pump())) {
      return true;
    }
    if (next === undefined) return false;
    this.#queue.shift();
    const span = this.#normalized(next);
    if (span === undefined) return true;
    worker.send(span, this.#abort.signal, (outcome) => {
      this.#settle(next, outcome);
      this.#schedulePump();
    });
    return true;
  }

  /** The span as it is to be sent; `undefined` when that lost it. */
  #normalized(item: QueuedSpan): SsfSpan | undefined {
    const normalize = this.#normalize;
    if (normalize === undefined || item.span.metrics.length === 0) return item.span;
    try {
      return { ...item.span, metrics: item.span.metrics.map((sample) => normalize(sample)) };
    } catch (cause) {
      const error = new SendError("unencodable", "Cannot normalise the span's samples", { cause });
      this.#settle(item, { status: "failed", error });
      return undefined;
    }
  }

  #settle(item: QueuedSpan, outcome: SendOutcome): void {
    if (item.isSettled) return;
    item.isSettled = true;
    this.#held--;
    if (outcome.status === "sent") this.#sent++;
    else if (outcome.status === "buffered") this.#buffered++;
    else {
      const { error } = outcome;
      this.#drop(error instanceof SendError ? error.reason : "backend_error", 1);
    }
    if (item.onOutcome !== undefined) reportOutcome(item.onOutcome, outcome);
  }

  #onUnbuffered(count: number, failure: string | undefined): void {
    this.#buffered -= count;
    if (failure === undefined) this.#sent += count;
    else this.#drop(failure, count);
  }

  #drop(reason: string, count: number): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
  }

  /** Holds a program back that is about to end, once, until everything is sent or the time is over. */
  #beforeEnd(): Promise<void> | undefined {
    if (this.#held + this.#buffered === 0 || this.#isClosed) return undefined;
    this.#endDeadlineMs ??= performance.now() + this.#endTimeoutMs;
    const leftMs = this.#endDeadlineMs - performance.now();
    return leftMs > 0 ? within(this.#flushWorkers(), leftMs).then(() => {}) : undefined;
  }

  /** Has the backends send what they can without waiting for a turn. */
  #atExit(): void {
    const deadline = performance.now() + this.#endTimeoutMs;
    const leftMs = (): number => Math.max(0, deadline - performance.now());
    for (const worker of this.#workers) worker.flushAtExit(leftMs());
    for (const worker of this.#workers) {
      const items = this.#queue.all();
      if (items.length === 0) break;
      const spans = items.map((item) => this.#normalized(item) ?? item.span);
      const isSent = worker.sendAtExit(spans, leftMs());
      items.forEach((item, index) => isSent[index] && this.#settle(item, SENT));
      this.#queue.removeSettled();
    }
    // Backends that pass spans on at once need nothing special.
    this.#pump();
  }

  async #close(timeoutMs: number): Promise<FlushResult> {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    const flushed = await within(this.#flushWorkers(), timeoutMs);
    this.#abort.abort();
    const error = new SendError("closed", "Cannot send: the client was closed");
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      this.#settle(item, { status: "failed", error });
    }
    const closed = await Promise.all(this.#workers.map((worker) => worker.close(error)));
    await this.#closeCounter?.();
    this.#removeEndHandlers?.();
    const errors = [
      ...flushed?.status === "failed" ? flushed.error.errors : [],
      ...flushed === undefined ? [error] : [],
      ...closed.filter((each) => each !== undefined),
    ];
    return errors.length === 0 ? OK : { status: "failed", error: new FlushError(errors) };
  }
}

/** After so many spans in a row, the program gets its turn. */
const STEPS_AT_ONCE = 1024;
