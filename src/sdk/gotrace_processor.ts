import { encodeText } from "../transport/encode_text.ts";
import { EventSender, type EventSenderCounters } from "../transport/event_sender.ts";
import type { EventSenderOptions } from "../transport/event_sender.ts";
import type { Transport } from "../transport/transport.ts";
import { formatEndEvent, formatStartEvent } from "./gotrace_events.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanProcessor } from "./span_processor.ts";

/** Sends spans in go-trace's protocol: one line when a span starts, one when it ends. */
export class GoTraceProcessor implements SpanProcessor {
  readonly #sender: EventSender<RecordingSpan>;

  /** @param transport Where the lines go; closed with this processor. */
  constructor(transport: Transport, options: EventSenderOptions = {}) {
    this.#sender = new EventSender(transport, encodeText(formatNextEvent), options);
  }

  get counters(): EventSenderCounters {
    return this.#sender.counters;
  }

  onStart(span: RecordingSpan): void {
    // Before it is recorded, because it may be formatted at once.
    span.processorState = START_QUEUED;
    if (!this.#sender.record(span, span.startMs)) span.processorState = START_LOST;
  }

  onEnd(span: RecordingSpan): void {
    // An end whose start was lost says nothing to a collector.
    if (span.processorState === START_LOST) this.#sender.skip();
    else this.#sender.recordEnd(span, span.endMs);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#sender.flush(timeoutMs);
  }

  close(timeoutMs: number): Promise<void> {
    return this.#sender.close(timeoutMs);
  }
}

/** A span is queued once for its start and once for its end; the first time it comes out is the start. */
function formatNextEvent(span: RecordingSpan): string {
  if (span.processorState !== START_QUEUED) return formatEndEvent(span);
  span.processorState = START_FORMATTED;
  if (span.details !== undefined) span.details.toldName = span.name;
  return formatStartEvent(span);
}

const START_LOST = 0;
const START_QUEUED = 1;
const START_FORMATTED = 2;
