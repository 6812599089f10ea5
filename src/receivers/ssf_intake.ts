import { TraceCounter } from "../assemble/trace_counter.ts";
import { type Counters, countReason, createCounters } from "../model/counters.ts";
import type { SpanConsumer } from "../model/span_batch.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { InvalidUtf8Error } from "../wire/protobuf/protobuf_reader.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { decodeSsfSpan } from "../wire/ssf/decode_ssf_span.ts";
import { normalizeSsfSpan } from "../wire/ssf/normalize_ssf_span.ts";
import { ssfSpanToSpan } from "../wire/ssf/ssf_model.ts";
import type { SsfSpan } from "../wire/ssf/ssf_span.ts";

/** Options of {@linkcode SsfIntake}. */
export interface SsfIntakeOptions {
  /** Where the spans go, as span lines. */
  onSpans: SpanConsumer;
  /** How long a span may wait for others to be handed over with, in milliseconds. @default 20 */
  flushIntervalMs?: number;
  /** The longest span line that is handed over, in bytes: no reader takes more. @default 16 MiB */
  maxLineBytes?: number;
}

/** Why a span was not taken. */
export type SsfRejection =
  | "malformed"
  | "invalid_utf8"
  | "too_long"
  | "not_a_trace_span"
  | "bad_frame"
  | "truncated";

/** Why a message was lost: `socket_full` is the kernel's buffer for datagrams. */
export type SsfDrop = "socket_full";

/**
 * Makes span lines of SSF messages and hands them over in batches: what all receivers of SSF feed.
 * Each message is counted once, whatever becomes of it.
 */
export class SsfIntake {
  readonly #counters: Counters = createCounters();
  readonly #traces = new TraceCounter();
  readonly #onSpans: SpanConsumer;
  readonly #flushIntervalMs: number;
  readonly #maxLineBytes: number;
  /** Lines that wait to be handed over together. */
  #lines = "";
  #lineCount = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SsfIntakeOptions) {
    this.#onSpans = options.onSpans;
    this.#flushIntervalMs = options.flushIntervalMs ?? 20;
    this.#maxLineBytes = options.maxLineBytes ?? 16 * 1024 * 1024;
  }

  /** What became of everything so far. A message is one SSF span, or what was to be one. */
  get counters(): Readonly<Counters> {
    this.#counters.traces = this.#traces.count;
    return this.#counters;
  }

  /** Takes one message: an SSFSpan without a frame around it. */
  ingest(body: Uint8Array): void {
    let span: SsfSpan;
    try {
      span = normalizeSsfSpan(decodeSsfSpan(body));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.reject(error instanceof InvalidUtf8Error ? "invalid_utf8" : "malformed");
    }
    const converted = ssfSpanToSpan(span);
    if (converted === undefined) return this.reject("not_a_trace_span");
    if (!this.#write(encodeSpanLine(converted))) return this.reject("too_long");
    this.#counters.received++;
    this.#counters.accepted++;
    this.#counters.spans++;
    const low = Number(BigInt.asIntN(32, span.traceId));
    const high = Number(BigInt.asIntN(32, span.traceId >> 32n));
    this.#traces.add(low ^ Math.imul(high, HASH_FACTOR), high);
  }

  /** Counts a message that was not taken. */
  reject(reason: SsfRejection): void {
    this.#counters.received++;
    countReason(this.#counters.rejected, reason);
  }

  /** Counts messages that were lost before they could be looked at. */
  drop(reason: SsfDrop, count: number): void {
    this.#counters.received += count;
    countReason(this.#counters.dropped, reason, count);
  }

  /** Hands over what is waiting. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lineCount === 0) return;
    const batch = { lines: UTF8.encode(this.#lines), spanCount: this.#lineCount };
    this.#lines = "";
    this.#lineCount = 0;
    this.#onSpans(batch);
  }

  /** Returns whether the line could be taken. */
  #write(line: string): boolean {
    if (line.length * MAX_BYTES_PER_CHARACTER > this.#maxLineBytes) {
      if (UTF8.encode(line).length > this.#maxLineBytes) return false;
    }
    this.#lines += line;
    this.#lineCount++;
    if (this.#lines.length >= MAX_WAITING_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#flushIntervalMs);
    return true;
  }
}

const UTF8 = new TextEncoder();
const MAX_BYTES_PER_CHARACTER = 3;
/** Characters that are handed over without waiting for the timer. */
const MAX_WAITING_LENGTH = 64 * 1024;
/** 2³² divided by the golden ratio: spreads ids that only differ in their upper half. */
const HASH_FACTOR = 0x9e3779b1;
