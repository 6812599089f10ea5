import { Buffer } from "node:buffer";
import type { Span } from "../model/span.ts";
import type { EncodedMessage } from "../transport/message_encoder.ts";
import { createSpanEncoder } from "../transport/span_encoder.ts";
import type { Target } from "../transport/target.ts";
import { EventLines } from "../wire/gotrace/event_lines.ts";
import { gotraceEvents } from "../wire/gotrace/span_events.ts";
import type { HeldSpan } from "./_held_spans.ts";
import type { ReplayTally } from "./_replay_tally.ts";
import type { ReplayItem } from "./replay_window.ts";

/** What became of a message: taken, but for as many as were refused; rejected; or lost. */
export type Delivery =
  | { readonly status: "taken"; readonly refusedCount: number; readonly message?: string }
  | { readonly status: "rejected"; readonly reason: string; readonly message?: string }
  | { readonly status: "lost"; readonly reason: string; readonly message?: undefined };

/** What is sent together. */
export interface ReplayBatch {
  readonly isEmpty: boolean;
  readonly isFull: boolean;
  /**
   * Adds the start or the end of a span, or the whole span.
   *
   * @param move Makes another time of a recorded one, for events that are put together of recorded lines.
   */
  add(item: ReplayItem, move?: (time: string) => string): void;
  /** Makes the messages. Called once, after the last `add`. */
  encode(): EncodedMessage[];
  /** Counts what became of a message. */
  settle(message: EncodedMessage, delivery: Delivery): void;
}

/** How spans are told of in a protocol. */
export interface ReplayForm {
  /** Whether starts are told of when they happen. */
  readonly tellsStarts: boolean;
  /** Makes ready what is needed to tell of a span; sets its `skipReason` when it cannot be sent. */
  prepare(held: HeldSpan): void;
  createBatch(): ReplayBatch;
}

/** The form of a target's protocol. */
export function createReplayForm(target: Target, tally: ReplayTally): ReplayForm {
  return target.protocol === "gotrace" ? eventForm(tally) : spanForm(target, tally);
}

function eventForm(tally: ReplayTally): ReplayForm {
  const shared: EventBatchState = { lost: new Map(), buffers: [] };
  return {
    tellsStarts: true,
    prepare(held): void {
      const { start, end } = gotraceEvents(held.span, tally);
      if (isTooLong(start) || (end !== undefined && isTooLong(end))) held.skipReason = "too_long";
      else held.events = { start, end };
    },
    createBatch: () => new EventBatch(tally, shared),
  };
}

/** What the batches of a replay share. */
interface EventBatchState {
  /** Spans whose start did not arrive, or may not have, by their sequence number, and why. */
  readonly lost: Map<number, string>;
  /** Buffers for messages, which nobody uses now. */
  readonly buffers: Uint8Array[];
}

/** Events of go-trace; one message. */
class EventBatch implements ReplayBatch {
  readonly #tally: ReplayTally;
  readonly #shared: EventBatchState;
  readonly #lines: EventLines;
  /** Twice the sequence number of the span of each event, and one more for the last event of a span. */
  readonly #events: number[] = [];
  /** How many are the last of their span. */
  #lastCount = 0;

  constructor(tally: ReplayTally, shared: EventBatchState) {
    this.#tally = tally;
    this.#shared = shared;
    this.#lines = new EventLines(shared.buffers.pop() ?? new Uint8Array(BUFFER_BYTES));
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  get isFull(): boolean {
    return this.#lines.length >= FULL_BYTES;
  }

  add(item: ReplayItem, move?: (time: string) => string): void {
    const { isEnd, isLast, held } = item;
    if (held === undefined) item.writeEvent(this.#lines, move);
    else this.#lines.addText(isEnd ? held.events!.end! : held.events!.start);
    this.#events.push(item.sequence * 2 + (isLast ? 1 : 0));
    if (isLast) this.#lastCount++;
  }

  encode(): EncodedMessage[] {
    return [{ bytes: this.#lines.bytes, count: this.#events.length }];
  }

  settle(_message: EncodedMessage, delivery: Delivery): void {
    const { buffer } = this.#lines;
    const { lost, buffers } = this.#shared;
    if (buffer.length === BUFFER_BYTES) buffers.push(buffer);
    const reason = delivery.status === "taken" ? undefined : delivery.reason;
    if (reason === undefined) {
      this.#tally.sentEventCount += this.#events.length;
      if (lost.size === 0) {
        this.#tally.sentSpanCount += this.#lastCount;
        return;
      }
    }
    for (const event of this.#events) {
      const sequence = Math.floor(event / 2);
      const lostReason = lost.get(sequence) ?? reason;
      if (event % 2 === 0) {
        if (lostReason !== undefined) lost.set(sequence, lostReason);
        continue;
      }
      if (lostReason === undefined) this.#tally.sentSpanCount++;
      else this.#tally.lose(lostReason);
      lost.delete(sequence);
    }
  }
}

function spanForm(target: Target, tally: ReplayTally): ReplayForm {
  const encoder = createSpanEncoder(target, tally);
  return {
    tellsStarts: false,
    prepare(): void {},
    createBatch: () => new WholeSpanBatch(encoder, tally),
  };
}

/** Whole spans, in as many messages as their protocol makes of them. */
class WholeSpanBatch implements ReplayBatch {
  readonly #encoder: ReturnType<typeof createSpanEncoder>;
  readonly #tally: ReplayTally;
  readonly #spans: Span[] = [];
  #byteLength = 0;

  constructor(encoder: ReturnType<typeof createSpanEncoder>, tally: ReplayTally) {
    this.#encoder = encoder;
    this.#tally = tally;
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  get isFull(): boolean {
    return this.#spans.length >= MESSAGE_SPANS || this.#byteLength >= MESSAGE_BYTES;
  }

  add({ held, byteLength }: ReplayItem): void {
    this.#spans.push(held!.span);
    this.#byteLength += byteLength;
  }

  encode(): EncodedMessage[] {
    const messages = this.#encoder.encode(
      this.#spans,
      (reason, count) => this.#tally.lose(reason, count),
    );
    if (!this.#encoder.isJoinable || messages.length < 2) return messages;
    return [{
      bytes: Buffer.concat(messages.map(({ bytes }) => bytes)),
      count: messages.reduce((sum, { count }) => sum + count, 0),
    }];
  }

  settle({ count }: EncodedMessage, delivery: Delivery): void {
    const { message } = delivery;
    if (delivery.status === "taken") {
      const refusedCount = Math.min(delivery.refusedCount, count);
      this.#tally.sentSpanCount += count - refusedCount;
      this.#tally.reject("refused", refusedCount, message);
    } else if (delivery.status === "rejected") {
      this.#tally.reject(delivery.reason, count, message);
    } else this.#tally.lose(delivery.reason, count);
  }
}

function isTooLong(line: string): boolean {
  const limit = MAX_LINE_BYTES + 1;
  return line.length * 3 > limit && Buffer.byteLength(line) > limit;
}

/** Longer lines are not taken by collectors; the line end is not counted. */
const MAX_LINE_BYTES = 1024 * 1024;
/** What is written at once: larger makes sending no faster, and stopping slower. */
const FULL_BYTES = 128 * 1024;
/** With room for the line that makes it full, unless that is very long. */
const BUFFER_BYTES = 4 * FULL_BYTES;
/** As many as exporters of OpenTelemetry send at once; receivers have bounds on the size of messages. */
const MESSAGE_SPANS = 512;
const MESSAGE_BYTES = 1024 * 1024;
