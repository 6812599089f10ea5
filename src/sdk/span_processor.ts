import type { EventSenderCounters } from "../transport/event_sender.ts";
import type { RecordingSpan, SpanEndListener } from "./recording_span.ts";

/**
 * What a tracer tells about its spans. One implementation for each protocol: the tracer knows nothing of
 * formats and sockets. Nothing here throws or rejects.
 */
export interface SpanProcessor extends SpanEndListener {
  /** A span has started. */
  onStart(span: RecordingSpan): void;
  /** A span has ended; nothing of it changes any more. */
  onEnd(span: RecordingSpan): void;
  /** What became of everything so far. */
  readonly counters: EventSenderCounters;
  /** Sends what waits; answers whether nothing waits any more. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Sends what waits and lets go of everything. */
  close(timeoutMs: number): Promise<void>;
}
