import { readLiveSpans } from "../broadcast/live_client.ts";
import { connectUnix } from "../runtime/connect_unix.ts";
import { decodeSpanLines } from "../wire/span_line/decode_span_line.ts";
import { fromModelSpan, type Span } from "./span.ts";

/** Connects to a view server, go-trace's or ours, and receives completed spans. */
export class ViewClient {
  /** Path of the view server's socket. */
  readonly socketPath: string;
  /** Lines that were no spans. */
  malformedLineCount = 0;
  /** Spans that the server had to skip because this client was too slow. */
  skippedSpanCount = 0;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /**
   * Calls `onSpan` for each completed span until the server ends the stream or the signal is aborted.
   *
   * @throws {Error} When nobody listens at the path, and what `onSpan` throws.
   */
  async run(onSpan: (traceId: string, span: Span) => void, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const connection = await connectUnix(this.socketPath);
    const close = (): void => connection.close();
    signal?.addEventListener("abort", close, { once: true });
    try {
      for await (const message of readLiveSpans(connection)) {
        if (message.type === "skipped") this.skippedSpanCount += message.spanCount;
        if (message.type === "spans") this.#deliver(message.lines, onSpan);
      }
    } finally {
      signal?.removeEventListener("abort", close);
      connection.close();
    }
  }

  #deliver(lines: readonly string[], onSpan: (traceId: string, span: Span) => void): void {
    for (const line of lines) {
      let spans;
      try {
        spans = decodeSpanLines(line);
      } catch {
        this.malformedLineCount++;
        continue;
      }
      for (const span of spans) {
        if (span.state !== "running") onSpan(span.traceId, fromModelSpan(span));
      }
    }
  }
}
