import type { ByteConnection } from "../runtime/byte_stream.ts";
import { LagHistogram } from "./_lag_histogram.ts";
import { type ReplayClock, SYSTEM_CLOCK } from "./replay_clock.ts";
import type { ReplayPlan } from "./replay_plan.ts";

/** Options of {@linkcode runReplay}. */
export interface RunReplayOptions {
  /** Connects to the target; called again when a connection breaks. */
  readonly connect: () => Promise<ByteConnection>;
  /** Times as fast as recorded, or `max` for as fast as the target reads. @default 1 */
  readonly speed?: number | "max";
  /** Added to the time of every event. @default 0n */
  readonly shiftNano?: bigint;
  /** Stops the replay within moments, also while the target does not read. */
  readonly signal: AbortSignal;
  /** Told after each write. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  readonly clock?: ReplayClock;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** Spans whose start was sent. */
  readonly sentSpanCount: number;
  readonly sentEventCount: number;
  /** Events that were on their way when a connection broke: they may have arrived or not. */
  readonly lostEventCount: number;
}

/** What came of a replay. */
export interface ReplayResult extends ReplayProgress {
  /** `stopped`: by the signal; `failed`: the target could not be reached again. */
  readonly outcome: "done" | "stopped" | "failed";
  /** Why the target could not be reached, when the outcome is `failed`. */
  readonly error?: Error;
  readonly elapsedMs: number;
  /** 95 % of the events were sent at most this late; absent at `max`, where nothing is late. */
  readonly lagP95Ms?: number;
  /** How often a broken connection was made again. */
  readonly reconnectCount: number;
}

const WRITE_BYTES = 64 * 1024;
const RETRY_WAITS_MS = [100, 200, 400, 800, 1600];
const MAX_RECONNECTS = 10;

/**
 * Sends a plan's events at their pace. Each write is awaited, so that a slow target slows the replay
 * and nothing piles up. When a connection breaks, the events of the write that failed count as lost,
 * because nobody knows how many of them arrived, and the replay goes on over a new connection; after
 * five attempts in vain (3.1 s), or ten new connections, it fails.
 *
 * @throws What `connect` throws, when the first connection cannot be made.
 */
export async function runReplay(
  plan: ReplayPlan,
  options: RunReplayOptions,
): Promise<ReplayResult> {
  const connection = await options.connect();
  return await new ReplayRun(plan, options, connection).run();
}

class ReplayRun {
  readonly #plan: ReplayPlan;
  readonly #options: RunReplayOptions;
  readonly #clock: ReplayClock;
  readonly #lag = new LagHistogram();
  #connection: ByteConnection;
  #buffer = new Uint8Array(2 * WRITE_BYTES);
  #filled = 0;
  /** Place in the plan of the next event to write to the buffer. */
  #next = 0;
  #sentSpanCount = 0;
  #sentEventCount = 0;
  #lostEventCount = 0;
  #reconnectCount = 0;

  constructor(plan: ReplayPlan, options: RunReplayOptions, connection: ByteConnection) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#connection = connection;
  }

  async run(): Promise<ReplayResult> {
    const startMs = this.#clock.nowMs();
    let error: Error | undefined;
    try {
      error = await this.#sendAll(startMs);
    } finally {
      this.#connection.close();
    }
    const isDone = error === undefined && this.#next === this.#plan.eventCount;
    return {
      ...this.#progress(),
      outcome: error !== undefined ? "failed" : isDone ? "done" : "stopped",
      ...(error === undefined ? {} : { error }),
      elapsedMs: this.#clock.nowMs() - startMs,
      lagP95Ms: this.#lag.percentileMs(0.95),
      reconnectCount: this.#reconnectCount,
    };
  }

  /** Returns why the target is out of reach, or nothing when all is sent or the replay was stopped. */
  async #sendAll(startMs: number): Promise<Error | undefined> {
    const { signal } = this.#options;
    while (this.#next < this.#plan.eventCount && !signal.aborted) {
      const first = this.#next;
      const dueMs = this.#fill(this.#clock.nowMs() - startMs);
      if (this.#next === first) {
        const waitMs = startMs + dueMs - this.#clock.nowMs();
        // Timers wait whole milliseconds: shorter ones get close, and the rest is a few turns.
        await this.#clock.sleep(Math.max(0, Math.floor(waitMs)), signal);
        continue;
      }
      const error = await this.#write();
      if (signal.aborted && error !== undefined) {
        // The write did not end in time: how much of it arrived is unknown.
        this.#lostEventCount += this.#next - first;
        return undefined;
      }
      this.#count(first, error === undefined, startMs);
      this.#options.onProgress?.(this.#progress());
      if (error !== undefined && this.#next < this.#plan.eventCount) {
        const reason = await this.#reconnect(error);
        if (reason !== undefined) return signal.aborted ? undefined : reason;
      } else if (error !== undefined) return error;
    }
    return undefined;
  }

  /** Fills the buffer with what is due, and returns when the next event is, in ms since the start. */
  #fill(nowMs: number): number {
    const plan = this.#plan;
    this.#filled = 0;
    for (; this.#next < plan.eventCount && this.#filled < WRITE_BYTES; this.#next++) {
      const dueMs = this.#dueMs(this.#next);
      if (dueMs > nowMs) return dueMs;
      const needed = this.#filled + plan.maxBytes(this.#next);
      if (needed > this.#buffer.length) {
        const larger = new Uint8Array(needed);
        larger.set(this.#buffer.subarray(0, this.#filled));
        this.#buffer = larger;
      }
      const { shiftNano } = this.#options;
      this.#filled = plan.write(this.#next, this.#buffer, this.#filled, shiftNano);
    }
    return 0;
  }

  #dueMs(index: number): number {
    const { speed = 1 } = this.#options;
    return speed === "max" ? 0 : this.#plan.momentNano(index) / 1e6 / speed;
  }

  /** Writes the buffer; returns what went wrong. A write that is stuck ends with the signal. */
  #write(): Promise<Error | undefined> {
    const { signal } = this.#options;
    const bytes = this.#buffer.subarray(0, this.#filled);
    return new Promise((resolve) => {
      function onAbort(): void {
        resolve(new Error("Stopped while the target did not read"));
      }
      function settle(error?: Error): void {
        signal.removeEventListener("abort", onAbort);
        resolve(error);
      }
      signal.addEventListener("abort", onAbort);
      this.#connection.write(bytes).then(() => settle(), settle);
    });
  }

  #count(first: number, isSent: boolean, startMs: number): void {
    const count = this.#next - first;
    if (!isSent) {
      this.#lostEventCount += count;
      return;
    }
    this.#sentEventCount += count;
    const nowMs = this.#clock.nowMs() - startMs;
    const isPaced = this.#options.speed !== "max";
    for (let i = first; i < this.#next; i++) {
      if (this.#plan.isStart(i)) this.#sentSpanCount++;
      if (isPaced) this.#lag.add(nowMs - this.#dueMs(i));
    }
  }

  /** Connects again; returns the last error when that fails for good. */
  async #reconnect(cause: Error): Promise<Error | undefined> {
    this.#connection.close();
    let error = cause;
    if (this.#reconnectCount >= MAX_RECONNECTS) return error;
    for (const waitMs of RETRY_WAITS_MS) {
      await this.#clock.sleep(waitMs, this.#options.signal);
      if (this.#options.signal.aborted) return error;
      try {
        this.#connection = await this.#options.connect();
        this.#reconnectCount++;
        return undefined;
      } catch (failure) {
        error = failure as Error;
      }
    }
    return error;
  }

  #progress(): ReplayProgress {
    return {
      sentSpanCount: this.#sentSpanCount,
      sentEventCount: this.#sentEventCount,
      lostEventCount: this.#lostEventCount,
    };
  }
}
