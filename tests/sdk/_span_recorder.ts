import type { RecordingSpan } from "../../src/sdk/recording_span.ts";
import type { SpanProcessor } from "../../src/sdk/span_processor.ts";
import { createTracer, type Tracer } from "../../src/sdk/tracer.ts";

/** Keeps what a tracer tells, in the order in which spans started and ended. */
export class SpanRecorder implements SpanProcessor {
  readonly started: RecordingSpan[] = [];
  readonly ended: RecordingSpan[] = [];
  readonly counters = { recorded: 0, sent: 0, queued: 0, dropped: {} };
  readonly tracer: Tracer = createTracer({ processor: this });

  onStart(span: RecordingSpan): void {
    this.started.push(span);
  }

  onEnd(span: RecordingSpan): void {
    this.ended.push(span);
  }

  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Ended spans as `[name, kind, attributes]`. */
  get summary(): [string, string | number, Record<string, unknown>][] {
    return this.ended.map((span) => [span.name, span.kind, attributesOf(span)]);
  }
}

/** A span's attributes as an object. */
export function attributesOf(span: RecordingSpan): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (let index = 0; index < span.attributeList.length; index += 2) {
    attributes[String(span.attributeList[index])] = span.attributeList[index + 1];
  }
  return attributes;
}
