import type { RecordingSpan } from "../recording_span.ts";
import type {
  Exception,
  Link,
  OpenTelemetryAttributes,
  OpenTelemetryAttributeValue,
  OpenTelemetrySpan,
  OpenTelemetrySpanContext,
  OpenTelemetryStatus,
  TimeInput,
} from "./api.ts";
import {
  convertAttributes,
  convertException,
  convertStatus,
  convertTime,
  convertValue,
  isTimeInput,
} from "./convert.ts";
import { fromSpanContext, toSpanContext } from "./span_context.ts";

/** A span of this SDK with OpenTelemetry's methods. */
export class BridgeSpan implements OpenTelemetrySpan {
  /** The span behind it. */
  readonly span: RecordingSpan;
  #context: OpenTelemetrySpanContext | undefined;

  constructor(span: RecordingSpan) {
    this.span = span;
  }

  spanContext(): OpenTelemetrySpanContext {
    return this.#context ??= toSpanContext(this.span);
  }

  setAttribute(key: string, value: OpenTelemetryAttributeValue): this {
    this.span.setAttribute(key, convertValue(value));
    return this;
  }

  setAttributes(attributes: OpenTelemetryAttributes): this {
    this.span.setAttributes(convertAttributes(attributes));
    return this;
  }

  addEvent(
    name: string,
    attributesOrStartTime?: OpenTelemetryAttributes | TimeInput,
    startTime?: TimeInput,
  ): this {
    const isTime = isTimeInput(attributesOrStartTime);
    this.span.addEvent(
      name,
      isTime ? {} : convertAttributes(attributesOrStartTime as OpenTelemetryAttributes),
      convertTime(isTime ? attributesOrStartTime : startTime),
    );
    return this;
  }

  addLink(link: Link): this {
    const context = link?.context && fromSpanContext(link.context);
    if (context) this.span.addLink(context, convertAttributes(link.attributes));
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: OpenTelemetryStatus): this {
    const converted = convertStatus(status);
    if (converted !== undefined) this.span.setStatus(converted.code, converted.message);
    return this;
  }

  updateName(name: string): this {
    this.span.updateName(name);
    return this;
  }

  end(endTime?: TimeInput): void {
    this.span.end(convertTime(endTime));
  }

  isRecording(): boolean {
    return this.span.isRecording;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.span.addEvent("exception", convertException(exception), convertTime(time));
  }
}
