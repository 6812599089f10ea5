import type { Span } from "../model/span.ts";
import { formatTimestamp, parseTimestamp, type Timestamp } from "../model/time.ts";
import { openSpanTransport } from "../transport/span_encoder.ts";
import { parseTarget, type Target } from "../transport/target.ts";
import type { Transport } from "../transport/transport.ts";
import type { HeldSpan } from "./_held_spans.ts";
import { reachTarget } from "./_reach_target.ts";
import { createReplayForm, type ReplayForm } from "./_replay_form.ts";
import { ReplayLane } from "./_replay_lane.ts";
import { ReplayPace } from "./_replay_pace.ts";
import { ReplayTally } from "./_replay_tally.ts";
import { SpanRenamer } from "./rename_span.ts";
import { type ReplayClock, SYSTEM_CLOCK } from "./replay_clock.ts";
import type { ReplayProgress, ReplaySummary } from "./replay_summary.ts";
import { type ReplayItem, ReplayWindow } from "./replay_window.ts";
import { shiftSpan } from "./shift_span.ts";

/** A moment in a recording: absolute, or counted from the first start in it. */
export type ReplayMoment = { readonly unixNano: bigint } | { readonly sinceFirstNano: bigint };

/** What a replay reads. Messages of other types are passed over. */
export type ReplayInput =
  | {
    readonly type: "spans";
    readonly spans: readonly Span[];
    /** What they take in memory, about. @default 512 bytes a span */
    readonly byteLength?: number;
    /** Their lines, if this program wrote them; valid until the next is asked for. */
    readonly lines?: Uint8Array;
  }
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "live" | "skipped" };

/** Reads the spans that are to be replayed from their beginning; called for each pass. */
export type ReadReplayInput = (signal: AbortSignal) => AsyncIterable<ReplayInput>;

/** Options of {@linkcode replaySpans}. */
export interface ReplayOptions {
  /** The receiver: one of the URLs of `parseTarget`, such as `unix:///run/trace.sock` or `http://localhost:4318`. */
  readonly to: string | Target;
  /** What to call the receiver in messages. @default its URL */
  readonly name?: string;
  /** Times as fast as recorded, or `max` for as fast as the target takes it. @default 1 */
  readonly speed?: number | "max";
  /** Leaves out spans that start before this. */
  readonly from?: ReplayMoment;
  /** Leaves out spans that start at this or later. */
  readonly until?: ReplayMoment;
  /** Which spans are sent. @default all */
  readonly select?: (span: Span) => boolean;
  /** How often everything is sent; `Infinity` for until the signal. @default 1 */
  readonly loop?: number;
  /**
   * Moves all times so that the first start is now. Each further pass begins where the one before it
   * ended, or now, whichever is later. @default false
   */
  readonly shiftNow?: boolean;
  /** Gives spans new ids, other ones for each pass. @default false */
  readonly newIds?: boolean;
  /** How many of each span are sent at once, all but the first with new ids. @default 1 */
  readonly copies?: number;
  /** Most spans in a second. @default unlimited */
  readonly maxRate?: number;
  /** Connections at once. All events of a trace go over one. @default 1 */
  readonly concurrency?: number;
  /** Bytes of span lines that are held back to put starts in the order of time. @default 32 MiB */
  readonly windowBytes?: number;
  /** How long the target may not be reached, read or answer before the replay is given up, in ms. @default 10,000 */
  readonly timeoutMs?: number;
  /** More headers for targets of HTTP and gRPC, for example with a token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops the replay within a second. @default never */
  readonly signal?: AbortSignal;
  /** Told after each message. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** Told what the input says of itself: damage, lines that are no spans. */
  readonly onNotice?: (text: string) => void;
  /** Makes each connection; then nobody looks before whether the receiver is there. @default the protocol's */
  readonly openTransport?: (target: Target) => Transport;
  /** @default the machine's */
  readonly clock?: ReplayClock;
}

/**
 * Sends spans again. go-trace's collectors are told of each start and each end when it happened, relative to
 * the first; receivers of whole spans get each when it ended. Never more waits in memory than the window
 * and a message for each connection: a slow target makes the replay slow, and how late that is, is measured.
 *
 * What became of each span is in the summary, also when the target went away: then the replay is given up
 * after a time.
 *
 * @param read Called once for each pass, and once more when `from` or `until` are counted from the first start.
 * @throws {TypeError} When `to` is no URL of a receiver.
 * @throws What `read` throws.
 * @example
 * ```ts
 * import { replaySpans } from "./replay_spans.ts";
 *
 * const { outcome, error } = await replaySpans(async function* () {}, {
 *   to: "unix:///nobody/listens.sock",
 * });
 * if (outcome !== "failed") throw new Error("somebody does");
 * console.log(error); // Cannot reach unix:///nobody/listens.sock: there is no such socket
 * ```
 */
export async function replaySpans(
  read: ReadReplayInput,
  options: ReplayOptions,
): Promise<ReplaySummary> {
  const target = typeof options.to === "string" ? parseTarget(options.to) : options.to;
  return await new ReplayRun(read, target, options).run();
}

class ReplayRun {
  readonly #read: ReadReplayInput;
  readonly #target: Target;
  readonly #options: ReplayOptions;
  readonly #name: string;
  readonly #clock: ReplayClock;
  readonly #tally = new ReplayTally();
  readonly #form: ReplayForm;
  readonly #pace: ReplayPace;
  readonly #lanes: ReplayLane[] = [];
  /** Ends the replay, for whatever reason. */
  readonly #stop = new AbortController();
  #error: string | undefined;
  #passCount = 0;
  #outOfOrderCount = 0;
  #firstSendMs: number | undefined;
  #lastSettledMs = 0;
  #fromUnixNano: bigint | undefined;
  #untilUnixNano: bigint | undefined;
  /** The latest time sent so far, behind which the next pass is shifted. */
  #latestUnixNano: bigint | undefined;
  #shiftNano = 0n;
  /** The same for a time as text. */
  #move: ((time: string) => string) | undefined;

  constructor(read: ReadReplayInput, target: Target, options: ReplayOptions) {
    this.#read = read;
    this.#target = target;
    this.#options = options;
    this.#name = options.name ?? describeTarget(options.to);
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#form = createReplayForm(target, this.#tally);
    this.#pace = new ReplayPace(options.speed ?? 1, options.maxRate ?? Infinity);
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
      await this.#resolveMoments();
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

  /** Reads the input once when that is needed to know when its first span started. */
  async #resolveMoments(): Promise<void> {
    const { from, until } = this.#options;
    let first: bigint | undefined;
    if ([from, until].some((moment) => moment !== undefined && "sinceFirstNano" in moment)) {
      for await (const message of this.#read(this.#stop.signal)) {
        if (message.type !== "spans") continue;
        for (const { startTimeUnixNano } of message.spans) {
          if (first === undefined || startTimeUnixNano < first) first = startTimeUnixNano;
        }
      }
    }
    const resolve = (moment: ReplayMoment | undefined): bigint | undefined => {
      if (moment === undefined || "unixNano" in moment) return moment?.unixNano;
      return (first ?? 0n) + moment.sinceFirstNano;
    };
    this.#fromUnixNano = resolve(from);
    this.#untilUnixNano = resolve(until);
  }

  /** Sends everything once. */
  async #pass(index: number): Promise<void> {
    const { windowBytes = 32 * 1024 * 1024 } = this.#options;
    const { signal } = this.#stop;
    const window = new ReplayWindow({
      maxBytes: windowBytes,
      tellsStarts: this.#form.tellsStarts,
    });
    const input = this.#readInput(index);
    let isRead = false;
    let isBegun = false;
    try {
      while (!signal.aborted) {
        while (!isRead && !window.isFull && !signal.aborted) {
          // What is due must not wait for a pipe.
          this.#flush();
          const piece = await orAborted(input.next(), signal);
          if (piece === undefined) break;
          if (piece.done) isRead = true;
          else this.#admit(piece.value, window);
        }
        if (window.isEmpty || signal.aborted) break;
        if (!isBegun) {
          isBegun = true;
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
      // Of a pipe that somebody holds open, reading does not end.
      await orAborted(input.return(undefined), AbortSignal.timeout(GRACE_MS));
    }
  }

  /** Counts what was read, and puts it into the window. */
  #admit(piece: InputPiece, window: ReplayWindow): void {
    if ("lines" in piece) {
      this.#tally.spanCount += window.addLines(piece.lines);
      return;
    }
    const { spans, bytesPerSpan, filteredCount } = piece;
    this.#tally.spanCount += spans.length + filteredCount;
    this.#tally.filteredCount += filteredCount;
    for (const span of spans) window.add(span, bytesPerSpan);
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

  /** The spans to send, with new ids where they are wanted. */
  async *#readInput(passIndex: number): AsyncGenerator<InputPiece, undefined> {
    const { copies = 1, newIds = false, select = () => true, onNotice } = this.#options;
    // Whether all spans are sent as they are, so that none has to be looked at.
    const isWhole = copies === 1 && !newIds && this.#options.select === undefined &&
      this.#fromUnixNano === undefined && this.#untilUnixNano === undefined;
    const renamers: (SpanRenamer | undefined)[] = Array.from(
      { length: copies },
      (_, copy) => newIds || copy > 0 ? new SpanRenamer(crypto.randomUUID()) : undefined,
    );
    for await (const message of this.#read(this.#options.signal ?? NEVER)) {
      if (message.type === "notice" && passIndex === 0) onNotice?.(message.text);
      if (message.type !== "spans") continue;
      if (
        message.lines !== undefined && isWhole && this.#form.tellsStarts &&
        !this.#stop.signal.aborted
      ) {
        yield { lines: message.lines };
        continue;
      }
      if (message.spans.length === 0) continue;
      const spans: Span[] = [];
      for (const span of message.spans) {
        if (!this.#isInTime(span) || !select(span)) continue;
        for (const renamer of renamers) spans.push(renamer?.renameSpan(span) ?? span);
      }
      const bytesPerSpan = message.byteLength === undefined
        ? DEFAULT_SPAN_BYTES
        : message.byteLength / message.spans.length;
      yield { spans, bytesPerSpan, filteredCount: copies * message.spans.length - spans.length };
    }
    return undefined;
  }

  #isInTime({ startTimeUnixNano }: Span): boolean {
    const [from, until] = [this.#fromUnixNano, this.#untilUnixNano];
    return (from === undefined || startTimeUnixNano >= from) &&
      (until === undefined || startTimeUnixNano < until);
  }

  /** After giving up: so that the counts tell of all spans, unless there are too many or they do not come. */
  async #countRest(
    input: AsyncGenerator<InputPiece, undefined>,
    window: ReplayWindow,
  ): Promise<void> {
    const endMs = performance.now() + COUNT_TIMEOUT_MS;
    while (performance.now() < endMs && !this.#options.signal?.aborted) {
      const piece = await orAborted(input.next(), AbortSignal.timeout(SILENCE_TIMEOUT_MS));
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

type InputPiece =
  | {
    readonly spans: readonly Span[];
    readonly bytesPerSpan: number;
    /** Spans that are not to be sent. */
    readonly filteredCount: number;
  }
  | { readonly lines: Uint8Array };

/** Ctrl-C takes effect within a second: what is under way has this long to arrive. */
const GRACE_MS = 300;
const DEFAULT_SPAN_BYTES = 512;

/** How long a replay that has been given up goes on reading, to count what it did not send. */
const COUNT_TIMEOUT_MS = 30_000;
/** What comes slower than this is a pipe that somebody holds open. */
const SILENCE_TIMEOUT_MS = 2000;
const NEVER = new AbortController().signal;

/** What a promise resolves to; `undefined` when the signal comes first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let onAbort = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** For messages. */
function describeTarget(to: string | Target): string {
  if (typeof to === "string") return to;
  if (!("address" in to)) return to.url.href;
  const { address } = to;
  return address.transport === "unix"
    ? `unix://${address.path}`
    : `${address.transport}://${address.host}:${address.port}`;
}
