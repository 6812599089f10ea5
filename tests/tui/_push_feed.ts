import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import type { Connection, FeedEvent, TraceFeed } from "../../src/views/trace_feed.ts";

/** A feed that a test fills and says the events of. */
export class PushFeed implements TraceFeed {
  readonly title = "session";
  readonly isRecording: boolean;
  readonly connection: Connection;
  readonly progress = undefined;
  readonly traces: TraceStore;
  isReturned = false;
  readonly #events: FeedEvent[] = [];
  #wake: (() => void) | undefined;

  constructor(
    { connection = "live", traces = new TraceStore() }: {
      connection?: Connection;
      traces?: TraceStore;
    } = {},
  ) {
    this.connection = connection;
    this.isRecording = connection !== "live";
    this.traces = traces;
  }

  /** Adds spans and says so. */
  add(spans: Iterable<Span>): void {
    for (const span of spans) this.traces.add(span);
    this.push({ type: "changed" });
  }

  push(event: FeedEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  async *events(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    signal.addEventListener("abort", () => this.#wake?.());
    try {
      while (!signal.aborted) {
        const event = this.#events.shift();
        if (event !== undefined) yield event;
        else await new Promise<void>((wake) => this.#wake = wake);
      }
    } finally {
      this.isReturned = true;
    }
  }

  [Symbol.dispose](): void {}
}
