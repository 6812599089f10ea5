import type { TraceList } from "../assemble/trace_list.ts";
import type { Connection, FeedEvent, TraceFeed } from "../views/trace_feed.ts";
import type { WebSource } from "./web_source.ts";

/** A feed that remembers what it has told of its source: whoever comes later is shown that, too. */
export class ObservedFeed implements TraceFeed, WebSource {
  readonly title: string;
  readonly isRecording: boolean;
  connection: Connection;
  problem: string | undefined;
  skippedSpanCount = 0;
  readonly notices: string[] = [];
  readonly #feed: TraceFeed;

  constructor(feed: TraceFeed) {
    this.title = feed.title;
    this.isRecording = feed.isRecording;
    this.connection = feed.connection;
    this.#feed = feed;
  }

  get traces(): TraceList {
    return this.#feed.traces;
  }

  get progress(): number | undefined {
    return this.#feed.progress;
  }

  get pause(): TraceFeed["pause"] {
    return this.#feed.pause?.bind(this.#feed);
  }

  get waitingSpanCount(): number {
    return this.#feed.waitingSpanCount ?? 0;
  }

  async *events(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    for await (const event of this.#feed.events(signal)) {
      this.#observe(event);
      yield event;
    }
  }

  [Symbol.dispose](): void {
    this.#feed[Symbol.dispose]();
  }

  #observe(event: FeedEvent): void {
    switch (event.type) {
      case "connection":
        this.connection = event.connection;
        if (event.connection === "failed") this.problem = event.text;
        break;
      case "skipped":
        this.skippedSpanCount += event.spanCount;
        break;
      case "notice":
        if (this.notices.length < MAX_NOTICES) this.notices.push(event.text);
        break;
    }
  }
}

/** A source that has more to say says always the same. */
const MAX_NOTICES = 100;
