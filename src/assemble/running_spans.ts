import { changeSpan } from "../model/change_span.ts";
import type { SpanConsumer } from "../model/span_batch.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";

/** Options of {@linkcode RunningSpans}. */
export interface RunningSpansOptions {
  /** Gets the lines of spans that were given up. */
  onSpans: SpanConsumer;
  /** Spans that run at once; the oldest beyond it is given up as unfinished. @default 50,000 */
  maxSpans?: number;
  /** Bytes of their lines. @default 32 MiB */
  maxBytes?: number;
}

/**
 * Spans of protocols that tell of a running span by its whole line: without an end at first, and again
 * with one when it is over. They are shown to viewers while they run and recorded when they have ended,
 * or as unfinished when nobody ended them.
 */
export class RunningSpans {
  /** Spans given up without an end so far. */
  unfinishedCount = 0;
  /** Lines by the ids in them, oldest first. */
  readonly #lines = new Map<string, Uint8Array>();
  readonly #started = new Set<string>();
  readonly #onSpans: SpanConsumer;
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(options: RunningSpansOptions) {
    this.#onSpans = options.onSpans;
    this.#maxSpans = options.maxSpans ?? 50_000;
    this.#maxBytes = options.maxBytes ?? 32 * 1024 * 1024;
  }

  /** How many run. */
  get size(): number {
    return this.#lines.size;
  }

  /**
   * Takes the line of a running span, in place of an earlier one of the same span.
   *
   * @param line One span line as `encodeSpanLine` writes it, of a running span.
   */
  start(line: Uint8Array): void {
    const key = keyOf(line);
    this.#remove(key);
    this.#lines.set(key, line.slice());
    this.#bytes += line.length;
    this.#started.add(key);
    while (this.#lines.size > this.#maxSpans || this.#bytes > this.#maxBytes) this.#giveUpOldest();
  }

  /** Forgets a span whose ended line has come. */
  end(line: Uint8Array): void {
    if (this.#lines.size > 0) this.#remove(keyOf(line));
  }

  /** Hands the lines of all running spans to a consumer that has just arrived. */
  forEachOpen(consumer: SpanConsumer): void {
    for (const line of this.#lines.values()) consumer({ lines: line, spanCount: 1 });
  }

  /** Hands over the lines that came since this or `skipStarted` was last called. */
  forEachStarted(consumer: SpanConsumer): void {
    for (const key of this.#started) {
      const line = this.#lines.get(key);
      if (line !== undefined) consumer({ lines: line, spanCount: 1 });
    }
    this.#started.clear();
  }

  /** Lets `forEachStarted` begin with the next line that comes. */
  skipStarted(): void {
    this.#started.clear();
  }

  /** Gives up all spans: their lines are handed over as unfinished. */
  abandon(): void {
    while (this.#lines.size > 0) this.#giveUpOldest();
  }

  #giveUpOldest(): void {
    for (const [key, line] of this.#lines) {
      this.#remove(key);
      this.unfinishedCount++;
      this.#onSpans({ lines: asUnfinished(line), spanCount: 1, unfinishedCount: 1 });
      return;
    }
  }

  #remove(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    this.#lines.delete(key);
    this.#started.delete(key);
    this.#bytes -= line.length;
  }
}

/** The ids of a line in the form in which they stand at its beginning: `{"id":"…","trace_id":"…"`. */
function keyOf(line: Uint8Array): string {
  const text = UTF8.decode(line.subarray(0, MAX_IDS_BYTES));
  return KEY.exec(text)?.[0] ?? text;
}

function asUnfinished(line: Uint8Array): Uint8Array {
  const span = decodeSpanLine(UTF8.decode(line));
  return ENCODER.encode(encodeSpanLine(changeSpan(span, { state: "unfinished" })));
}

const UTF8 = new TextDecoder();
const ENCODER = new TextEncoder();
const KEY = /^\{"id":"(?:[^"\\]|\\.)*","trace_id":"(?:[^"\\]|\\.)*"/;
const MAX_IDS_BYTES = 4096;
