import type { Span } from "../model/span.ts";
import type { EventLines, EventPlaces } from "../wire/gotrace/event_lines.ts";
import type { EventPartsScanner } from "../wire/gotrace/scan_event_parts.ts";
import { linePartsOf, spanOfLine } from "../wire/span_line/span_line_parts.ts";
import { LinePieces, PIECE_BYTES } from "./_line_pieces.ts";

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
 * The spans of a window, by number. Those that were read from a recording are held as the bytes of their
 * lines and places in them: an object for each of a hundred thousand spans costs more time for collecting
 * garbage than everything else that is done with them.
 */
export class HeldSpans {
  readonly #splicesEvents: boolean;
  readonly #pieces = new LinePieces();
  readonly #others: (HeldSpan | undefined)[] = [];
  #places = new Int32Array(PLACE_COUNT * FIRST_CAPACITY);
  #byteLengths = new Uint32Array(FIRST_CAPACITY);
  #sequence = new Float64Array(FIRST_CAPACITY);
  readonly #free: number[] = [];
  #added = 0;
  /** The piece that single lines are added to. */
  #openPiece = NO_PIECE;
  #openLength = 0;
  /** Bytes of lines that are held. */
  #lineBytes = 0;
  /** One object for all events that are written. */
  readonly #placesRead = {
    view: new DataView(new ArrayBuffer(0)) as DataView,
    from: 0,
    traceIdTo: 0,
    kindFrom: 0,
    startFrom: 0,
    startTo: 0,
    endFrom: 0,
    endTo: 0,
    to: 0,
    kind: 0,
  };

  /** @param splicesEvents Whether go-trace's events are to be put together of the lines. */
  constructor(splicesEvents: boolean) {
    this.#splicesEvents = splicesEvents;
  }

  /**
   * Takes a span and gives it a number.
   *
   * @param scanner For the line that it was read from, if there is one.
   * @param sequence How many come before it, if it is not the next.
   */
  add(
    span: Span,
    byteLength: number,
    scanner: EventPartsScanner,
    sequence: number = this.#added++,
  ): number {
    const id = this.#newId(byteLength, sequence);
    if (!this.#keepLine(id, span, scanner)) this.#others[id] = { span };
    return id;
  }

  /**
   * Copies whole lines into a piece, to add the spans in it. It stays until `settle` is called.
   *
   * @param lines At most as much as a piece holds.
   * @returns The number of the piece.
   */
  copyLines(lines: Uint8Array): number {
    const number = this.#takePiece();
    this.#pieces.at(number).bytes.set(lines);
    return number;
  }

  /** The bytes of a piece. */
  viewOf(piece: number): DataView {
    return this.#pieces.at(piece).view;
  }

  /** Takes a span from the line in a piece that was scanned last. */
  addScanned(piece: number, scanner: EventPartsScanner): number {
    const id = this.#newId(scanner.to - scanner.from, this.#added++);
    this.#keepPlaces(id, piece, scanner);
    return id;
  }

  /** Says that a piece is filled: it is used again once no span in it is held. */
  settle(piece: number): void {
    this.#pieces.release(piece);
  }

  /** Forgets a span; it can be written until the next one is added. */
  remove(id: number): void {
    const at = id * PLACE_COUNT;
    const piece = this.#places[at];
    if (piece >= 0) {
      this.#places[at + IS_HELD] = 0;
      this.#lineBytes -= this.#places[at + TO] - this.#places[at + FROM];
      this.#pieces.release(piece);
    } else this.#others[id] = undefined;
    this.#free.push(id);
  }

  /** How many came before the next one. */
  get nextSequence(): number {
    return this.#added;
  }

  /** Says that the span that comes next is one that is held already. */
  meet(id: number, byteLength: number): void {
    this.#added++;
    this.#byteLengths[id] = byteLength;
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
    const other = this.other(id);
    if (other !== undefined) return traceHashOf(other.span.traceId);
    const places = this.#places;
    const at = id * PLACE_COUNT;
    const { bytes } = this.#pieces.at(places[at]);
    return hashOf(bytes, places[at + TRACE_ID_FROM], places[at + TRACE_ID_TO] - 1);
  }

  /** The span; decoded again if it is held as bytes. */
  span(id: number): Span {
    const at = id * PLACE_COUNT;
    const piece = this.#places[at];
    if (piece < 0) return this.#others[id]!.span;
    const line = this.#pieces.at(piece).bytes.subarray(
      this.#places[at + FROM],
      this.#places[at + TO],
    );
    return spanOfLine(DECODER.decode(line)) as Span;
  }

  /** What is kept of a span that is not held as bytes. */
  other(id: number): HeldSpan | undefined {
    return this.#places[id * PLACE_COUNT] < 0 ? this.#others[id] : undefined;
  }

  /**
   * Adds the start or the end event of a span that is held as bytes to others.
   *
   * @param move Makes another time of the recorded one.
   */
  writeEvent(
    id: number,
    isEnd: boolean,
    target: EventLines,
    move?: (time: string) => string,
  ): void {
    const places = this.#readPlaces(id);
    if (isEnd) target.addEnd(places, move);
    else target.addStart(places, move);
  }

  #newId(byteLength: number, sequence: number): number {
    const id = this.#free.pop() ?? this.#others.push(undefined) - 1;
    if (id === this.#sequence.length) this.#grow();
    this.#sequence[id] = sequence;
    this.#byteLengths[id] = byteLength;
    this.#places[id * PLACE_COUNT] = NO_PIECE;
    return id;
  }

  /** Keeps the bytes of the line that a span was read from, if they are all that is needed. */
  #keepLine(id: number, span: Span, scanner: EventPartsScanner): boolean {
    const parts = linePartsOf(span);
    if (parts === undefined) return false;
    const { text, from, to } = parts;
    const most = (to - from) * 3 + 1;
    if (most > PIECE_BYTES) return false;
    if (this.#openPiece < 0 || this.#openLength + most > PIECE_BYTES) {
      if (this.#openPiece >= 0) this.#pieces.release(this.#openPiece);
      this.#openPiece = this.#takePiece();
      this.#openLength = 0;
    }
    const { bytes, view } = this.#pieces.at(this.#openPiece);
    const lineFrom = this.#openLength;
    const { written } = UTF8.encodeInto(text.slice(from, to), bytes.subarray(lineFrom));
    const lineTo = lineFrom + written;
    bytes[lineTo] = LINE_FEED;
    if (!this.#splicesEvents) {
      this.#places[id * PLACE_COUNT + FROM] = lineFrom;
      this.#places[id * PLACE_COUNT + TO] = lineTo;
      this.#hold(id, this.#openPiece);
    } else {
      if (!scanner.scan(view, lineFrom, lineTo + 1)) return false;
      this.#keepPlaces(id, this.#openPiece, scanner);
    }
    this.#openLength = lineTo + 1;
    return true;
  }

  #keepPlaces(id: number, piece: number, scanner: EventPartsScanner): void {
    const places = this.#places;
    const at = id * PLACE_COUNT;
    places[at + FROM] = scanner.from;
    places[at + TRACE_ID_FROM] = scanner.traceIdFrom;
    places[at + TRACE_ID_TO] = scanner.traceIdTo;
    places[at + KIND_FROM] = scanner.kindFrom;
    places[at + START_FROM] = scanner.startFrom;
    places[at + START_TO] = scanner.startTo;
    places[at + END_FROM] = scanner.endFrom;
    places[at + END_TO] = scanner.endTo;
    places[at + TO] = scanner.to;
    places[at + KIND] = scanner.kind;
    this.#hold(id, piece);
  }

  #hold(id: number, piece: number): void {
    const at = id * PLACE_COUNT;
    this.#places[at] = piece;
    this.#places[at + IS_HELD] = 1;
    this.#lineBytes += this.#places[at + TO] - this.#places[at + FROM];
    this.#pieces.hold(piece);
  }

  #readPlaces(id: number): EventPlaces {
    const places = this.#places;
    const at = id * PLACE_COUNT;
    const read = this.#placesRead;
    read.view = this.#pieces.at(places[at]).view;
    read.from = places[at + FROM];
    read.traceIdTo = places[at + TRACE_ID_TO];
    read.kindFrom = places[at + KIND_FROM];
    read.startFrom = places[at + START_FROM];
    read.startTo = places[at + START_TO];
    read.endFrom = places[at + END_FROM];
    read.endTo = places[at + END_TO];
    read.to = places[at + TO];
    read.kind = places[at + KIND];
    return read;
  }

  /** An empty piece. Lines that stay long would keep whole pieces in memory: they are moved together. */
  #takePiece(): number {
    const most = SPARSE_PIECES + 2 * this.#lineBytes / PIECE_BYTES;
    if (this.#pieces.usedCount > most) this.#moveTogether();
    return this.#pieces.take();
  }

  #moveTogether(): void {
    const pieces = this.#pieces;
    const places = this.#places;
    let target = pieces.take();
    let length = 0;
    for (let id = 0; id < this.#others.length; id++) {
      const at = id * PLACE_COUNT;
      const source = places[at];
      if (source < 0 || places[at + IS_HELD] === 0) continue;
      const from = places[at + FROM];
      const lineLength = places[at + TO] + 1 - from;
      if (length + lineLength > PIECE_BYTES) {
        pieces.release(target);
        target = pieces.take();
        length = 0;
      }
      pieces.at(target).bytes.set(
        pieces.at(source).bytes.subarray(from, from + lineLength),
        length,
      );
      for (let place = FROM; place <= TO; place++) places[at + place] += length - from;
      places[at] = target;
      pieces.hold(target);
      pieces.release(source);
      length += lineLength;
    }
    pieces.release(target);
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
  }
}

/** A number that stands for a trace, however its spans are held. */
export function traceHashOf(traceId: string): number {
  return hashOf(UTF8.encode(traceId));
}

/** A number of 32 bits for some bytes. */
function hashOf(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return (hash ^ hash >>> 15) >>> 0;
}

const FIRST_CAPACITY = 1024;
const NO_PIECE = -1;
/** So many pieces may have little in them. */
const SPARSE_PIECES = 32;
/** What there is of each span: the number of its piece, places in there, and what else it needs. */
const FROM = 1;
const TRACE_ID_FROM = 2;
const TRACE_ID_TO = 3;
const KIND_FROM = 4;
const START_FROM = 5;
const START_TO = 6;
const END_FROM = 7;
const END_TO = 8;
const TO = 9;
const KIND = 10;
const IS_HELD = 11;
const PLACE_COUNT = 12;
const LINE_FEED = 0x0a;
const UTF8 = new TextEncoder();
const DECODER = new TextDecoder();
