import { TraceStore } from "../assemble/trace_store.ts";
import type { ApiConnection } from "../web/api.ts";
import type { WebSource } from "../web/web_source.ts";
import type { SpanSource } from "./span_source.ts";

/** A source of spans as the browser view shows it, while it is read. */
export class WebFeed implements WebSource {
  readonly title: string;
  readonly isRecording: boolean;
  readonly traces: TraceStore = new TraceStore({ maxSpansPerTrace: 1_000_000 });
  connection: ApiConnection;
  problem: string | undefined;
  progress: number | undefined;
  skippedSpanCount = 0;
  readonly notices: string[] = [];
  readonly #source: SpanSource;

  constructor(source: SpanSource) {
    this.title = source.title;
    this.isRecording = !source.isLive;
    this.connection = source.isLive ? "live" : "loading";
    this.#source = source;
  }

  /** Reads the source to its end. Never rejects: what went wrong is in `problem`. */
  async read(signal: AbortSignal): Promise<void> {
    try {
      for await (const message of this.#source.read(signal)) {
        if (message.type === "skipped") this.skippedSpanCount += message.spanCount;
        if (message.type === "notice") this.notices.push(message.text);
        if (message.type !== "spans") continue;
        for (const span of message.spans) this.traces.add(span);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      this.connection = this.#source.isLive ? "ended" : "end_of_file";
    } catch (error) {
      this.connection = "failed";
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }
}
