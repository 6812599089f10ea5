import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { onProgramEnd } from "../runtime/on_program_end.ts";
import type { SendResult } from "./send_result.ts";
import type { Transport } from "./transport.ts";

/** What became of the events: `recorded` = `sent` + the sum of `dropped` + `queued`, always. */
export interface EventSenderCounters {
  recorded: number;
  /** Taken by the transport. */
  sent: number;
  /** Waiting or being sent. */
  queued: number;
  /** Lost, by reason: `would_block` when the queue was full, `closed`, or the transport's reason. */
  dropped: Record<string, number>;
}

/** Options of {@linkcode EventSender}. */
export interface EventSenderOptions {
  /** Bytes that may wait. @default 4 MiB */
  maxQueuedBytes?: number;
  /** Events that may wait. @default 16,384 */
  maxQueuedEvents?: number;
  /** How long the end of the program may be delayed to send what waits, in milliseconds. @default 500 */
  endTimeoutMs?: number;
}

/**
 * Takes events from a program without making it wait, and sends them in batches: the first one after
 * a quiet moment at once, so that a program which then blocks shows what it is doing; the others
 * together when the program comes back to its event loop.
 *
 * Never throws, prints, or keeps the program alive. When the program ends, what waits is still sent,
 * as far as the runtime allows.
 *
 * @example
 * ```ts
 * import { EventSender } from "./event_sender.ts";
 * import { SENT } from "./send_result.ts";
 *
 * const batches: string[] = [];
 * const sender = new EventSender({
 *   send(batch) {
 *     batches.push(new TextDecoder().decode(batch));
 *     return SENT;
 *   },
 *   sendAtExit: () => false,
 *   close: () => Promise.resolve(),
 * });
 * sender.record("one\n");
 * sender.record("two\n");
 * await sender.close();
 * if (batches.join("") !== "one\ntwo\n") throw new Error("lost");
 * ```
 */
export class EventSender {
  readonly #transport: Transport;
  readonly #maxQueuedBytes: number;
  readonly #maxQueuedEvents: number;
  readonly #endTimeoutMs: number;
  readonly #counters: EventSenderCounters = {
    recorded: 0,
    sent: 0,
    queued: 0,
    dropped: Object.create(null),
  };
  /** The newest events, not yet bytes: joining strings costs nothing until they are encoded. */
  #text = "";
  #textCount = 0;
  /** Older events in batches, oldest first; the first may be on its way. */
  #batches: Batch[] = [];
  #batchBytes = 0;
  #isSending = false;
  #isScheduled = false;
  #isClosed = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lastSendMs = -Infinity;
  #endDeadlineMs: number | undefined;
  #removeEndHandlers: (() => void) | undefined;
  #idle: (() => void)[] = [];

  /** @param transport Where to send; this sender closes it. */
  constructor(transport: Transport, options: EventSenderOptions = {}) {
    this.#transport = transport;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 4 * 1024 * 1024;
    this.#maxQueuedEvents = options.maxQueuedEvents ?? 16_384;
    this.#endTimeoutMs = options.endTimeoutMs ?? 500;
  }

  /** A copy of the counters. */
  get counters(): EventSenderCounters {
    return { ...this.#counters, dropped: { ...this.#counters.dropped } };
  }

  /**
   * Takes one event.
   *
   * @param text The whole message, with its line end where the protocol has one.
   * @param nowMs The time by `performance.now()`, for a caller that knows it anyway.
   * @returns False when it was dropped because the queue is full or closed.
   */
  record(text: string, nowMs: number = performance.now()): boolean {
    const counters = this.#counters;
    counters.recorded++;
    if (
      counters.queued >= this.#maxQueuedEvents ||
      this.#batchBytes + this.#text.length + text.length > this.#maxQueuedBytes || this.#isClosed
    ) {
      this.#drop(this.#isClosed ? "closed" : "would_block", 1);
      return false;
    }
    counters.queued++;
    this.#text += text;
    this.#textCount++;
    if (this.#isSending || this.#retryTimer !== undefined) {
      if (this.#text.length >= BATCH_LENGTH) this.#sealBatch();
    } else if (this.#text.length >= BATCH_LENGTH || nowMs - this.#lastSendMs > QUIET_MS) {
      this.#pump();
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(this.#onTickEnd);
    }
    return true;
  }

  /**
   * Sends what waits.
   *
   * @param timeoutMs How long to wait, in milliseconds. @default 1,000
   * @returns Whether nothing waits any more.
   */
  async flush(timeoutMs = 1000): Promise<boolean> {
    this.#pump();
    if (this.#counters.queued === 0) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    return this.#counters.queued === 0;
  }

  /**
   * Sends what waits, then closes the transport. What could not be sent in time counts as dropped.
   *
   * @param timeoutMs How long to try, in milliseconds. @default 1,000
   */
  async close(timeoutMs = 1000): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      await this.flush(timeoutMs);
      this.#removeEndHandlers?.();
      clearTimeout(this.#retryTimer);
      this.#retryTimer = undefined;
    }
    await this.#transport.close();
    this.#text = "";
    this.#textCount = 0;
    this.#batches = [];
    this.#batchBytes = 0;
    this.#drop("closed", this.#counters.queued);
    this.#counters.queued = 0;
  }

  #onTickEnd = (): void => {
    this.#isScheduled = false;
    this.#pump();
  };

  /** Sends batch after batch until nothing waits or the transport makes it wait. */
  #pump(): void {
    if (this.#isSending || this.#retryTimer !== undefined) return;
    this.#removeEndHandlers ??= onProgramEnd({
      beforeEnd: () => this.#beforeEnd(),
      atExit: () => this.#atExit(),
    });
    while (this.#textCount > 0 || this.#batches.length > 0) {
      if (this.#batches.length === 0) this.#sealBatch();
      const result = this.#transport.send(this.#batches[0].bytes);
      if (result instanceof Promise) {
        this.#isSending = true;
        result.then(this.#onResult);
        return;
      }
      if (!this.#take(result)) return;
    }
    this.#lastSendMs = performance.now();
    this.#wakeIdle();
  }

  #wakeIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #onResult = (result: SendResult): void => {
    this.#isSending = false;
    // Closing has already counted everything that waited.
    if (this.#batches.length > 0 && this.#take(result)) this.#pump();
  };

  /** Books the outcome of the oldest batch; false when it has to wait. */
  #take(result: SendResult): boolean {
    if (result.status === "retry") {
      // Nobody listens: a program that is about to end need not wait for that.
      if (this.#endDeadlineMs !== undefined) this.#wakeIdle();
      this.#retryTimer = setTimeout(() => {
        this.#retryTimer = undefined;
        this.#pump();
      }, Math.ceil(result.afterMs)).unref();
      return false;
    }
    const { count, bytes } = this.#batches.shift() as Batch;
    this.#batchBytes -= bytes.length;
    this.#counters.queued -= count;
    if (result.status === "ok") this.#counters.sent += count;
    else this.#drop(result.reason, count);
    return true;
  }

  #sealBatch(): void {
    const bytes = ENCODER.encode(this.#text);
    this.#batches.push({ bytes, count: this.#textCount });
    this.#batchBytes += bytes.length;
    this.#text = "";
    this.#textCount = 0;
  }

  #drop(reason: string, count: number): void {
    if (count === 0) return;
    const { dropped } = this.#counters;
    dropped[reason] = (dropped[reason] ?? 0) + count;
  }

  #beforeEnd(): Promise<void> | undefined {
    this.#pump();
    if (this.#counters.queued === 0 || this.#retryTimer !== undefined) return undefined;
    this.#endDeadlineMs ??= performance.now() + this.#endTimeoutMs;
    const leftMs = this.#endDeadlineMs - performance.now();
    return leftMs > 0 ? this.flush(leftMs).then(() => {}) : undefined;
  }

  #atExit(): void {
    if (this.#textCount > 0) this.#sealBatch();
    // The transport still has what it was given and did not finish.
    const first = this.#isSending ? 1 : 0;
    if (this.#batches.length === 0) return;
    const bytes = new Uint8Array(this.#batchBytes);
    let length = 0;
    let count = 0;
    for (const batch of this.#batches.slice(first)) {
      bytes.set(batch.bytes, length);
      length += batch.bytes.length;
      count += batch.count;
    }
    if (!this.#transport.sendAtExit(bytes.subarray(0, length), this.#endTimeoutMs)) return;
    // An error handler may yet save the program: then nothing must be sent twice.
    this.#batches.length = first;
    this.#batchBytes -= length;
    this.#counters.queued -= count;
    this.#counters.sent += count;
  }
}

interface Batch {
  readonly bytes: Uint8Array;
  readonly count: number;
}

const ENCODER = new TextEncoder();
/** Characters after which a batch is sealed: what one write should carry. */
const BATCH_LENGTH = 64 * 1024;
/** After this long without sending, the next event is sent at once. */
const QUIET_MS = 10;
