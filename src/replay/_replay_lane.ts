import type { SendResult } from "../transport/send_result.ts";
import type { Transport } from "../transport/transport.ts";
import type { Delivery, ReplayBatch, ReplayForm } from "./_replay_form.ts";
import type { ReplayTally } from "./_replay_tally.ts";
import type { ReplayClock } from "./replay_clock.ts";
import type { ReplayItem } from "./replay_window.ts";

/** What all lanes of a replay share. */
export interface ReplayLaneOptions {
  readonly form: ReplayForm;
  readonly tally: ReplayTally;
  readonly clock: ReplayClock;
  /** Whether lag is measured. */
  readonly isPaced: boolean;
  /** How long a message may fail before the replay is given up, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Why what can no longer be sent is not. */
  readonly stopReason: () => string;
  /** Gives the replay up. */
  readonly onFailure: (error: string) => void;
  /** Told after each message. */
  readonly onSettled: () => void;
}

/**
 * One connection of a replay, with what waits for it: the messages of a batch go one after the other, while
 * the next batch fills up. No more waits than that, so that a slow target makes the replay slow.
 */
export class ReplayLane {
  readonly #transport: Transport;
  readonly #options: ReplayLaneOptions;
  #batch: ReplayBatch;
  /** When each thing in the batch was to be sent. */
  #dueMs: number[] = [];
  #sending: Promise<void> | undefined;
  #isClosed = false;
  /** Messages in a row that the target refused as a whole. */
  #refusalCount = 0;

  constructor(transport: Transport, options: ReplayLaneOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#batch = options.form.createBatch();
  }

  /** Whether what is added next has to wait for {@linkcode ReplayLane.whenIdle}. */
  get isFull(): boolean {
    return this.#batch.isFull;
  }

  get isIdle(): boolean {
    return this.#sending === undefined;
  }

  /**
   * Adds what is due.
   *
   * @param move Makes another time of a recorded one, for events that are put together of recorded lines.
   */
  add(item: ReplayItem, dueMs: number, move?: (time: string) => string): void {
    this.#batch.add(item, move);
    if (this.#options.isPaced) this.#dueMs.push(dueMs);
  }

  /** Begins to send what was added, unless it is at it already and goes on by itself. */
  flush(): void {
    if (this.#sending === undefined && !this.#batch.isEmpty) this.#sending = this.#send();
  }

  /** Resolves once nothing is being sent any more. */
  async whenIdle(): Promise<void> {
    await this.#sending;
  }

  /** Sends what is under way for a limited time, gives the rest up, and closes the connection. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      this.#sending,
      new Promise((resolve) => timer = setTimeout(resolve, graceMs)),
    ]);
    clearTimeout(timer);
    await this.#transport.close();
    await this.#sending;
    if (!this.#batch.isEmpty) await this.#sendBatch();
  }

  async #send(): Promise<void> {
    while (!this.#batch.isEmpty && !this.#isClosed) await this.#sendBatch();
    this.#sending = undefined;
  }

  async #sendBatch(): Promise<void> {
    const { form, tally, clock, onSettled } = this.#options;
    const batch = this.#batch;
    this.#batch = form.createBatch();
    if (!this.#isClosed) {
      const nowMs = clock.nowMs();
      for (const dueMs of this.#dueMs) tally.lag.add(nowMs - dueMs);
    }
    this.#dueMs = [];
    for (const message of batch.encode()) {
      batch.settle(message, await this.#deliver(message.bytes));
      onSettled();
    }
  }

  /** Sends a message, again and again if the target wants that, in bounds. */
  async #deliver(bytes: Uint8Array): Promise<Delivery> {
    const { clock, signal, tally } = this.#options;
    const firstMs = clock.nowMs();
    for (let attempt = 1;; attempt++) {
      if (this.#isClosed) return this.#stopped();
      const sent = this.#transport.send(bytes);
      const result = sent instanceof Promise ? await sent : sent;
      if (result.status === "ok") {
        this.#refusalCount = 0;
        const { refused } = result;
        return refused === undefined
          ? TAKEN
          : { status: "taken", refusedCount: refused.count, message: refused.message };
      }
      if (result.status === "rejected") return this.#judge(result);
      const { reason, afterMs } = result;
      const failingMs = clock.nowMs() - firstMs;
      // A target that asks to wait is asked again, even if that takes longer than one that is not there gets.
      const isEnough = reason === "timeout" || attempt >= MIN_ATTEMPTS;
      if (afterMs > MAX_WAIT_MS || (failingMs >= this.#options.timeoutMs && isEnough)) {
        this.#options.onFailure(this.#describeRetries(reason, afterMs, failingMs));
        return { status: "lost", reason: "gave_up" };
      }
      if (!this.#isClosed) await clock.sleep(Math.ceil(afterMs), signal);
      if (signal.aborted) return this.#stopped();
      tally.retryCount++;
    }
  }

  #judge(result: SendResult & { readonly status: "rejected" }): Delivery {
    const { reason, message } = result;
    const { tally, onFailure, timeoutMs } = this.#options;
    if (reason === "closed") return this.#stopped();
    if (reason === "connection_lost") {
      if (++tally.brokenConnectionCount >= MAX_BROKEN_CONNECTIONS) {
        onFailure(`the connection broke ${MAX_BROKEN_CONNECTIONS} times`);
      }
      return { status: "lost", reason };
    }
    if (reason === "write_timeout") {
      tally.brokenConnectionCount++;
      onFailure(`it did not read for ${seconds(timeoutMs)}`);
      return { status: "lost", reason };
    }
    if (reason === "not_permitted") onFailure("the program is not permitted to connect to it");
    if (++this.#refusalCount >= MAX_REFUSALS) {
      const words = message ? `${reason}: ${message}` : reason;
      onFailure(`it refused ${MAX_REFUSALS} messages in a row (${words})`);
    }
    return { status: "rejected", reason, message };
  }

  #stopped(): Delivery {
    return { status: "lost", reason: this.#options.stopReason() };
  }

  #describeRetries(reason: string | undefined, afterMs: number, failingMs: number): string {
    if (reason === "timeout") return `it did not answer within ${seconds(failingMs)}`;
    if (afterMs > MAX_WAIT_MS) return `it asked to wait more than a minute (${reason})`;
    if (reason === undefined || reason === "connection_failed") {
      return `it could not be reached for ${seconds(failingMs)}`;
    }
    return `it took nothing for ${seconds(failingMs)} (${reason})`;
  }
}

const TAKEN: Delivery = { status: "taken", refusedCount: 0 };
/** A target that answers is asked at least so often. */
const MIN_ATTEMPTS = 3;
/** A wait longer than this is not worth it. */
const MAX_WAIT_MS = 60_000;
const MAX_BROKEN_CONNECTIONS = 10;
const MAX_REFUSALS = 10;

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(2))} s`;
}
