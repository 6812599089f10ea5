import { isUtf8 } from "node:buffer";
import type { Span } from "../model/span.ts";
import type { EventLines } from "../wire/gotrace/event_lines.ts";
import { EventPartsScanner } from "../wire/gotrace/scan_event_parts.ts";
import { decodeSpanLines } from "../wire/span_line/decode_span_line.ts";
import { spanOfLine } from "../wire/span_line/span_line_parts.ts";
import { type HeldSpan, HeldSpans, traceHashOf } from "./_held_spans.ts";
import { PIECE_BYTES } from "./_line_pieces.ts";
import { MomentHeap } from "./_moment_heap.ts";
import { orderByTree } from "./_order_by_tree.ts";
import type { ReplayPiece } from "./_replay_reader.ts";

/** Options of {@linkcode ReplayWindow}. */
export interface ReplayWindowOptions {
  /** Bytes of span lines to hold back before anything is let go. */
  readonly maxBytes: number;
  /**
   * Whether a span is told of twice, when it starts and when it ends; else once, when it ends. A span that
   * never ended is told of when it starts.
   */
  readonly tellsStarts: boolean;
  /** Told of each span whose start was let go after something that happened later. */
  readonly onLateStart?: (sequence: number, span: Span) => void;
}

/** A span that is read too late for its start. */
export interface LateStart {
  /** How many spans are read before it. */
  readonly sequence: number;
  /** Its line in a recording. */
  readonly line: string;
}

/**
 * What a window let go: the start or the end of a span, or the span. Valid until the window takes or lets go
 * of another.
 */
export interface ReplayItem {
  /** How many spans came before this one. */
  readonly sequence: number;
  readonly isEnd: boolean;
  /** Whether nothing comes after it of its span. */
  readonly isLast: boolean;
  /** Bytes of the span's line, about. */
  readonly byteLength: number;
  /** The span; absent when its event of go-trace can be put together of the recorded line. */
  readonly held: HeldSpan | undefined;
  /** A number that all spans of its trace have. */
  readonly traceHash: number;
  /**
   * Adds that event to others.
   *
   * @param move Makes another time of a recorded one.
   */
  writeEvent(target: EventLines, move?: (time: string) => string): void;
}

/**
 * Puts starts and ends of spans in order while they are read, in bounded memory. Files are in the order of
 * the ends, and a start comes before: as long as the window is not full, everything is held back; from then on
 * the earliest is let go. Whatever is read later than something that happened after it is let go at once,
 * and counted.
 *
 * At one moment all starts come before all ends, parents start before their children and end after them.
 * The end of a span whose clock went backwards comes right after its start.
 */
export class ReplayWindow {
  /** Starts and ends that were let go after some that happened later. */
  outOfOrderCount = 0;
  readonly #maxBytes: number;
  readonly #tellsStarts: boolean;
  readonly #spans: HeldSpans;
  /** Twice the number of a span for its start, and one more for its end. */
  readonly #heap: MomentHeap;
  #heldBytes = 0;
  /** Moments are counted from the first span that came, in doubles, which are exact for 104 days. */
  #baseUnixNano: bigint | undefined;
  /** Made with the first span, which is not scanned. */
  #scanner: EventPartsScanner | undefined;
  /** What happened at one moment and is let go next, the first one last. */
  #tied: number[] = [];
  #tiedMoment = 0;
  #lastMoment = -Infinity;
  readonly #taken: TakenItem;
  readonly #onLateStart: ((sequence: number, span: Span) => void) | undefined;
  /** Spans that started before they are read, the next one last. */
  #early: { readonly sequence: number; readonly id: number }[] = [];

  constructor(options: ReplayWindowOptions) {
    this.#onLateStart = options.onLateStart;
    this.#maxBytes = options.maxBytes;
    this.#tellsStarts = options.tellsStarts;
    this.#spans = new HeldSpans(options.tellsStarts);
    this.#heap = new MomentHeap((a, b, moment) => this.#isBefore(a, b, moment));
    this.#taken = new TakenItem(this.#spans);
  }

  /** Whether so much is held back that something has to be let go. */
  get isFull(): boolean {
    return this.#heldBytes >= this.#maxBytes;
  }

  get isEmpty(): boolean {
    return this.#heap.size === 0 && this.#tied.length === 0;
  }

  /** When what is let go next happened, in nanoseconds since some moment; only while there is something. */
  get nextMomentNano(): number {
    return this.#tied.length > 0 ? this.#tiedMoment : this.#heap.firstMoment;
  }

  /** Whether what is let go next is an end; only while there is something. */
  get isNextEnd(): boolean {
    return ((this.#tied.at(-1) ?? this.#heap.firstId) & 1) === 1;
  }

  /** When the latest happened of what was let go. */
  get latestUnixNano(): bigint | undefined {
    return this.#baseUnixNano === undefined || this.#lastMoment === -Infinity
      ? undefined
      : this.#baseUnixNano + BigInt(this.#lastMoment);
  }

  /** When it happened, as a time; only while there is something. */
  get nextUnixNano(): bigint {
    return this.#unixNano(this.#tied.at(-1) ?? this.#heap.firstId);
  }

  /** Takes a span. */
  add(span: Span, byteLength: number): void {
    const early = this.#takeEarly(byteLength);
    const id = early ?? this.#hold(span, byteLength);
    this.#heldBytes += byteLength;
    const start = Number(span.startTimeUnixNano - this.#baseUnixNano!);
    const isEnded = span.endTimeUnixNano !== undefined;
    if (early === undefined && (this.#tellsStarts || !isEnded)) this.#heap.push(start, 2 * id);
    if (!isEnded) {
      if (early !== undefined) this.#heldBytes -= byteLength;
      return;
    }
    const end = Number(span.endTimeUnixNano - this.#baseUnixNano!);
    this.#heap.push(end < start ? start : end, 2 * id + 1);
  }

  /**
   * Takes what is read.
   *
   * @returns How many spans that were.
   */
  addPiece(piece: ReplayPiece): number {
    if ("lines" in piece) return this.addLines(piece.lines);
    for (const span of piece.spans) this.add(span, piece.bytesPerSpan);
    return piece.spans.length;
  }

  /**
   * Takes the starts of spans that are read later.
   *
   * @param starts In the order in which their spans are read.
   */
  addLate(starts: readonly LateStart[]): void {
    for (const { sequence, line } of starts) {
      const text = line.trimEnd();
      const span = spanOfLine(text) ?? decodeSpanLines(text)[0];
      const id = this.#hold(span, 0, sequence);
      this.#heap.push(Number(span.startTimeUnixNano - this.#baseUnixNano!), 2 * id);
      this.#early.push({ sequence, id });
    }
    this.#early.reverse();
  }

  /**
   * Takes the spans of lines that this program wrote, where starts are told of: in less time than as spans.
   *
   * @param lines Whole lines.
   * @returns How many spans that were.
   */
  addLines(lines: Uint8Array): number {
    let count = 0;
    for (let from = 0; from < lines.length;) {
      let to = Math.min(from + PIECE_BYTES, lines.length);
      if (to < lines.length) {
        const lineTo = lines.subarray(from, to).lastIndexOf(LINE_FEED) + 1;
        to = lineTo > 0 ? from + lineTo : lines.indexOf(LINE_FEED, to) + 1 || lines.length;
      }
      const piece = lines.subarray(from, to);
      count += piece.length <= PIECE_BYTES && isUtf8(piece)
        ? this.#addWholeLines(piece)
        : this.#addText(UTF8.decode(piece));
      from = to;
    }
    return count;
  }

  /** Lets the earliest go. */
  take(): ReplayItem {
    if (this.#tied.length === 0) this.#takeTied();
    const tied = this.#tied.pop()!;
    const id = tied >> 1;
    const spans = this.#spans;
    const isEnd = (tied & 1) === 1;
    if (this.#tiedMoment >= this.#lastMoment) this.#lastMoment = this.#tiedMoment;
    else {
      this.outOfOrderCount++;
      if (!isEnd) this.#onLateStart?.(spans.sequence(id), spans.span(id));
    }
    const other = spans.other(id);
    const held = other ?? (this.#tellsStarts ? undefined : { span: spans.span(id) });
    const isLast = isEnd || (held !== undefined && held.span.endTimeUnixNano === undefined);
    const byteLength = spans.byteLength(id);
    this.#taken.set(id, isEnd, isLast, byteLength, held);
    if (isLast) {
      this.#heldBytes -= byteLength;
      spans.remove(id);
    }
    return this.#taken;
  }

  /** Lets everything go at once, and says of how many spans that was. */
  clear(): number {
    const rest = new Set(this.#tied.splice(0).map((id) => id >> 1));
    while (this.#heap.size > 0) rest.add(this.#heap.pop() >> 1);
    for (const id of rest) this.#spans.remove(id);
    this.#heldBytes = 0;
    // What has not been read has not been counted.
    for (const { id } of this.#early.splice(0)) rest.delete(id);
    return rest.size;
  }

  /** Holds a span, and gives it a number. */
  #hold(span: Span, byteLength: number, sequence?: number): number {
    const base = this.#baseUnixNano ??= span.startTimeUnixNano;
    this.#scanner ??= new EventPartsScanner(base);
    return this.#spans.add(span, byteLength, this.#scanner, sequence);
  }

  /** The number of the span that is read now, if it started before. */
  #takeEarly(byteLength: number): number | undefined {
    if (this.#early.length === 0) return undefined;
    const { sequence, id } = this.#early.at(-1)!;
    if (sequence !== this.#spans.nextSequence) return undefined;
    this.#early.pop();
    this.#spans.meet(id, byteLength);
    return id;
  }

  #addWholeLines(lines: Uint8Array): number {
    const spans = this.#spans;
    const piece = spans.copyLines(lines);
    const view = spans.viewOf(piece);
    let count = 0;
    for (let from = 0; from < lines.length;) {
      const scanner = this.#scanner;
      if (scanner?.scan(view, from, lines.length)) {
        const { startNano, endNano, to } = scanner;
        const early = this.#takeEarly(to - from);
        const id = early ?? spans.addScanned(piece, scanner);
        this.#heldBytes += to - from;
        if (early === undefined) this.#heap.push(startNano, 2 * id);
        this.#heap.push(endNano < startNano ? startNano : endNano, 2 * id + 1);
        count++;
        from = to + 1;
      } else {
        const to = lines.indexOf(LINE_FEED, from) + 1 || lines.length;
        count += this.#addText(UTF8.decode(lines.subarray(from, to)));
        from = to;
      }
    }
    spans.settle(piece);
    return count;
  }

  #addText(text: string): number {
    let count = 0;
    for (const line of text.split("\n")) {
      if (line === "") continue;
      for (const span of decodeSpanLines(line)) {
        this.add(span, line.length);
        count++;
      }
    }
    return count;
  }

  #takeTied(): void {
    const heap = this.#heap;
    const moment = this.#tiedMoment = heap.firstMoment;
    const first = heap.pop();
    if (heap.size === 0 || heap.firstMoment !== moment) {
      this.#tied.push(first);
      return;
    }
    const isSame = (): boolean =>
      heap.size > 0 && heap.firstMoment === moment && ((heap.firstId ^ first) & 1) === 0 &&
      (isExact(moment) || this.#unixNano(heap.firstId) === this.#unixNano(first));
    const tied = [first];
    while (isSame()) tied.push(heap.pop());
    // Mostly they are of different traces, which is seen without decoding them.
    const ordered = tied.length > 1 && this.#haveCommonTrace(tied)
      ? orderByTree(
        tied.map((id) => ({ id, span: this.#spans.span(id >> 1) })),
        (first & 1) === 1,
      ).map(({ id }) => id)
      : tied;
    this.#tied = ordered.reverse();
  }

  #haveCommonTrace(tied: readonly number[]): boolean {
    const hashes = new Set<number>();
    for (const id of tied) hashes.add(this.#spans.traceHash(id >> 1));
    return hashes.size < tied.length;
  }

  /** Decides at one moment. */
  #isBefore(a: number, b: number, moment: number): boolean {
    if (!isExact(moment)) {
      const difference = this.#unixNano(a) - this.#unixNano(b);
      if (difference !== 0n) return difference < 0n;
    }
    const isEnd = (a & 1) === 1;
    if (isEnd !== ((b & 1) === 1)) return !isEnd;
    const difference = this.#spans.sequence(a >> 1) - this.#spans.sequence(b >> 1);
    // Recordings are written in the order of the ends, so parents mostly come after their children.
    return isEnd ? difference < 0 : difference > 0;
  }

  #unixNano(id: number): bigint {
    const { startTimeUnixNano: start, endTimeUnixNano: end } = this.#spans.span(id >> 1);
    return (id & 1) === 0 || end === undefined || end < start ? start : end;
  }
}

function isExact(moment: number): boolean {
  return moment <= Number.MAX_SAFE_INTEGER && moment >= -Number.MAX_SAFE_INTEGER;
}

/** One object for all that is let go: it is looked at before the next is. */
class TakenItem implements ReplayItem {
  isEnd = false;
  isLast = false;
  byteLength = 0;
  held: HeldSpan | undefined;
  readonly #spans: HeldSpans;
  #id = 0;

  constructor(spans: HeldSpans) {
    this.#spans = spans;
  }

  set(
    id: number,
    isEnd: boolean,
    isLast: boolean,
    byteLength: number,
    held: HeldSpan | undefined,
  ): void {
    this.#id = id;
    this.isEnd = isEnd;
    this.isLast = isLast;
    this.byteLength = byteLength;
    this.held = held;
  }

  get sequence(): number {
    return this.#spans.sequence(this.#id);
  }

  get traceHash(): number {
    return this.held === undefined
      ? this.#spans.traceHash(this.#id)
      : traceHashOf(this.held.span.traceId);
  }

  writeEvent(target: EventLines, move?: (time: string) => string): void {
    this.#spans.writeEvent(this.#id, this.isEnd, target, move);
  }
}

const LINE_FEED = 0x0a;
const UTF8 = new TextDecoder();
