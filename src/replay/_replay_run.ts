import { formatTimestamp, parseTimestamp, type Timestamp } from "../model/time.ts";
import { openSpanTransport } from "../transport/span_encoder.ts";
import type { Target } from "../transport/target.ts";
import { findLateStarts } from "./_find_late_starts.ts";
import type { HeldSpan } from "./_held_spans.ts";
import { orAborted, PatientReader } from "./_patient_reader.ts";
import { reachTarget } from "./_reach_target.ts";
import { createReplayForm, type ReplayForm } from "./_replay_form.ts";
import { ReplayLane } from "./_replay_lane.ts";
import { ReplayPace } from "./_replay_pace.ts";
import { type ReplayPiece, ReplayReader } from "./_replay_reader.ts";
import { ReplayTally } from "./_replay_tally.ts";
import { type ReplayClock, SYSTEM_CLOCK } from "./replay_clock.ts";
import type { ReadReplayInput, ReplayOptions } from "./replay_options.ts";
import type { ReplaySummary } from "./replay_summary.ts";
import { type ReplayItem, ReplayWindow } from "./replay_window.ts";
import { shiftSpan } from "./shift_span.ts";

/** One replay: reads, waits until things are due, hands them to the lanes, and counts. */
export class ReplayRun {
  readonly #target: Target;
  readonly #options: ReplayOptions;
  readonly #name: string;
  readonly #clock: ReplayClock;
  readonly #tally = new ReplayTally();
  readonly #form: ReplayForm;
  readonly #pace: ReplayPace;
  readonly #reader: ReplayReader;
  readonly #lanes: ReplayLane[] = [];
  /** Ends the replay, for whatever reason. */
  readonly #stop = new AbortController();
  #error: string | undefined;
  #passCount = 0;
  #outOfOrderCount = 0;
  #firstSendMs: number | undefined;
  #lastSettledMs = 0;
  /** The latest time sent so far, behind which the next pass is shifted. */
  #latestUnixNano: bigint | undefined;
  #shiftNano = 0n;
  /** The same for a time as text. */
  #move: ((time: string) => string) | undefined;

  constructor(read: ReadReplayInput, target: Target, options: ReplayOptions) {
    this.#target = target;
    this.#options = options;
    this.#name = options.name ?? describeTarget(options.to);
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#form = createReplayForm(target, this.#tally);
    this.#pace = new ReplayPace(options.speed ?? 1, options.maxRate ?? Infinity);
    this.#reader = new ReplayReader(read, options, this.#form.tellsStarts, this.#stop.signal);
  }

  async run(): Promise<ReplaySummary> {
    const { signal, timeoutMs = 10_000, loop = 1 } = this.#options;
    const onAbort = (): void => this.#stop.abort();
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      const obstacle = this.#options.openTransport === undefined
        ? await reachTarget(this.#target, timeoutMs, this.#stop.signal)
        : undefined;
      if (obstacle !== undefined) {
        this.#fail(`Cannot reach ${this.#name}: ${obstacle}`);
      }
      await this.#reader.resolveMoments();
      await this.#openLanes(timeoutMs);
      do {
        await this.#pass(this.#passCount++);
      } while (this.#passCount < loop && !this.#stop.signal.aborted && this.#tally.spanCount > 0);
      await orAborted(
        Promise.all(this.#lanes.map((lane) => lane.whenIdle())),
        this.#stop.signal,
      );
    } finally {
      await Promise.all(this.#lanes.map((lane) => lane.close(GRACE_MS)));
      signal?.removeEventListener("abort", onAbort);
    }
    return this.#summary();
  }

  async #openLanes(timeoutMs: number): Promise<void> {
    const { headers, concurrency = 1, onProgress } = this.#options;
    const { openTransport } = this.#options;
    const isStream = openTransport === undefined && "address" in this.#target &&
      this.#target.address.transport !== "udp";
    for (let index = 0; index < concurrency; index++) {
      const transport = openTransport?.(this.#target) ??
        openSpanTransport(this.#target, { headers, timeoutMs });
      // Connected now: the first that is due would come late, and all others be early against it.
      if (isStream && !this.#stop.signal.aborted) await transport.send(new Uint8Array());
      this.#lanes.push(
        new ReplayLane(transport, {
          form: this.#form,
          tally: this.#tally,
          clock: this.#clock,
          isPaced: this.#pace.isPaced,
          timeoutMs,
          signal: this.#stop.signal,
          stopReason: () => this.#stopReason(),
          onFailure: (error) => {
            this.#fail(`Gave up ${this.#name}: ${error}`);
          },
          onSettled: () => {
            this.#lastSettledMs = this.#clock.nowMs();
            onProgress?.(this.#tally);
          },
        }),
      );
    }
  }

  #fail(error: string): void {
    this.#error ??= error;
    this.#stop.abort();
  }

  #stopReason(): string {
    return this.#error === undefined ? "stopped" : "gave_up";
  }

  /** Sends everything once. */
  async #pass(index: number): Promise<void> {
    const { windowBytes = 32 * 1024 * 1024, readsAhead = false } = this.#options;
    const { signal } = this.#stop;
    const { tellsStarts } = this.#form;
    const window = new ReplayWindow({ maxBytes: windowBytes, tellsStarts });
    const renamers = this.#reader.createRenamers();
    const input = new PatientReader(this.#reader.read(renamers, index === 0));
    let isRead = false;
    let isBegun = false;
    try {
      while (!signal.aborted) {
        while (!isRead && !window.isFull && !signal.aborted) {
          // What is due must not wait for a pipe.
          this.#flush();
          const piece = await input.next(signal);
          if (piece === undefined) break;
          if (piece.done) isRead = true;
          else this.#admit(piece.value, window);
        }
        if (window.isEmpty || signal.aborted) break;
        if (!isBegun) {
          isBegun = true;
          if (!isRead && readsAhead && tellsStarts && this.#pace.isPaced) {
            const pieces = this.#reader.read(renamers, false);
            window.addLate(await findLateStarts(pieces, windowBytes, signal));
          }
          this.#begin(window);
        }
        const waits = this.#takeDue(window);
        if (waits !== undefined) await waits;
      }
      this.#flush();
      this.#tally.lose(this.#stopReason(), window.clear());
      this.#outOfOrderCount += window.outOfOrderCount;
      const { latestUnixNano } = window;
      if (latestUnixNano !== undefined) this.#latestUnixNano = latestUnixNano + this.#shiftNano;
      if (this.#error !== undefined && !isRead) await this.#countRest(input, window);
    } finally {
      await input.close(AbortSignal.timeout(GRACE_MS));
    }
  }

  /** Counts what was read, and puts it into the window. */
  #admit(piece: ReplayPiece, window: ReplayWindow): void {
    const tally = this.#tally;
    tally.spanCount += window.addPiece(piece);
    if ("lines" in piece) return;
    tally.spanCount += piece.filteredCount;
    tally.filteredCount += piece.filteredCount;
  }

  #begin(window: ReplayWindow): void {
    const nowMs = this.#clock.nowMs();
    this.#firstSendMs ??= nowMs;
    this.#pace.begin(nowMs, window.nextMomentNano);
    if (!this.#options.shiftNow) return;
    const nowNano = BigInt(Date.now()) * 1_000_000n;
    const latest = this.#latestUnixNano;
    const begin = latest !== undefined && latest >= nowNano ? latest + 1n : nowNano;
    const shiftNano = begin - window.nextUnixNano;
    this.#shiftNano = shiftNano;
    this.#move = (text) => {
      const { unixNano, offsetMinutes } = parseTimestamp(text) as Timestamp;
      return formatTimestamp(unixNano + shiftNano, offsetMinutes);
    };
  }

  /** Hands what is due to the lanes; returns what has to be waited for before the next. */
  #takeDue(window: ReplayWindow): Promise<void> | undefined {
    const pace = this.#pace;
    const isPaced = pace.isPaced;
    let nowMs = isPaced ? this.#clock.nowMs() : 0;
    // Until more has to be read: the window may be full of what is due.
    for (let count = 0; !window.isEmpty && (count === 0 || window.isFull); count++) {
      let dueMs = 0;
      if (isPaced) {
        const isNewSpan = !this.#form.tellsStarts || !window.isNextEnd;
        dueMs = pace.dueMs(window.nextMomentNano, isNewSpan);
        if (dueMs > nowMs && dueMs > (nowMs = this.#clock.nowMs())) {
          this.#flush();
          // Timers wait whole milliseconds: shorter ones get close, and the rest is a few turns.
          return this.#clock.sleep(Math.floor(dueMs - nowMs), this.#stop.signal);
        }
        pace.take(dueMs, nowMs, isNewSpan);
      }
      const lane = this.#hand(window.take(), dueMs);
      if (!lane?.isFull) continue;
      lane.flush();
      // Where each trace has its lane, the others cannot help.
      const lanes = this.#form.tellsStarts ? [lane] : this.#lanes;
      if (lanes.every(({ isFull }) => isFull)) {
        return orAborted(Promise.race(lanes.map((each) => each.whenIdle())), this.#stop.signal);
      }
    }
    return undefined;
  }

  /** Gives a start, an end or a span to a lane, unless the span cannot be sent. */
  #hand(item: ReplayItem, dueMs: number): ReplayLane | undefined {
    const { held, isEnd, isLast } = item;
    if (held !== undefined) {
      if (!isEnd || !this.#form.tellsStarts) this.#prepare(held);
      if (held.skipReason !== undefined) {
        if (isLast) this.#tally.lose(held.skipReason);
        return undefined;
      }
    }
    const lane = this.#laneFor(item);
    lane.add(item, dueMs, this.#move);
    return lane;
  }

  #prepare(held: HeldSpan): void {
    try {
      held.span = shiftSpan(held.span, this.#shiftNano);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      held.skipReason = "time_out_of_range";
      return;
    }
    this.#form.prepare(held);
  }

  #laneFor(item: ReplayItem): ReplayLane {
    const lanes = this.#lanes;
    if (lanes.length === 1) return lanes[0];
    if (this.#form.tellsStarts) return lanes[item.traceHash % lanes.length];
    return lanes.find((lane) => lane.isIdle && !lane.isFull) ??
      lanes.find((lane) => !lane.isFull)!;
  }

  #flush(): void {
    for (const lane of this.#lanes) lane.flush();
  }

  /** After giving up: so that the counts tell of all spans, unless there are too many or they do not come. */
  async #countRest(
    input: PatientReader<ReplayPiece>,
    window: ReplayWindow,
  ): Promise<void> {
    const endMs = performance.now() + COUNT_TIMEOUT_MS;
    while (performance.now() < endMs && !this.#options.signal?.aborted) {
      const piece = await input.next(AbortSignal.timeout(SILENCE_TIMEOUT_MS));
      if (piece === undefined || piece.done) return;
      this.#admit(piece.value, window);
      this.#tally.lose("gave_up", window.clear());
    }
  }

  #summary(): ReplaySummary {
    const tally = this.#tally;
    const elapsedMs = this.#firstSendMs === undefined
      ? 0
      : Math.max(0, this.#lastSettledMs - this.#firstSendMs);
    const { lag } = tally;
    const [p50, p95] = [lag.percentileMs(0.5), lag.percentileMs(0.95)];
    const isStopped = this.#stop.signal.aborted;
    return {
      outcome: this.#error !== undefined ? "failed" : isStopped ? "stopped" : "done",
      ...(this.#error === undefined ? {} : { error: this.#error }),
      spanCount: tally.spanCount,
      sentSpanCount: tally.sentSpanCount,
      sentEventCount: tally.sentEventCount,
      filteredCount: tally.filteredCount,
      rejected: tally.rejected,
      notSent: tally.notSent,
      dropped: tally.dropped,
      changed: tally.changed,
      outOfOrderCount: this.#outOfOrderCount,
      ...(tally.firstRefusal === undefined ? {} : { firstRefusal: tally.firstRefusal }),
      passCount: this.#passCount,
      elapsedMs,
      spansPerSecond: elapsedMs > 0 ? tally.sentSpanCount / elapsedMs * 1000 : 0,
      ...(p50 === undefined ? {} : { lagMs: { p50, p95: p95!, max: lag.maxMs } }),
      retryCount: tally.retryCount,
      brokenConnectionCount: tally.brokenConnectionCount,
    };
  }
}

/** Ctrl-C takes effect within a second: what is under way has this long to arrive. */
const GRACE_MS = 300;

/** How long a replay that has been given up goes on reading, to count what it did not send. */
const COUNT_TIMEOUT_MS = 30_000;
/** What comes slower than this is a pipe that somebody holds open. */
const SILENCE_TIMEOUT_MS = 2000;

/** For messages. */
function describeTarget(to: string | Target): string {
  if (typeof to === "string") return to;
  if (!("address" in to)) return to.url.href;
  const { address } = to;
  return address.transport === "unix"
    ? `unix://${address.path}`
    : `${address.transport}://${address.host}:${address.port}`;
}
