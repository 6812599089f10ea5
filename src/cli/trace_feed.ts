import type { TraceList } from "../assemble/trace_list.ts";
import { TraceStore } from "../assemble/trace_store.ts";
import type { Connection, FeedEvent, TraceFeed } from "../views/trace_feed.ts";
import { CommandError } from "./command_error.ts";
import { formatCount } from "./describe_reasons.ts";
import { IndexedRecording } from "./indexed_recording.ts";
import { nextTurn, TURN_MS } from "./next_turn.ts";
import type { SpanSource } from "./span_source.ts";

/** How much a view keeps in memory. A recording that is a plain file is shown whole, whatever its size. */
export interface TraceFeedOptions {
  /** Spans of everything else. @default 1,000,000 */
  readonly maxSpans?: number;
  /** Traces of everything else. @default 10,000 of a session, any number of a file */
  readonly maxTraces?: number;
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

  constructor(source: SpanSource, options: TraceFeedOptions) {
    const { maxSpans = 1_000_000, maxTraces = source.isLive ? 10_000 : Infinity } = options;
    this.title = source.title;
    this.isRecording = !source.isLive;
    this.connection = source.isLive ? "live" : "loading";
    this.traces = new TraceStore({ maxTraces, maxSpansPerTrace: maxSpans, maxSpans });
    this.#source = source;
    const spans = formatCount(maxSpans, "span");
    this.#bounds = maxTraces === Infinity
      ? `${spans} are kept; --max-spans N keeps more`
      : `${spans} and ${formatCount(maxTraces, "trace")} are kept; ` +
        "--max-spans N and --max-traces N keep more";
  }

  async *events(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    const { isLive } = this.#source;
    try {
      let turnEndMs = performance.now() + TURN_MS;
      for await (const message of this.#source.read(signal)) {
        if (signal.aborted) return;
        if (message.type === "live") {
          yield { type: "connection", connection: "live" };
        } else if (message.type === "spans") {
          for (const span of message.spans) {
            this.traces.add(span);
            if (performance.now() < turnEndMs) continue;
            yield CHANGED;
            await nextTurn(signal);
            if (signal.aborted) return;
            turnEndMs = performance.now() + TURN_MS;
          }
          yield CHANGED;
          yield* this.#tellForgetting();
        } else {
          yield message;
        }
      }
      if (signal.aborted) return;
      const forgotten = this.#forgottenCount();
      if (!isLive && forgotten > 0) {
        const were = forgotten === 1 ? "was" : "were";
        const what = `${formatCount(forgotten, "span")} of ${this.title} ${were} forgotten`;
        yield { type: "notice", text: `${what}: ${this.#bounds}` };
      }
      yield { type: "connection", connection: isLive ? "ended" : "end_of_file" };
    } catch (error) {
      if (!signal.aborted) yield failed(error);
    }
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

const CHANGED: FeedEvent = { type: "changed" };

function failed(error: unknown): FeedEvent {
  const text = error instanceof Error ? error.message : String(error);
  return { type: "connection", connection: "failed", text };
}
