import {
  EventSender,
  type EventSenderCounters,
  type EventSenderOptions,
} from "../transport/event_sender.ts";
import type { MessageEncoder } from "../transport/message_encoder.ts";
import type { Transport } from "../transport/transport.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanProcessor } from "./span_processor.ts";

/** Sends spans once they have ended, in a protocol that knows no others. Its counters count spans. */
export class FinishedSpanProcessor implements SpanProcessor {
  readonly #sender: EventSender<RecordingSpan>;

  constructor(
    transport: Transport,
    encoder: MessageEncoder<RecordingSpan>,
    options: EventSenderOptions = {},
  ) {
    this.#sender = new EventSender(transport, encoder, options);
  }

  get counters(): EventSenderCounters {
    return this.#sender.counters;
  }

  onStart(): void {}

  onEnd(span: RecordingSpan): void {
    this.#sender.recordEnd(span, span.endMs);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#sender.flush(timeoutMs);
  }

  close(timeoutMs: number): Promise<void> {
    return this.#sender.close(timeoutMs);
  }
}
