import { asciiLabel, copyWords, SLACK_BYTES, writeLabel } from "./_words.ts";

export { SLACK_BYTES };

/** Where the parts of a span's events stand in the bytes of its recorded line; see `EventPartsScanner`. */
export interface EventPlaces {
  readonly view: DataView;
  readonly from: number;
  readonly traceIdTo: number;
  readonly kindFrom: number;
  readonly kind: number;
  readonly startFrom: number;
  readonly startTo: number;
  readonly endFrom: number;
  readonly endTo: number;
  readonly to: number;
}

/**
 * Lines of go-trace's events that are put together in bytes, of the lines of a recording: this takes a
 * third of the time of putting texts together and encoding them.
 */
export class EventLines {
  /** How many bytes there are. */
  length = 0;
  #buffer: Uint8Array;
  #view: DataView;

  /** @param buffer Where the lines are written, as long as they have room there. */
  constructor(buffer: Uint8Array) {
    this.#buffer = buffer;
    this.#view = viewOf(buffer);
  }

  /** What is written to. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  /** The lines; valid until more are added. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  /** Adds lines that exist as text. */
  addText(lines: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    this.#reserve(lines.length * 3);
    this.length = this.#writeText(this.length, lines);
  }

  /**
   * Adds the line of the event that starts a span.
   *
   * @param move Makes another time of the recorded one.
   */
  addStart(places: EventPlaces, move?: (time: string) => string): void {
    const { view: source, from, kindFrom, kind, startFrom, startTo, to } = places;
    this.#reserve(to - from + ADDED_BYTES);
    const view = this.#view;
    let at = writeLabel(view, this.length, START);
    at = copyWords(view, at, source, from + 2, kindFrom);
    view.setUint8(at++, DIGIT_0 + kind);
    at = writeLabel(view, at, TIME);
    at = move === undefined
      ? copyWords(view, at, source, startFrom, startTo)
      : this.#writeText(at, move(textOf(source, startFrom, startTo)));
    this.length = writeLabel(view, at, START_END);
  }

  /** Adds the line of the event that ends a span, like `addStart`. */
  addEnd(places: EventPlaces, move?: (time: string) => string): void {
    const { view: source, from, traceIdTo, endFrom, endTo, to } = places;
    this.#reserve(to - from + ADDED_BYTES);
    const view = this.#view;
    let at = writeLabel(view, this.length, END);
    at = copyWords(view, at, source, from + 2, traceIdTo);
    at = writeLabel(view, at, END_NAME);
    let restFrom = endFrom;
    if (move !== undefined) {
      at = this.#writeText(at, move(textOf(source, endFrom, endTo)));
      restFrom = endTo;
    }
    // The attributes, if there are any, follow the time in the line as in the event.
    at = to - restFrom > LONG_COPY
      ? this.#copyLong(at, source, restFrom, to)
      : copyWords(view, at, source, restFrom, to);
    view.setUint8(at++, LINE_FEED);
    this.length = at;
  }

  #copyLong(at: number, source: DataView, from: number, to: number): number {
    this.#buffer.set(new Uint8Array(source.buffer, source.byteOffset + from, to - from), at);
    return at + to - from;
  }

  #writeText(at: number, text: string): number {
    return at + UTF8.encodeInto(text, this.#buffer.subarray(at)).written;
  }

  #reserve(byteLength: number): void {
    const needed = this.length + byteLength + SLACK_BYTES;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, needed));
    larger.set(this.#buffer.subarray(0, this.length));
    this.#buffer = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(view: DataView, from: number, to: number): string {
  return DECODER.decode(new Uint8Array(view.buffer, view.byteOffset + from, to - from));
}

const UTF8 = new TextEncoder();
const DECODER = new TextDecoder();
// A line begins with {"id":" and an event with {"type":0,"span_id":".
const START = asciiLabel('{"type":0,"span_');
const TIME = asciiLabel(',"time":"');
const START_END = asciiLabel('"}\n');
const END = asciiLabel('{"type":1,"span_');
const END_NAME = asciiLabel(',"name":"","kind":0,"time":"');
/** More than an event is longer than the line of its span, and a time than the recorded one. */
const ADDED_BYTES = 128;
/** From this many bytes on, a call into the runtime is faster. */
const LONG_COPY = 256;
const DIGIT_0 = 0x30;
const LINE_FEED = 0x0a;
