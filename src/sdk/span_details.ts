import type { SpanAttributes, SpanContext } from "./tracer_span.ts";

/** What only spans made through OpenTelemetry or OpenTracing have; others do without the memory. */
export class SpanDetails {
  /** In the order in which they were added, at most {@linkcode MAX_EVENTS}. */
  readonly events: RecordedEvent[] = [];
  /** At most {@linkcode MAX_LINKS}. */
  readonly links: RecordedLink[] = [];
  droppedEventCount = 0;
  droppedLinkCount = 0;
  /** How the operation ended; `undefined` when nobody said. */
  status: { readonly code: "ok" | "error"; readonly message?: string } | undefined;
  /** The library that made the span. */
  scope: { readonly name: string; readonly version?: string } | undefined;
  /** The name that a start event has told already, when the span has another one since. */
  toldName: string | undefined;

  addEvent(event: RecordedEvent): void {
    if (this.events.length < MAX_EVENTS) this.events.push(event);
    else this.droppedEventCount++;
  }

  addLink(link: RecordedLink): void {
    if (this.links.length < MAX_LINKS) this.links.push(link);
    else this.droppedLinkCount++;
  }
}

/** Something that happened at one moment of a span. */
export interface RecordedEvent {
  readonly name: string;
  /** Nanoseconds since the Unix epoch. */
  readonly timeUnixNano: bigint;
  readonly attributes: SpanAttributes;
}

/** A reference to another span. */
export interface RecordedLink extends SpanContext {
  readonly attributes: SpanAttributes;
}

const MAX_EVENTS = 128;
const MAX_LINKS = 128;
