import type { EventSender, EventSenderCounters } from "../transport/event_sender.ts";
import { formatEndEvent, formatStartEvent } from "./gotrace_events.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanProcessor } from "./span_processor.ts";

/** Sends spans in go-trace's protocol: one line when a span starts, one when it ends. */
export class GoTraceProcessor implements SpanProcessor {
  readonly #sender: EventSender;

  constructor(sender: EventSender) {
    this.#sender = sender;
  }

  get counters(): EventSenderCounters {
    return this.#sender.counters;
  }

  onStart(span: RecordingSpan): void {
    this.#sender.record(formatStartEvent(span), span.startMs);
  }

  onEnd(span: RecordingSpan): void {
    this.#sender.record(formatEndEvent(span), span.endMs);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#sender.flush(timeoutMs);
  }

  close(timeoutMs: number): Promise<void> {
    return this.#sender.close(timeoutMs);
  }
}
