import type { Span } from "../model/span.ts";
import type { EventPartsScanner } from "../wire/gotrace/scan_event_parts.ts";
import {
  type EventParts,
  eventPartsOf,
  spliceEnd,
  spliceStart,
} from "../wire/gotrace/splice_events.ts";
import { linePartsOf, spanOfLine } from "../wire/span_line/span_line_parts.ts";

/** A span of which something is to be sent. */
export interface HeldSpan {
  /** As it is sent, with the times that it is sent with. */
  span: Span;
  /** Its events of go-trace, where it is told of by events; made when it starts. */
  events?: { readonly start: string; readonly end?: string };
  /** Why it cannot be sent. */
  skipReason?: string;
}

/**
 * The spans of a window, by number. Those that were read from a recording are held as the text they are in
 * and places in it: an object for each of a hundred thousand spans costs more time for collecting garbage
 * than everything else that is done with them.
 */
export class HeldSpans {
  readonly #splicesEvents: boolean;
  /** The text that the line is in; absent for others. */
  readonly #texts: (string | undefined)[] = [];
  readonly #others: (HeldSpan | undefined)[] = [];
  #places = new Int32Array(PLACE_COUNT * FIRST_CAPACITY);
  #byteLengths = new Uint32Array(FIRST_CAPACITY);
  #sequence = new Float64Array(FIRST_CAPACITY);
  #traceHashes = new Uint32Array(FIRST_CAPACITY);
  readonly #free: number[] = [];
  #added = 0;

  /** @param splicesEvents Whether go-trace's events are to be put together of the lines. */
  constructor(splicesEvents: boolean) {
    this.#splicesEvents = splicesEvents;
  }

  /** Takes a span and gives it a number. */
  add(span: Span, byteLength: number): number {
    const id = this.#free.pop() ?? this.#texts.length;
    if (id === this.#sequence.length) this.#grow();
    this.#sequence[id] = this.#added++;
    this.#byteLengths[id] = byteLength;
    this.#traceHashes[id] = textHash(span.traceId, 0, span.traceId.length);
    this.#texts[id] = undefined;
    this.#others[id] = undefined;
    if (!this.#keepParts(id, span)) this.#others[id] = { span };
    return id;
  }

  /** Takes a span from the line that was scanned last. */
  addScanned(text: string, scanner: EventPartsScanner, byteLength: number): number {
    const id = this.#free.pop() ?? this.#texts.length;
    if (id === this.#sequence.length) this.#grow();
    this.#sequence[id] = this.#added++;
    this.#byteLengths[id] = byteLength;
    this.#traceHashes[id] = textHash(text, scanner.traceIdFrom, scanner.traceIdTo - 1);
    this.#texts[id] = text;
    this.#others[id] = undefined;
    this.#keepPlaces(id, scanner);
    return id;
  }

  /** Forgets a span. */
  remove(id: number): void {
    this.#texts[id] = undefined;
    this.#others[id] = undefined;
    this.#free.push(id);
  }

  /** How many came before it. */
  sequence(id: number): number {
    return this.#sequence[id];
  }

  byteLength(id: number): number {
    return this.#byteLengths[id];
  }

  /** A number that all spans of its trace have. */
  traceHash(id: number): number {
    return this.#traceHashes[id];
  }

  /** The span; decoded again if it is held as text. */
  span(id: number): Span {
    const text = this.#texts[id];
    if (text === undefined) return this.#others[id]!.span;
    const at = id * PLACE_COUNT;
    return spanOfLine(text.slice(this.#places[at] - LABEL_LENGTH, this.#places[at + 6])) as Span;
  }

  /** What is kept of a span that is not held as text. */
  other(id: number): HeldSpan | undefined {
    return this.#others[id];
  }

  /** The event that starts a span that is held as text. */
  startLine(id: number, move?: (time: string) => string): string {
    return spliceStart(this.#parts(id), move);
  }

  /** The event that ends a span that is held as text. */
  endLine(id: number, move?: (time: string) => string): string {
    return spliceEnd(this.#parts(id), move);
  }

  #keepParts(id: number, span: Span): boolean {
    if (!this.#splicesEvents) {
      const parts = linePartsOf(span);
      if (parts === undefined) return false;
      const places = this.#places;
      const at = id * PLACE_COUNT;
      this.#texts[id] = parts.text;
      places[at] = parts.from + LABEL_LENGTH;
      places[at + 6] = parts.to;
      return true;
    }
    const parts = eventPartsOf(span);
    // A time that may be moved out of the years 0000 to 9999 is tried.
    if (
      parts === undefined || parts.to - parts.idFrom > LONG_LINE ||
      !isUsualYear(parts.text, parts.startFrom) || !isUsualYear(parts.text, parts.endFrom)
    ) return false;
    this.#texts[id] = parts.text;
    this.#keepPlaces(id, parts);
    return true;
  }

  #keepPlaces(id: number, parts: Omit<EventParts, "text">): void {
    const places = this.#places;
    const at = id * PLACE_COUNT;
    places[at] = parts.idFrom;
    places[at + 1] = parts.traceIdTo;
    places[at + 2] = parts.kindFrom;
    places[at + 3] = parts.startFrom;
    places[at + 4] = parts.startTo;
    places[at + 5] = parts.endFrom;
    places[at + 6] = parts.to;
    places[at + 7] = parts.kind;
  }

  #parts(id: number): EventParts {
    const places = this.#places;
    const at = id * PLACE_COUNT;
    return {
      text: this.#texts[id] as string,
      idFrom: places[at],
      traceIdTo: places[at + 1],
      kindFrom: places[at + 2],
      startFrom: places[at + 3],
      startTo: places[at + 4],
      endFrom: places[at + 5],
      to: places[at + 6],
      kind: places[at + 7],
    };
  }

  #grow(): void {
    const capacity = 2 * this.#sequence.length;
    const places = new Int32Array(PLACE_COUNT * capacity);
    places.set(this.#places);
    this.#places = places;
    const byteLengths = new Uint32Array(capacity);
    byteLengths.set(this.#byteLengths);
    this.#byteLengths = byteLengths;
    const sequence = new Float64Array(capacity);
    sequence.set(this.#sequence);
    this.#sequence = sequence;
    const traceHashes = new Uint32Array(capacity);
    traceHashes.set(this.#traceHashes);
    this.#traceHashes = traceHashes;
  }
}

const FIRST_CAPACITY = 1024;
const PLACE_COUNT = 8;
/** What an event's line has in front of the place where its parts begin in the line of a span. */
const LABEL_LENGTH = '{"'.length;
/** What may be too long for an event is measured as one. */
export const LONG_LINE = 256 * 1024;

/** A number of 32 bits for a part of a text. */
function textHash(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ hash >>> 15;
}

/** Whether a year is one of 1000 to 2999. */
export function isUsualYear(text: string, from: number): boolean {
  const first = text[from];
  return first === "2" || first === "1";
}
