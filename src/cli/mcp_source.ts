import type { TraceList } from "../assemble/trace_list.ts";
import { TraceStore } from "../assemble/trace_store.ts";
import type { TraceSource } from "../mcp/trace_source.ts";
import { formatCount } from "./describe_reasons.ts";
import { IndexedRecording } from "./indexed_recording.ts";
import type { SpanSource } from "./span_source.ts";

/** A source whose spans are kept in memory for the tools of `trace mcp`. */
export class McpSource implements TraceSource, Disposable {
  readonly name: string;
  readonly title: string;
  readonly #source: SpanSource;
  readonly #store: TraceStore;
  readonly #largeFile: string | undefined;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(traceIds: ReadonlySet<string>) => void>();
  readonly #notices: string[] = [];
  #skippedSpanCount = 0;
  #isLive: boolean;
  #ready: Promise<void> | undefined;
  #indexed: IndexedRecording | undefined;

  /**
   * @param largeFile The path of a file whose spans had better stay in it, if it is a recording.
   */
  constructor(
    name: string,
    source: SpanSource,
    { maxSpans, largeFile }: { maxSpans: number; largeFile?: string },
  ) {
    this.name = name;
    this.title = source.title;
    this.#source = source;
    this.#isLive = source.isLive;
    // How many traces and spans a trace is not what costs memory.
    this.#largeFile = largeFile;
    this.#store = new TraceStore({ maxTraces: Infinity, maxSpansPerTrace: maxSpans, maxSpans });
  }

  get traces(): TraceList {
    return this.#indexed?.traces ?? this.#store;
  }

  /** Spans in memory. */
  get keptSpanCount(): number {
    return this.#store.spanCount;
  }

  get isSession(): boolean {
    return this.#source.isLive;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Whether it was a session, and that has ended. */
  get hasEnded(): boolean {
    return this.isSession && !this.#isLive;
  }

  /** Whether somebody waits for what comes. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  get notices(): readonly string[] {
    const notices = [...this.#notices, ...this.#indexed?.notices ?? []];
    if (this.#skippedSpanCount > 0) {
      notices.push(`${formatCount(this.#skippedSpanCount, "span")} came too fast and were missed`);
    }
    if (this.hasEnded) notices.push(`the session "${this.title}" has ended; this is what it sent`);
    return notices;
  }

  /**
   * Resolves when all that is there has been read; a session is followed from then on.
   *
   * @throws {Error} When the source cannot be read.
   */
  ready(): Promise<void> {
    return this.#ready ??= this.#read();
  }

  watch(listener: (traceIds: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Stops following; what is there can still be read. */
  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#indexed?.[Symbol.dispose]();
  }

  async #read(): Promise<void> {
    if (this.#largeFile !== undefined) {
      this.#indexed = await IndexedRecording.open(this.#largeFile);
      if (this.#indexed !== undefined) {
        for await (const _turn of this.#indexed.fill(this.#stop.signal));
        return;
      }
    }
    if (!this.isSession) return await this.#follow(() => {});
    const live = Promise.withResolvers<void>();
    // A session of go-trace does not say when all has been told.
    const timer = setTimeout(live.resolve, LIVE_WAIT_MS);
    this.#follow(live.resolve).then(live.resolve, (error) => {
      this.#notices.push(error.message);
      live.reject(error);
    }).finally(() => clearTimeout(timer));
    await live.promise;
  }

  async #follow(onLive: () => void): Promise<void> {
    try {
      for await (const message of this.#source.read(this.#stop.signal)) {
        if (message.type === "live") onLive();
        else if (message.type === "notice") this.#notices.push(message.text);
        else if (message.type === "skipped") this.#skippedSpanCount += message.spanCount;
        else {
          const nowMs = Date.now();
          const traceIds = new Set<string>();
          for (const span of message.spans) {
            if (this.#store.add(span, nowMs)) traceIds.add(span.traceId);
          }
          if (traceIds.size > 0) { for (const listener of this.#listeners) listener(traceIds); }
        }
      }
    } finally {
      this.#isLive = false;
      for (const listener of this.#listeners) listener(NO_IDS);
    }
  }
}

const LIVE_WAIT_MS = 500;
const NO_IDS: ReadonlySet<string> = new Set();
