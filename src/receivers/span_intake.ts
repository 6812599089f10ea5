import { addWaitingEvents } from "../assemble/add_waiting_events.ts";
import { LineBuffer } from "../assemble/line_buffer.ts";
import { RunningSpans } from "../assemble/running_spans.ts";
import { TraceCounter } from "../assemble/trace_counter.ts";
import { WaitingEvents } from "../assemble/waiting_events.ts";
import { type Counters, countReason, createCounters } from "../model/counters.ts";
import type { SpanConsumer } from "../model/span_batch.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { InvalidUtf8Error } from "../wire/protobuf/protobuf_reader.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import type { TranscodeResult } from "../wire/span_line/transcode_result.ts";

/** Options of {@linkcode SpanIntake}. */
export interface SpanIntakeOptions {
  /** Where the spans go, as span lines, once they have ended or were given up. */
  onSpans: SpanConsumer;
  /**
   * How long a span may wait for others to be handed over with, and for its events: programs send their
   * last spans and log records within milliseconds, in either order. @default 100
   */
  flushIntervalMs?: number;
  /** Spans that run at once, see {@linkcode RunningSpans}. @default 50,000 */
  maxRunningSpans?: number;
  /** Bytes of their lines. @default 32 MiB */
  maxRunningBytes?: number;
  /** Events that wait for their spans, see {@linkcode WaitingEvents}. @default 50,000 */
  maxEvents?: number;
  /** Counts the traces; shared with whoever takes spans of the same traces. @default one of its own */
  traces?: TraceCounter;
}

/**
 * Takes the spans of protocols that send whole spans and hands them over in batches: what the receivers
 * of OTLP and Zipkin feed, which may share one. Each span is counted once, whatever becomes of it; a
 * message that cannot be read counts as one.
 */
export class SpanIntake {
  /** The spans that were sent without an end and may still get one. */
  readonly running: RunningSpans;
  /** Events that wait for their spans to be handed over. */
  readonly events: WaitingEvents;
  readonly #counters: Counters = createCounters();
  readonly #traces: TraceCounter;
  readonly #lines: LineBuffer;
  readonly #sink: TakenLines;
  readonly #flushIntervalMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SpanIntakeOptions) {
    const { onSpans, maxRunningSpans: maxSpans, maxRunningBytes: maxBytes } = options;
    const handOver: SpanConsumer = (batch) => onSpans(addWaitingEvents(batch, this.events));
    this.#traces = options.traces ?? new TraceCounter();
    this.events = new WaitingEvents(options);
    this.running = new RunningSpans({ onSpans: handOver, maxSpans, maxBytes });
    this.#lines = new LineBuffer(handOver);
    this.#sink = new TakenLines(this.#lines, this.running, this.#traces);
    this.#flushIntervalMs = options.flushIntervalMs ?? 100;
  }

  /** What became of everything so far. */
  get counters(): Readonly<Counters> {
    this.#counters.traces = this.#traces.count;
    this.#counters.unfinished = this.running.unfinishedCount;
    return this.#counters;
  }

  /**
   * Takes the spans of one message.
   *
   * @param transcode Reads the message, writes the spans to the sink, and says what became of them.
   * @throws {DecodeError} When the message as a whole is bad; it has been counted.
   */
  take(transcode: (sink: SpanLineSink) => TranscodeResult): TranscodeResult {
    let result: TranscodeResult;
    try {
      result = transcode(this.#sink);
    } catch (error) {
      if (error instanceof DecodeError) {
        this.reject(error instanceof InvalidUtf8Error ? "invalid_utf8" : "malformed");
      }
      throw error;
    }
    const counters = this.#counters;
    counters.received += result.accepted;
    counters.accepted += result.accepted;
    counters.spans += result.accepted - result.unfinished;
    for (const reason in result.rejected) this.reject(reason, result.rejected[reason]);
    if (result.accepted > 0) {
      this.#timer ??= setTimeout(() => this.flush(), this.#flushIntervalMs);
    }
    return result;
  }

  /** Counts messages that were not taken for what they are. */
  reject(reason: string, count = 1): void {
    this.#counters.received += count;
    countReason(this.#counters.rejected, reason, count);
  }

  /** Counts messages that may have been good but could not be taken. */
  drop(reason: string, count = 1): void {
    this.#counters.received += count;
    countReason(this.#counters.dropped, reason, count);
  }

  /** Hands over what is waiting. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lines.flush();
  }

  /** Hands over everything, the spans that still run as unfinished. */
  close(): void {
    this.flush();
    this.running.abandon();
    this.events.abandon();
  }
}

/** Sees each line on its way: running spans leave it, and traces are counted. */
class TakenLines implements SpanLineSink {
  bytes: Uint8Array;
  readonly #lines: LineBuffer;
  readonly #running: RunningSpans;
  readonly #traces: TraceCounter;
  #from = 0;

  constructor(lines: LineBuffer, running: RunningSpans, traces: TraceCounter) {
    this.bytes = lines.bytes;
    this.#lines = lines;
    this.#running = running;
    this.#traces = traces;
  }

  reserve(length: number): number {
    this.#from = this.#lines.reserve(length);
    this.bytes = this.#lines.bytes;
    return this.#from;
  }

  commit(to: number, isUnfinished = false): void {
    this.#countTrace();
    // The place of a running line is taken by the next one: it is recorded when it is over.
    if (isUnfinished) return this.#running.start(this.bytes.subarray(this.#from, to));
    if (this.#running.size > 0) this.#running.end(this.bytes.subarray(this.#from, to));
    this.#lines.commit(to);
  }

  /** Lines begin with `{"id":"…","trace_id":"…"`, and ids here are digits and letters. */
  #countTrace(): void {
    const bytes = this.bytes;
    const idEnd = bytes.indexOf(QUOTE, this.#from + ID_OFFSET);
    const from = idEnd + TRACE_ID_OFFSET;
    const end = bytes.indexOf(QUOTE, from);
    // As the scanner of go-trace's events does it: a trace may come both ways.
    let hash = FNV_OFFSET_BASIS;
    let hash2 = 0;
    for (let at = from; at < end; at++) {
      hash = Math.imul(hash ^ bytes[at], FNV_PRIME);
      hash2 = Math.imul(hash2, 31) + bytes[at] | 0;
    }
    this.#traces.add(hash, hash2);
  }
}

const QUOTE = 0x22;
const ID_OFFSET = '{"id":"'.length;
const TRACE_ID_OFFSET = '","trace_id":"'.length;
/** The 32-bit parameters of http://www.isthe.com/chongo/tech/comp/fnv/ */
const FNV_OFFSET_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
