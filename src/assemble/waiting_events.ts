import { countReason } from "../model/counters.ts";
import type { SpanEvent } from "../model/span.ts";

/** Options of {@linkcode WaitingEvents}. */
export interface WaitingEventsOptions {
  /** Events that wait at once; beyond it those of the span that has waited longest go. @default 50,000 */
  maxEvents?: number;
  /** Memory for them in bytes, as far as it can be told. @default 32 MiB */
  maxBytes?: number;
}

/**
 * Events that came apart from their spans, such as log records of OTLP: they wait until the span is
 * about to be recorded and go with it, see `addWaitingEvents`. A span that has been recorded is not recorded again, so what
 * comes later than its span, or without one, waits until it is given up.
 */
export class WaitingEvents {
  /** Events that went with their spans, as who took them says. */
  attachedCount = 0;
  /** Events given up, by reason: `no_span` came; their span's line would have been `too_long`. */
  readonly dropped: Record<string, number> = {};
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  /** By span, in order of the first event. */
  readonly #bySpan = new Map<string, { readonly events: SpanEvent[]; bytes: number }>();
  #eventCount = 0;
  #bytes = 0;

  constructor(options: WaitingEventsOptions = {}) {
    this.#maxEvents = options.maxEvents ?? 50_000;
    this.#maxBytes = options.maxBytes ?? 32 * 1024 * 1024;
  }

  /** How many wait. */
  get size(): number {
    return this.#eventCount;
  }

  /** Lets an event wait for its span. */
  add(traceId: string, spanId: string, event: SpanEvent): void {
    const key = keyOf(traceId, spanId);
    let waiting = this.#bySpan.get(key);
    if (waiting === undefined) this.#bySpan.set(key, waiting = { events: [], bytes: 0 });
    const bytes = sizeOf(event);
    waiting.events.push(event);
    waiting.bytes += bytes;
    this.#bytes += bytes;
    this.#eventCount++;
    while (this.#eventCount > this.#maxEvents || this.#bytes > this.#maxBytes) this.#giveUpOldest();
  }

  /** The events of a span, which wait no longer; `undefined` when there are none. */
  take(traceId: string, spanId: string): readonly SpanEvent[] | undefined {
    return this.#eventCount === 0 ? undefined : this.#remove(keyOf(traceId, spanId));
  }

  /** Gives up all that wait. */
  abandon(): void {
    while (this.#eventCount > 0) this.#giveUpOldest();
  }

  #giveUpOldest(): void {
    for (const key of this.#bySpan.keys()) {
      countReason(this.dropped, "no_span", this.#remove(key)?.length);
      return;
    }
  }

  #remove(key: string): SpanEvent[] | undefined {
    const waiting = this.#bySpan.get(key);
    if (waiting === undefined) return undefined;
    this.#bySpan.delete(key);
    this.#eventCount -= waiting.events.length;
    this.#bytes -= waiting.bytes;
    return waiting.events;
  }
}

function keyOf(traceId: string, spanId: string): string {
  return `${traceId} ${spanId}`;
}

/** About the memory of an event: its text, and what the objects around it cost. */
function sizeOf(event: SpanEvent): number {
  const attributes = JSON.stringify(
    event.attributes,
    (_key, value) =>
      typeof value === "bigint" ? 0 : value instanceof Uint8Array ? value.length : value,
  );
  return EVENT_BYTES + 2 * (event.name.length + attributes.length);
}

const EVENT_BYTES = 200;
