import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import { eventMoment, orderEvents } from "./_event_order.ts";
import { EventStore } from "./_event_store.ts";
import { gotraceEvents } from "../wire/gotrace/span_events.ts";
import { spanHash } from "./_span_hash.ts";
import { renameSpan } from "./rename_span.ts";

/** A moment in a recording: absolute, or counted from the first start in it. */
export type ReplayMoment = { readonly unixNano: bigint } | { readonly sinceFirstNano: bigint };

/** Options of {@linkcode planReplay}. */
export interface ReplayPlanOptions {
  /** Gives all spans new ids made with this salt, see {@linkcode renameSpan}. */
  readonly newIdSalt?: string;
  /** Leaves out spans that start before this. */
  readonly from?: ReplayMoment;
  /** Leaves out spans that start at this or later. */
  readonly until?: ReplayMoment;
  /** Longest event line in bytes, line end not counted; spans beyond are left out. @default 1_048_576 */
  readonly maxLineBytes?: number;
}

/**
 * Everything that is to be sent, in order: the events of go-trace that tell of a recording's spans
 * as they happened. A plan is used for one replay.
 */
export class ReplayPlan {
  /** Starts to send; every span has one. */
  readonly spanCount: number;
  /** Starts and ends to send. */
  readonly eventCount: number;
  /** Spans with something go-trace's events cannot carry, by what it is. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Spans with something that is sent in another form, by what it is. */
  readonly changed: Readonly<Record<string, number>>;
  /** Spans left out, by reason: `too_long`, `time_out_of_range`. */
  readonly skipped: Readonly<Record<string, number>>;
  /** The moment of the first event; 0 when there is none. */
  readonly firstUnixNano: bigint;
  /** From the first event to the last. */
  readonly durationNano: bigint;
  readonly #store: EventStore;
  readonly #order: Uint32Array;

  /** Use {@linkcode planReplay}. */
  constructor(
    store: EventStore,
    order: Uint32Array,
    counts: Pick<ReplayPlan, "dropped" | "changed" | "skipped">,
  ) {
    this.#store = store;
    this.#order = order;
    this.dropped = counts.dropped;
    this.changed = counts.changed;
    this.skipped = counts.skipped;
    this.eventCount = order.length;
    this.spanCount = order.reduce((count, event) => count + 1 - (event & 1), 0);
    this.firstUnixNano = order.length > 0 ? eventMoment(store, order[0]) : 0n;
    this.durationNano = order.length > 0
      ? eventMoment(store, order[order.length - 1]) - this.firstUnixNano
      : 0n;
  }

  /** Whether the event at this place of the order is a start. */
  isStart(index: number): boolean {
    return (this.#order[index] & 1) === 0;
  }

  /** When the event at this place happened, in nanoseconds since the first event. */
  momentNano(index: number): number {
    return Number(eventMoment(this.#store, this.#order[index]) - this.firstUnixNano);
  }

  /** Most bytes that {@linkcode ReplayPlan.write} takes for the event at this place. */
  maxBytes(index: number): number {
    return this.#store.lengths[this.#order[index]] + MAX_TIME_BYTES;
  }

  /**
   * Writes the line of the event at this place.
   *
   * @param into Has room for {@linkcode ReplayPlan.maxBytes} from `at` on.
   * @param shiftNano Added to the event's time.
   * @returns Where the line ends.
   */
  write(index: number, into: Uint8Array, at: number, shiftNano = 0n): number {
    const event = this.#order[index];
    const line = this.#store.line(event);
    if (shiftNano === 0n) {
      into.set(line, at);
      return at + line.length;
    }
    const from = this.#store.timeFrom(event);
    into.set(line.subarray(0, from), at);
    at += from;
    const time = this.#store.unixNanos[event] + shiftNano;
    const text = formatTimestamp(time, this.#store.offsetMinutes(event));
    for (let i = 0; i < text.length; i++) into[at++] = text.charCodeAt(i);
    const rest = line.subarray(line.indexOf(QUOTE, from));
    into.set(rest, at);
    return at + rest.length;
  }
}

/** Collects the spans of a {@linkcode ReplayPlan}, in any order. */
export class ReplayPlanner {
  readonly #options: ReplayPlanOptions;
  readonly #maxLineBytes: number;
  readonly #store = new EventStore();
  readonly #counts = {
    dropped: {} as Record<string, number>,
    changed: {} as Record<string, number>,
    skipped: {} as Record<string, number>,
  };
  #firstStart: bigint | undefined;

  constructor(options: ReplayPlanOptions = {}) {
    this.#options = options;
    this.#maxLineBytes = options.maxLineBytes ?? 1024 * 1024;
  }

  /** Adds one span. */
  add(original: Span): void {
    const { newIdSalt } = this.#options;
    const span = newIdSalt === undefined ? original : renameSpan(original, newIdSalt);
    const { startTimeUnixNano, endTimeUnixNano = startTimeUnixNano } = span;
    if (!isInt64(startTimeUnixNano) || !isInt64(endTimeUnixNano)) {
      countReason(this.#counts.skipped, "time_out_of_range");
      return;
    }
    const { start, end } = gotraceEvents(span, this.#counts);
    if (this.#isTooLong(start) || (end !== undefined && this.#isTooLong(end))) {
      countReason(this.#counts.skipped, "too_long");
      return;
    }
    if (this.#firstStart === undefined || startTimeUnixNano < this.#firstStart) {
      this.#firstStart = startTimeUnixNano;
    }
    this.#store.add(
      { line: start, unixNano: startTimeUnixNano, offsetMinutes: span.startOffsetMinutes ?? 0 },
      end === undefined
        ? undefined
        : { line: end, unixNano: endTimeUnixNano, offsetMinutes: span.endOffsetMinutes ?? 0 },
      spanHash(span.traceId, span.spanId),
      span.parentId === undefined ? 0 : spanHash(span.traceId, span.parentId),
    );
  }

  /** Puts everything in order. The planner takes no more spans then. */
  finish(): ReplayPlan {
    const from = this.#resolve(this.#options.from);
    const until = this.#resolve(this.#options.until);
    const { spanCount, unixNanos, lengths } = this.#store;
    const events = new Uint32Array(spanCount * 2);
    let count = 0;
    for (let event = 0; event < spanCount * 2; event++) {
      const start = unixNanos[event & ~1];
      if (from !== undefined && start < from || until !== undefined && start >= until) continue;
      if (lengths[event] > 0) events[count++] = event;
    }
    const order = events.subarray(0, count);
    orderEvents(this.#store, order);
    return new ReplayPlan(this.#store, order, this.#counts);
  }

  #isTooLong(line: string): boolean {
    const limit = this.#maxLineBytes + 1;
    if (line.length * 3 <= limit) return false;
    return line.length > limit || encoder.encode(line).length > limit;
  }

  #resolve(moment: ReplayMoment | undefined): bigint | undefined {
    if (moment === undefined) return undefined;
    if ("unixNano" in moment) return moment.unixNano;
    return (this.#firstStart ?? 0n) + moment.sinceFirstNano;
  }
}

/**
 * Plans the replay of spans: a start event at each start, an end event at each end, none for a span
 * that never ended, in the order of time. See {@linkcode ReplayPlanner} for spans that come bit by bit.
 *
 * @param spans In any order.
 * @example
 * ```ts
 * import { planReplay } from "./replay_plan.ts";
 *
 * const plan = planReplay([{
 *   traceId: "t",
 *   spanId: "s",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 5_000_000n,
 *   state: "ended",
 *   attributes: {},
 * }]);
 * if (plan.eventCount !== 2 || plan.durationNano !== 5_000_000n) throw new Error("wrong");
 * ```
 */
export function planReplay(spans: Iterable<Span>, options: ReplayPlanOptions = {}): ReplayPlan {
  const planner = new ReplayPlanner(options);
  for (const span of spans) planner.add(span);
  return planner.finish();
}

const encoder = new TextEncoder();
const QUOTE = 0x22;
const MAX_TIME_BYTES = 40;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -INT64_MAX - 1n;

function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}
