import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "node:timers";
import { onProgramEnd } from "../runtime/on_program_end.ts";
import type { EncodedMessage, MessageEncoder } from "./message_encoder.ts";
import type { SendResult } from "./send_result.ts";
import type { Transport } from "./transport.ts";

/** What became of the events: `recorded` = `sent` + the sum of `dropped` + `queued`, always. */
export interface EventSenderCounters {
  recorded: number;
  /** Taken by the transport. */
  sent: number;
  /** Waiting or being sent. */
  queued: number;
  /**
   * Lost, by reason: `would_block` when the queue was full, `closed`, `refused` when the receiver took
   * the others of a message, or the transport's or the protocol's reason.
   */
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
 * together when the program comes back to its event loop. Only then are they encoded, too.
 *
 * Never throws, prints, or keeps the program alive. When the program ends, what waits is still sent,
 * as far as the runtime allows.
 *
 * @example
 * ```ts
 * import { EventSender } from "./event_sender.ts";
 * import { encodeText } from "./encode_text.ts";
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
 * }, encodeText((event: number) => `${event}\n`));
 * sender.record(1);
 * sender.record(2);
 * await sender.close();
 * if (batches.join("") !== "1\n2\n") throw new Error("lost");
 * ```
 */
export class EventSender<Event> {
  readonly #transport: Transport;
  readonly #encoder: MessageEncoder<Event>;
  readonly #maxQueuedBytes: number;
  readonly #maxQueuedEvents: number;
  readonly #endTimeoutMs: number;
  #recorded = 0;
  #sent = 0;
  #queued = 0;
  readonly #dropped: Record<string, number> = Object.create(null);
  /** The newest events, not yet encoded. */
  #events: Event[] = [];
  /** Older events in batches, oldest first; the first may be on its way. */
  #batches: EncodedMessage[] = [];
  #batchBytes = 0;
  #isSending = false;
  #tickEnd: ReturnType<typeof setImmediate> | undefined;
  #isClosed = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lastSendMs = -Infinity;
  #endDeadlineMs: number | undefined;
  #removeEndHandlers: (() => void) | undefined;
  #idle: (() => void)[] = [];

  /**
   * @param transport Where to send; this sender closes it.
   * @param encoder The protocol.
   */
  constructor(
    transport: Transport,
    encoder: MessageEncoder<Event>,
    options: EventSenderOptions = {},
  ) {
    this.#transport = transport;
    this.#encoder = encoder;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 4 * 1024 * 1024;
    this.#maxQueuedEvents = options.maxQueuedEvents ?? 16_384;
    this.#endTimeoutMs = options.endTimeoutMs ?? 500;
  }

  /** The counters as of now. */
  get counters(): EventSenderCounters {
    return {
      recorded: this.#recorded,
      sent: this.#sent,
      queued: this.#queued,
      dropped: { ...this.#dropped },
    };
  }

  /**
   * Takes one event. The last quarter of the queue is kept for {@linkcode recordEnd}.
   *
   * @param nowMs The time by `performance.now()`, for a caller that knows it anyway.
   * @returns False when it was dropped because the queue is full or closed.
   */
  record(event: Event, nowMs: number = performance.now()): boolean {
    return this.#record(event, nowMs, 0.75);
  }

  /**
   * Takes an event that ends what an earlier one began: without it, that would seem to go on for ever.
   *
   * @returns False when it was dropped because the queue is full or closed.
   */
  recordEnd(event: Event, nowMs: number = performance.now()): boolean {
    return this.#record(event, nowMs, 1);
  }

  /** Counts an event that is not worth sending because an earlier one was dropped. */
  skip(): void {
    this.#recorded++;
    this.#drop(this.#isClosed ? "closed" : "would_block", 1);
  }

  /**
   * Sends what waits.
   *
   * @param timeoutMs How long to wait, in milliseconds. @default 1,000
   * @returns Whether nothing waits any more.
   */
  async flush(timeoutMs = 1000): Promise<boolean> {
    this.#pump();
    if (this.#queued === 0) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    return this.#queued === 0;
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
      clearImmediate(this.#tickEnd);
      clearTimeout(this.#retryTimer);
      this.#retryTimer = undefined;
    }
    await this.#transport.close();
    this.#events = [];
    this.#batches = [];
    this.#batchBytes = 0;
    this.#drop("closed", this.#queued);
    this.#queued = 0;
  }

  #onTickEnd = (): void => {
    this.#tickEnd = undefined;
    this.#pump();
  };

  #record(event: Event, nowMs: number, share: number): boolean {
    this.#recorded++;
    if (
      this.#queued >= this.#maxQueuedEvents * share ||
      this.#batchBytes >= this.#maxQueuedBytes * share || this.#isClosed
    ) {
      this.#drop(this.#isClosed ? "closed" : "would_block", 1);
      return false;
    }
    this.#queued++;
    const count = this.#events.push(event);
    if (this.#isSending || this.#retryTimer !== undefined) {
      if (count >= BATCH_EVENTS) this.#sealBatch();
    } else if (count >= BATCH_EVENTS || nowMs - this.#lastSendMs > QUIET_MS) {
      this.#pump();
    } else if (this.#tickEnd === undefined) {
      this.#tickEnd = setImmediate(this.#onTickEnd);
    }
    return true;
  }

  /** Sends batch after batch until nothing waits or the transport makes it wait. */
  #pump(): void {
    if (this.#isSending || this.#retryTimer !== undefined) return;
    this.#removeEndHandlers ??= onProgramEnd({
      beforeEnd: () => this.#beforeEnd(),
      atExit: () => this.#atExit(),
    });
    while (this.#events.length > 0 || this.#batches.length > 0) {
      if (this.#batches.length === 0 && !this.#sealBatch()) continue;
      if (this.#encoder.isJoinable && this.#batches.length > 1) this.#joinBatches();
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
    const { count, bytes } = this.#batches.shift() as EncodedMessage;
    this.#batchBytes -= bytes.length;
    this.#queued -= count;
    if (result.status === "ok") {
      const refused = Math.min(result.refused?.count ?? 0, count);
      this.#sent += count - refused;
      this.#drop("refused", refused);
    } else this.#drop(result.reason, count);
    return true;
  }

  /** Encodes the newest events; false when nothing came of them that there is room for. */
  #sealBatch(): boolean {
    const events = this.#events;
    this.#events = [];
    const batches = this.#encoder.encode(events, (reason, count) => {
      this.#queued -= count;
      this.#drop(reason, count);
    });
    for (const batch of batches) {
      if (this.#batchBytes + batch.bytes.length > this.#maxQueuedBytes) {
        this.#queued -= batch.count;
        this.#drop("would_block", batch.count);
        continue;
      }
      this.#batches.push(batch);
      this.#batchBytes += batch.bytes.length;
    }
    return this.#batches.length > 0;
  }

  /** Makes one batch of the oldest ones: the more waits, the more has to go at once. */
  #joinBatches(): void {
    let count = 0;
    let length = 0;
    while (count < this.#batches.length && length < JOINED_BYTES) {
      length += this.#batches[count++].bytes.length;
    }
    this.#batches.splice(0, count, joinBatches(this.#batches.slice(0, count)));
  }

  #drop(reason: string, count: number): void {
    if (count === 0) return;
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
  }

  #beforeEnd(): Promise<void> | undefined {
    this.#pump();
    if (this.#queued === 0 || this.#retryTimer !== undefined) return undefined;
    this.#endDeadlineMs ??= performance.now() + this.#endTimeoutMs;
    const leftMs = this.#endDeadlineMs - performance.now();
    return leftMs > 0 ? this.flush(leftMs).then(() => {}) : undefined;
  }

  #atExit(): void {
    if (this.#events.length > 0) this.#sealBatch();
    // The transport still has what it was given and did not finish.
    const first = this.#isSending ? 1 : 0;
    const waiting = this.#batches.slice(first);
    if (waiting.length === 0) return;
    for (const { bytes, count } of this.#encoder.isJoinable ? [joinBatches(waiting)] : waiting) {
      if (!this.#transport.sendAtExit(bytes, this.#endTimeoutMs)) return;
      // An error handler may yet save the program: then nothing must be sent twice.
      this.#batches.splice(first, this.#encoder.isJoinable ? waiting.length : 1);
      this.#batchBytes -= bytes.length;
      this.#queued -= count;
      this.#sent += count;
    }
  }
}

function joinBatches(batches: readonly EncodedMessage[]): EncodedMessage {
  const bytes = new Uint8Array(batches.reduce((sum, batch) => sum + batch.bytes.length, 0));
  let at = 0;
  let count = 0;
  for (const batch of batches) {
    bytes.set(batch.bytes, at);
    at += batch.bytes.length;
    count += batch.count;
  }
  return { bytes, count };
}

/**
 * Events after which they are encoded within a call of the program, to hold no more than that as
 * objects. Below it the program waits for nothing but a push: formatting is two thirds of a span's cost.
 */
const BATCH_EVENTS = 2048;
/** What one write carries when more waits. */
const JOINED_BYTES = 1024 * 1024;
/** After this long without sending, the next event is sent at once. */
const QUIET_MS = 10;
