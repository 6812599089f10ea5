import { type Counters, countReason, createCounters } from "../model/counters.ts";
import type { SpanConsumer } from "../model/span_batch.ts";
import { GOTRACE_KINDS } from "../model/span_kind.ts";
import { isUtf8 } from "node:buffer";
import { EventScanner } from "../wire/gotrace/event_scanner.ts";
import { formatEvent, parseEvent } from "../wire/gotrace/event.ts";
import { LineBuffer } from "./line_buffer.ts";
import { ID_PREFIX, OpenSpanLog } from "./open_span_log.ts";
import { TraceCounter } from "./trace_counter.ts";

/** Options of {@linkcode EventAssembler}. */
export interface EventAssemblerOptions {
  /** Takes the spans that got their end, and those given up without one. */
  onSpans: SpanConsumer;
  /** Spans open at once; beyond it the oldest is given up as unfinished. @default 250,000 */
  maxOpenSpans?: number;
  /** Memory for open spans in bytes; beyond it the oldest is given up as unfinished. @default 64 MiB */
  maxOpenBytes?: number;
  /** Counts the traces; shared with whoever takes spans of the same traces. @default one of its own */
  traces?: TraceCounter;
}

/**
 * Pairs the starts and ends of go-trace's protocol into spans.
 *
 * One span's way: `ingest` finds its start's fields in the bytes and writes the line that a recording
 * will hold, up to the start time, into the {@linkcode OpenSpanLog}. Its end finds that line by trace
 * id and span id, copies it to the output, and adds end time, attributes and line end. No span
 * becomes an object here: parsing each event into one and pairing objects does less than half the
 * spans a second (see bench/).
 */
export class EventAssembler {
  readonly #counters: Counters = createCounters();
  readonly #scanner = new EventScanner();
  readonly #open: OpenSpanLog;
  readonly #traces: TraceCounter;
  readonly #spans: LineBuffer;
  readonly #maxOpenSpans: number;

  constructor(options: EventAssemblerOptions) {
    this.#maxOpenSpans = options.maxOpenSpans ?? 250_000;
    this.#open = new OpenSpanLog(options.maxOpenBytes ?? 64 * 1024 * 1024);
    this.#traces = options.traces ?? new TraceCounter();
    this.#spans = new LineBuffer(options.onSpans);
  }

  /** What became of the event lines so far. */
  get counters(): Readonly<Counters> {
    this.#counters.traces = this.#traces.count;
    return this.#counters;
  }

  /** Spans that have started and not ended. */
  get openCount(): number {
    return this.#open.openCount;
  }

  /**
   * Takes the whole lines in `bytes[from, to)`.
   *
   * @param bytes Bytes of one connection. `bytes[to]` is overwritten for the time of the call.
   * @param connection Number of the connection, to tell its open spans when it closes.
   * @returns Offset of the first byte that was not taken: the start of a line without its end.
   */
  ingest(bytes: Uint8Array, from: number, to: number, connection: number): number {
    // A line end that is no line end: whatever was read before must not complete a line that is cut.
    const sentinel = bytes[to];
    bytes[to] = 0;
    let at = from;
    while (at < to) {
      const end = this.#scanner.scan(bytes, at);
      if (end >= 0 && bytes[end] === LINE_FEED) {
        this.#counters.received++;
        if (this.#scanner.hasNonAscii && !isUtf8(bytes.subarray(at, end))) {
          countReason(this.#counters.rejected, "invalid_utf8");
        } else {
          this.#pair(bytes, connection);
        }
        at = end + 1;
        continue;
      }
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      if (lineEnd < 0 || lineEnd >= to) break;
      this.ingestLine(bytes, at, lineEnd, connection);
      at = lineEnd + 1;
    }
    bytes[to] = sentinel;
    return at;
  }

  /** Takes one line without its line end, of any legal shape. Empty lines are no messages. */
  ingestLine(bytes: Uint8Array, from: number, to: number, connection: number): void {
    if (isBlank(bytes, from, to)) return;
    this.#counters.received++;
    let text: string;
    try {
      text = utf8.decode(bytes.subarray(from, to));
    } catch {
      return countReason(this.#counters.rejected, "invalid_utf8");
    }
    let line: Uint8Array;
    try {
      line = encoder.encode(formatEvent(parseEvent(text)));
    } catch {
      return countReason(this.#counters.rejected, "malformed");
    }
    // Ids are written in one way now, so escapes in them cannot hide that two are equal.
    if (this.#scanner.scan(line, 0, true) < 0) {
      return countReason(this.#counters.rejected, "malformed");
    }
    this.#pair(line, connection);
  }

  /** Counts a line that was longer than the connection allows and was skipped. */
  rejectTooLong(): void {
    this.#counters.received++;
    countReason(this.#counters.rejected, "too_long");
  }

  /** Hands over what has been assembled since the last flush. Call it after each read. */
  flush(): void {
    this.#spans.flush();
  }

  /**
   * Gives up the open spans for which `isLost` holds, or all of them: they are handed over as
   * unfinished.
   */
  abandon(isLost: (connection: number) => boolean = () => true): void {
    let entry = this.#open.oldest();
    while (entry >= 0) {
      const next = this.#open.next(entry);
      if (isLost(this.#open.connection(entry))) this.#giveUp(entry);
      entry = next;
    }
    this.flush();
  }

  /** Hands the lines of all open spans (`"running":true`) to a consumer that has just arrived. */
  forEachOpen(consumer: SpanConsumer): void {
    this.#writeOpenLines(this.#open.oldest(), consumer);
  }

  /**
   * Hands over the lines (`"running":true`) of the spans that have started since this or
   * `skipStarted` was last called and are still open. A span that is over by then costs nothing:
   * telling of each start at once made watching a busy session cost a fifth of its rate.
   */
  forEachStarted(consumer: SpanConsumer): void {
    this.#writeOpenLines(this.#open.firstUnmarked(), consumer);
    this.#open.markAll();
  }

  /** Lets `forEachStarted` begin with the next span that starts. */
  skipStarted(): void {
    this.#open.markAll();
  }

  #writeOpenLines(first: number, consumer: SpanConsumer): void {
    const lines = new LineBuffer(consumer);
    for (let entry = first; entry >= 0; entry = this.#open.next(entry)) {
      this.#writeOpenLine(lines, entry, RUNNING);
    }
    lines.flush();
  }

  /** Pairs the event that the scanner has just found in `bytes`. */
  #pair(bytes: Uint8Array, connection: number): void {
    const { hash, traceIdFrom, traceIdTo, spanIdFrom, spanIdTo, isEnd } = this.#scanner;
    const entry = this.#open.find(hash, bytes, traceIdFrom, traceIdTo, spanIdFrom, spanIdTo);
    if (isEnd) {
      if (entry < 0) return countReason(this.#counters.rejected, "orphan_end");
      this.#end(bytes, entry);
    } else {
      if (entry >= 0) return countReason(this.#counters.rejected, "duplicate_start");
      if (!this.#start(bytes, connection)) return countReason(this.#counters.dropped, "open_limit");
    }
    this.#counters.accepted++;
  }

  /** Opens a span; false when it alone is larger than all the memory for open spans. */
  #start(bytes: Uint8Array, connection: number): boolean {
    const scanner = this.#scanner;
    const open = this.#open;
    if (open.openCount >= this.#maxOpenSpans) this.#giveUp(open.oldest());
    // The event's own fields, each at most once, and less punctuation than it had.
    const length = scanner.timeTo - scanner.spanIdFrom + START_OVERHEAD + scanner.attrsTo -
      scanner.attrsFrom;
    let at = open.reserve(length);
    while (at < 0) {
      if (open.openCount === 0) return false;
      this.#giveUp(open.oldest());
      at = open.reserve(length);
    }
    const target = open.bytes;
    at = copyBytes(target, at, ID, 0, ID.length);
    // From the span id to the name, events and recorded lines have the same fields in the same form.
    const traceIdAt = at + scanner.traceIdFrom - scanner.spanIdFrom;
    at = copyBytes(target, at, bytes, scanner.spanIdFrom, scanner.kindFrom);
    at = writeKind(target, at, bytes, scanner.kindFrom, scanner.kindTo);
    at = copyBytes(target, at, START_TIME, 0, START_TIME.length);
    // With the quote that follows it.
    const lineTo = at = copyBytes(target, at, bytes, scanner.timeFrom, scanner.timeTo + 1);
    at = copyBytes(target, at, bytes, scanner.attrsFrom, scanner.attrsTo);
    open.append(
      scanner.hash,
      scanner.spanIdTo - scanner.spanIdFrom,
      traceIdAt,
      scanner.traceIdTo - scanner.traceIdFrom,
      lineTo,
      at,
      connection,
    );
    this.#traces.add(scanner.traceHash, scanner.traceHash2);
    return true;
  }

  #end(bytes: Uint8Array, entry: number): void {
    const { timeFrom, timeTo, to } = this.#scanner;
    const open = this.#open;
    const lineFrom = open.lineFrom(entry);
    const lineTo = open.lineTo(entry);
    const hasStartAttrs = open.attrsTo(entry) > lineTo;
    const attrs = hasStartAttrs ? this.#allAttributes(bytes, entry) : undefined;
    const lines = this.#spans;
    let at = lines.reserve(
      lineTo - lineFrom + to - timeFrom + (attrs?.length ?? 0) + END_OVERHEAD,
    );
    const target = lines.bytes;
    at = copyBytes(target, at, open.bytes, lineFrom, lineTo);
    at = copyBytes(target, at, END_TIME, 0, END_TIME.length);
    if (attrs === undefined) {
      // From the time to the last brace, events and recorded lines have the same fields in the same form.
      at = copyBytes(target, at, bytes, timeFrom, to);
      target[at++] = LINE_FEED;
    } else {
      at = copyBytes(target, at, bytes, timeFrom, timeTo + 1);
      at = copyBytes(target, at, ATTRS, 0, ATTRS.length);
      at = copyBytes(target, at, attrs, 0, attrs.length);
      at = copyBytes(target, at, LINE_END, 0, LINE_END.length);
    }
    lines.commit(at);
    open.remove(entry);
    this.#counters.spans++;
  }

  /** The attributes of an open span's start and of the end that the scanner has just found. */
  #allAttributes(bytes: Uint8Array, entry: number): Uint8Array {
    const { attrsFrom, attrsTo } = this.#scanner;
    const start = this.#open.bytes.subarray(this.#open.lineTo(entry), this.#open.attrsTo(entry));
    return attrsTo > attrsFrom ? mergeAttributes(start, bytes.subarray(attrsFrom, attrsTo)) : start;
  }

  #giveUp(entry: number): void {
    this.#writeOpenLine(this.#spans, entry, UNFINISHED);
    this.#open.remove(entry);
    this.#counters.unfinished++;
  }

  /** Writes the line of a span without an end. */
  #writeOpenLine(lines: LineBuffer, entry: number, state: Uint8Array): void {
    const open = this.#open;
    const lineTo = open.lineTo(entry);
    const attrsTo = open.attrsTo(entry);
    let at = lines.reserve(attrsTo - open.lineFrom(entry) + END_OVERHEAD);
    at = copyBytes(lines.bytes, at, open.bytes, open.lineFrom(entry), lineTo);
    if (attrsTo > lineTo) {
      at = copyBytes(lines.bytes, at, ATTRS, 0, ATTRS.length);
      at = copyBytes(lines.bytes, at, open.bytes, lineTo, attrsTo);
    }
    lines.commit(copyBytes(lines.bytes, at, state, 0, state.length), state === UNFINISHED);
  }
}

const LINE_FEED = 0x0a;
const DIGIT_0 = 0x30;
const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// The pieces of a recorded line that are not in an event.
const ID = encoder.encode(ID_PREFIX);
const START_TIME = encoder.encode(',"start_time":"');
const END_TIME = encoder.encode(',"end_time":"');
const ATTRS = encoder.encode(',"attrs":');
const LINE_END = encoder.encode("}\n");
const RUNNING = encoder.encode(',"running":true}\n');
const UNFINISHED = encoder.encode(',"unfinished":true}\n');
const KIND_WORDS = GOTRACE_KINDS.map((word) => encoder.encode(JSON.stringify(word)));
/** More than all the pieces that a start's line adds to its event. */
const START_OVERHEAD = 128;
/** More than all the pieces that an end adds to its start's line. */
const END_OVERHEAD = 64;

/** Copies `source[from, to)` to `target[at…)`; returns the offset one past the copy. */
function copyBytes(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  to: number,
): number {
  const length = to - from;
  if (length > LONG_COPY) {
    target.set(source.subarray(from, to), at);
    return at + length;
  }
  for (; from < to; from++) target[at++] = source[from];
  return at;
}

/** Below this many bytes a loop beats the call into the runtime and its view (measured on V8 15). */
const LONG_COPY = 48;

function writeKind(
  target: Uint8Array,
  at: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  const word = to - from === 1 ? KIND_WORDS[bytes[from] - DIGIT_0] : undefined;
  return word === undefined
    ? copyBytes(target, at, bytes, from, to)
    : copyBytes(target, at, word, 0, word.length);
}

/** The JSON of two JSON objects put together; where both have a key, the end's value counts. */
function mergeAttributes(start: Uint8Array, end: Uint8Array): Uint8Array {
  const merged = Object.assign(
    Object.create(null),
    JSON.parse(utf8.decode(start)),
    JSON.parse(utf8.decode(end)),
  );
  return encoder.encode(JSON.stringify(merged));
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  while (from < to && (bytes[from] === 0x20 || bytes[from] === 0x0d || bytes[from] === 0x09)) {
    from++;
  }
  return from >= to;
}
