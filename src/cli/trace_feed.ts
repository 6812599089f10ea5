import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";
import { TraceStore } from "../assemble/trace_store.ts";
import type { Span } from "../model/span.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { matchesTrace } from "../views/matches_trace.ts";
import type { Connection, FeedEvent, TraceFeed } from "../views/trace_feed.ts";
import { CommandError } from "./command_error.ts";
import { formatCount } from "./describe_reasons.ts";
import { IndexedRecording } from "./indexed_recording.ts";
import { nextTurn, TURN_MS } from "./next_turn.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** How much a view keeps in memory. A recording that is a plain file is shown whole, whatever its size. */
export interface TraceFeedOptions {
  /** Spans of everything else. @default 1,000,000 */
  readonly maxSpans?: number;
  /** Traces of everything else. @default 10,000 of a session, any number of a file */
  readonly maxTraces?: number;
  /** Traces in which it finds something go last, as long as they take no more than half of the room. */
  readonly where?: SpanQuery;
}

/**
 * Opens a source for a view. The spans of a recording stay in its file; those of everything else are kept in
 * memory, the oldest traces going first.
 *
 * @throws {CommandError} When it is a file that cannot be read.
 */
export async function openTraceFeed(
  source: SpanSource,
  options: TraceFeedOptions = {},
): Promise<TraceFeed> {
  const indexed = source.path === undefined ? undefined : await openRecording(source.path);
  return indexed === undefined
    ? new StoreFeed(source, options)
    : new RecordingFeed(source.title, indexed);
}

async function openRecording(path: string): Promise<IndexedRecording | undefined> {
  try {
    return await IndexedRecording.open(path);
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

class RecordingFeed implements TraceFeed {
  readonly title: string;
  readonly isRecording = true;
  readonly connection = "loading";
  readonly #recording: IndexedRecording;

  constructor(title: string, recording: IndexedRecording) {
    this.title = title;
    this.#recording = recording;
  }

  get traces(): TraceList {
    return this.#recording.traces;
  }

  get progress(): number {
    return this.#recording.progress;
  }

  async *events(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    try {
      for await (const _turn of this.#recording.fill(signal)) yield CHANGED;
      if (signal.aborted) return;
      yield CHANGED;
      for (const text of this.#recording.notices) yield { type: "notice", text };
      yield { type: "connection", connection: "end_of_file" };
    } catch (error) {
      if (!signal.aborted) yield failed(error);
    }
  }

  [Symbol.dispose](): void {
    this.#recording[Symbol.dispose]();
  }
}

class StoreFeed implements TraceFeed {
  readonly title: string;
  readonly isRecording: boolean;
  readonly connection: Connection;
  readonly traces: TraceStore;
  readonly progress = undefined;
  readonly #source: SpanSource;
  readonly #bounds: string;
  #isForgettingTold = false;
  #isPaused = false;
  /** What came while it was paused. */
  readonly #waiting: Span[] = [];
  #wake: (() => void) | undefined;
  #turnEndMs = 0;

  constructor(source: SpanSource, options: TraceFeedOptions) {
    const { maxSpans = 1_000_000, maxTraces = source.isLive ? 10_000 : Infinity } = options;
    this.title = source.title;
    this.isRecording = !source.isLive;
    this.connection = source.isLive ? "live" : "loading";
    const { where } = options;
    const holds = where &&
      (({ traceId }: TraceEntry): boolean => matchesTrace(where, this.traces, traceId));
    this.traces = new TraceStore({
      maxTraces,
      maxSpansPerTrace: maxSpans,
      maxSpans,
      maxLooseSpans: MAX_LOOSE_SPANS,
      holds,
    });
    this.#source = source;
    const spans = formatCount(maxSpans, "span");
    this.#bounds = maxTraces === Infinity
      ? `${spans} are kept; --max-spans N keeps more`
      : `${spans} and ${formatCount(maxTraces, "trace")} are kept; ` +
        "--max-spans N and --max-traces N keep more";
  }

  get waitingSpanCount(): number {
    return this.#waiting.length;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) this.#wake?.();
  }

  async *events(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    try {
      yield* this.#read(signal);
      if (!signal.aborted) yield* this.#end();
    } catch (error) {
      if (!signal.aborted) yield failed(error);
    }
  }

  async *#read(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    const messages = this.#source.read(signal);
    let next: Promise<IteratorResult<SourceMessage>> | undefined = messages.next();
    try {
      while (!signal.aborted) {
        if (!this.#isPaused && this.#waiting.length > 0) {
          yield* this.#add(this.#waiting.splice(0), signal);
        }
        if (next === undefined && this.#waiting.length === 0) return;
        const isFull = this.#waiting.length >= MAX_WAITING_SPANS;
        const result = await this.#untilWoken(isFull ? undefined : next, signal);
        if (result === undefined) continue;
        next = undefined;
        if (result.done) continue;
        const { value: message } = result;
        if (message.type === "live") yield { type: "connection", connection: "live" };
        else if (message.type !== "spans") yield message;
        else if (this.#isPaused) yield this.#keepWaiting(message.spans);
        else yield* this.#add(message.spans, signal);
        next = messages.next();
      }
    } finally {
      // Whoever waits for what does not come, as at a keyboard, cannot be waited for.
      next?.catch(() => {});
      const returned = messages.return(undefined).catch(() => {});
      if (!signal.aborted) await returned;
    }
  }

  /** What the promise resolves to; `undefined` when the feed is no longer paused, or nobody listens. */
  #untilWoken<T>(promise: Promise<T> | undefined, signal: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const wake = this.#wake = (): void => {
        signal.removeEventListener("abort", wake);
        resolve(undefined);
      };
      signal.addEventListener("abort", wake);
      promise?.then(resolve, reject).finally(() => signal.removeEventListener("abort", wake));
    });
  }

  #keepWaiting(spans: readonly Span[]): FeedEvent {
    for (const span of spans) this.#waiting.push(span);
    return CHANGED;
  }

  async *#add(spans: readonly Span[], signal: AbortSignal): AsyncGenerator<FeedEvent> {
    for (const span of spans) {
      this.traces.add(span);
      if (performance.now() < this.#turnEndMs) continue;
      yield CHANGED;
      await nextTurn(signal);
      if (signal.aborted) return;
      this.#turnEndMs = performance.now() + TURN_MS;
    }
    yield CHANGED;
    yield* this.#tellForgetting();
  }

  *#end(): Generator<FeedEvent> {
    const { isLive } = this.#source;
    const forgotten = this.#forgottenCount();
    if (!isLive && forgotten > 0) {
      const were = forgotten === 1 ? "was" : "were";
      const what = `${formatCount(forgotten, "span")} of ${this.title} ${were} forgotten`;
      yield { type: "notice", text: `${what}: ${this.#bounds}` };
    }
    yield { type: "connection", connection: isLive ? "ended" : "end_of_file" };
  }

  [Symbol.dispose](): void {}

  *#tellForgetting(): Generator<FeedEvent> {
    if (this.#isForgettingTold || this.#forgottenCount() === 0) return;
    this.#isForgettingTold = true;
    yield { type: "notice", text: `The oldest traces are forgotten from now on: ${this.#bounds}` };
  }

  #forgottenCount(): number {
    return Object.values(this.traces.droppedSpans).reduce((sum, count) => sum + count, 0);
  }
}

/** Spans that come, and those that a screen shows. */
const MAX_LOOSE_SPANS = 10_000;
/** While the feed is paused. */
const MAX_WAITING_SPANS = 100_000;
const CHANGED: FeedEvent = { type: "changed" };

function failed(error: unknown): FeedEvent {
  const text = error instanceof Error ? error.message : String(error);
  return { type: "connection", connection: "failed", text };
}
