import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { SortedBlocks } from "./_sorted_blocks.ts";
import { matchesTrace } from "./matches_trace.ts";

/**
 * What traces are sorted by: `start` and `newest` by when they began, the earliest or the latest first; `duration`,
 * `spans` and `errors` with the most first; `name` by the letters.
 */
export const TRACE_SORTS = ["start", "newest", "duration", "spans", "errors", "name"] as const;

/** See {@linkcode TRACE_SORTS}. */
export type TraceSort = typeof TRACE_SORTS[number];

/** Which traces are selected, and in which order. */
export interface TraceSelectionOptions {
  /** Only traces in which it finds something. @default all */
  readonly where?: SpanQuery;
  /** @default the order of the source, in which the traces were first seen */
  readonly sort?: TraceSort;
}

/** How far a selection has got. */
export interface SelectionProgress {
  /** Traces of which it is known whether they are selected. */
  readonly judgedCount: number;
  /** Traces of the source. */
  readonly traceCount: number;
}

/**
 * The traces of a list in which a query finds something, sorted. It follows the list when {@linkcode
 * TraceSelection.advance} is called; until then it is as it was. The entries are those of the source, and so are
 * their sequence numbers and versions; one that the source has just given up stays until the next call.
 *
 * @example
 * ```ts
 * import { TraceStore } from "../assemble/trace_store.ts";
 * import { compileQuery } from "../query/compile_query.ts";
 * import { TraceSelection } from "./trace_selection.ts";
 *
 * const store = new TraceStore();
 * for (const [traceId, milliseconds] of [["fast", 3], ["slow", 70], ["slower", 80]] as const) {
 *   store.add({
 *     traceId,
 *     spanId: "1",
 *     name: "GET /",
 *     kind: "http",
 *     startTimeUnixNano: 0n,
 *     endTimeUnixNano: BigInt(milliseconds) * 1_000_000n,
 *     state: "ended",
 *     attributes: {},
 *   });
 * }
 * const slow = new TraceSelection(store, {
 *   where: compileQuery("duration > 50ms"),
 *   sort: "duration",
 * });
 * while (slow.advance(performance.now() + 8) === 0) await new Promise((done) => setTimeout(done));
 * if (slow.entryAt(0)?.traceId !== "slower" || slow.traceCount !== 2) throw new Error("wrong");
 * ```
 */
export class TraceSelection implements TraceList {
  /** The list that is selected from. */
  readonly source: TraceList;
  readonly where: SpanQuery | undefined;
  readonly sort: TraceSort | undefined;
  readonly #keyOf: (entry: TraceEntry) => SortKey;
  readonly #order: SortedBlocks<SelectedTrace>;
  /** By their sequence: those that the pass over the source has dealt with, … */
  #passed: SelectedTrace[] = [];
  /** … and as they were before it, of which those from `#at` on are still to be dealt with. */
  #waiting: SelectedTrace[] = [];
  #at = 0;
  #isPassing = false;
  /** What the version of the source was when the pass began. */
  #passVersion = -1;
  #nextPassMs = 0;
  /** Traces that have changed, and cost so much to judge that they wait for it. */
  readonly #postponed = new Set<SelectedTrace>();
  /** Knows verdicts that are good here, too. */
  #forerunner: TraceSelection | undefined;
  #version = 0;
  #spanCount = 0;
  #runningCount = 0;
  #errorCount = 0;

  /** @param source In the order in which traces were first seen. */
  constructor(source: TraceList, { where, sort }: TraceSelectionOptions = {}) {
    this.source = source;
    this.where = where;
    this.sort = sort;
    const { keyOf, isDescending } = ORDERS[sort ?? "seen"];
    this.#keyOf = keyOf;
    this.#order = new SortedBlocks(isDescending ? (a, b) => compare(b, a) : compare);
  }

  /** The same selection in another order, which need not judge again what this one has judged. */
  sortedBy(sort: TraceSort | undefined): TraceSelection {
    const sorted = new TraceSelection(this.source, { where: this.where, sort });
    if (this.where === undefined) return sorted;
    // One that has hardly begun knows less than the one that it would have learnt from.
    const other = this.#forerunner;
    const knowsMore = other === undefined ||
      other.progress.judgedCount <= this.progress.judgedCount;
    sorted.#forerunner = knowsMore ? this : other;
    return sorted;
  }

  get version(): number {
    return this.#isWhole ? this.source.version : this.#version;
  }

  get traceCount(): number {
    return this.#isWhole ? this.source.traceCount : this.#order.size;
  }

  get spanCount(): number {
    return this.#isWhole ? this.source.spanCount : this.#spanCount;
  }

  get runningCount(): number {
    return this.#isWhole ? this.source.runningCount : this.#runningCount;
  }

  get errorCount(): number {
    return this.#isWhole ? this.source.errorCount : this.#errorCount;
  }

  /** Spans that the source has given up. */
  get droppedSpans(): Readonly<Record<string, number>> {
    return this.source.droppedSpans;
  }

  get progress(): SelectionProgress {
    const { traceCount } = this.source;
    if (this.#isWhole) return { judgedCount: traceCount, traceCount };
    const judgedCount = this.#passed.length + this.#waiting.length - this.#at;
    return { judgedCount: Math.min(judgedCount, traceCount), traceCount };
  }

  /**
   * Follows the source for a while: judges and sorts traces that are new or have changed, and forgets those that
   * are gone. One trace is judged at a time, so a large one may take longer than there is time; how often that
   * happens to a trace that keeps changing is bounded.
   *
   * @param untilMs When to stop, in milliseconds of `performance.now()`.
   * @returns In how many milliseconds there is work again: 0 for now, `Infinity` for when the source has changed.
   * @throws {Error} When a trace cannot be read; it is not selected then, and the next call goes on behind it.
   */
  advance(untilMs: number): number {
    if (this.#isWhole) return Infinity;
    const nowMs = performance.now();
    if (!this.#judgePostponed(nowMs, untilMs)) return 0;
    if (!this.#isPassing) {
      if (this.source.version === this.#passVersion) return this.#nextDueMs(nowMs);
      if (nowMs < this.#nextPassMs) return this.#nextPassMs - nowMs;
      this.#beginPass();
    }
    if (!this.#pass(untilMs)) return 0;
    // Looking through a list takes no more than a tenth of the time, however long the list is.
    const intervalMs = this.#passed.length * PASS_INTERVAL_MS_PER_TRACE;
    this.#nextPassMs = performance.now() + intervalMs;
    return this.source.version === this.#passVersion ? this.#nextDueMs(nowMs) : intervalMs;
  }

  entryAt(index: number): TraceEntry | undefined {
    return this.#isWhole ? this.source.entryAt(index) : this.#order.at(index)?.entry;
  }

  entryOf(traceId: string): TraceEntry | undefined {
    const entry = this.source.entryOf(traceId);
    if (entry === undefined || this.#isWhole) return entry;
    const known = this.#next(entry.sequence);
    return known?.entry === entry && known.isSelected ? entry : undefined;
  }

  indexOf(sequence: number): number {
    if (this.#isWhole) return this.source.indexOf(sequence);
    let known = this.#next(sequence);
    while (known !== undefined && !known.isSelected) known = this.#next(known.entry.sequence + 1);
    return known === undefined ? this.#order.size : this.#order.indexOf(known);
  }

  trace(traceId: string): Trace | undefined {
    return this.entryOf(traceId) && this.source.trace(traceId);
  }

  spansOf(traceId: string): Iterable<Span> {
    return this.entryOf(traceId) === undefined ? [] : this.source.spansOf(traceId);
  }

  /** Whether this is the source as it is. */
  get #isWhole(): boolean {
    return this.where === undefined && this.sort === undefined;
  }

  #beginPass(): void {
    this.#isPassing = true;
    this.#passVersion = this.source.version;
    this.#waiting = this.#passed;
    this.#passed = [];
    this.#at = 0;
  }

  /** Goes on with the pass over the source; returns whether it is at its end. */
  #pass(untilMs: number): boolean {
    const { source } = this;
    // Traces may have gone since the last turn.
    const last = this.#passed.at(-1);
    let index = last === undefined ? 0 : source.indexOf(last.entry.sequence + 1);
    for (let step = 1;; step++, index++) {
      const entry = source.entryAt(index);
      const sequence = entry?.sequence ?? Infinity;
      while (
        this.#at < this.#waiting.length && this.#waiting[this.#at].entry.sequence < sequence
      ) this.#forget(this.#waiting[this.#at++]);
      if (entry === undefined) break;
      const isMet = this.#waiting[this.#at]?.entry.sequence === sequence;
      const known = isMet ? this.#waiting[this.#at++] : this.#meet(entry);
      this.#passed.push(known);
      const hasChanged = known.version !== entry.version || known.entry !== entry;
      if (hasChanged) this.#update(known, entry);
      if (step % STEPS_A_LOOK !== 0 && !(hasChanged && this.where !== undefined)) continue;
      if (performance.now() >= untilMs) return false;
    }
    this.#isPassing = false;
    this.#waiting = [];
    this.#at = 0;
    this.#forerunner = undefined;
    return true;
  }

  #meet(entry: TraceEntry): SelectedTrace {
    const met = new SelectedTrace(entry);
    const other = this.#forerunner;
    const known = other === undefined ? undefined : other.#next(entry.sequence);
    if (other === undefined || known?.entry !== entry || known.version !== entry.version) {
      return met;
    }
    if (other.#postponed.has(known)) return met;
    met.version = entry.version;
    this.#place(met, known.isSelected);
    return met;
  }

  #forget(known: SelectedTrace): void {
    this.#postponed.delete(known);
    this.#place(known, false);
  }

  #update(known: SelectedTrace, entry: TraceEntry): void {
    known.entry = entry;
    known.version = entry.version;
    if (performance.now() < known.dueMs) {
      this.#postponed.add(known);
      this.#place(known, known.isSelected);
    } else {
      this.#judge(known);
    }
  }

  /** Judges what was postponed and is due; returns whether it got through. */
  #judgePostponed(nowMs: number, untilMs: number): boolean {
    for (const known of this.#postponed) {
      if (known.dueMs > nowMs) continue;
      this.#postponed.delete(known);
      this.#judge(known);
      if (performance.now() >= untilMs) return false;
    }
    return true;
  }

  #nextDueMs(nowMs: number): number {
    let nextMs = Infinity;
    for (const { dueMs } of this.#postponed) nextMs = Math.min(nextMs, dueMs);
    return Math.max(0, nextMs - nowMs);
  }

  #judge(known: SelectedTrace): void {
    if (this.where === undefined) {
      this.#place(known, true);
      return;
    }
    const beganMs = performance.now();
    let isSelected = false;
    try {
      isSelected = matchesTrace(this.where, this.source, known.entry.traceId);
    } finally {
      const tookMs = performance.now() - beganMs;
      // A trace that grows is judged again and again, for no more than a tenth of the time.
      if (tookMs >= DEAR_MS) known.dueMs = beganMs + 10 * tookMs;
      this.#place(known, isSelected);
    }
  }

  /** Puts a trace where it belongs now, or takes it out. */
  #place(known: SelectedTrace, isSelected: boolean): void {
    const { entry, isSelected: wasSelected } = known;
    if (!wasSelected && !isSelected) return;
    this.#version++;
    const key = isSelected ? this.#keyOf(entry) : known.key;
    const isMoved = wasSelected && isSelected && key !== known.key;
    if (wasSelected && (!isSelected || isMoved)) this.#order.delete(known);
    known.key = key;
    known.isSelected = isSelected;
    if (isSelected && (!wasSelected || isMoved)) this.#order.add(known);
    const spanCount = isSelected ? entry.spanCount : 0;
    const runningCount = isSelected ? entry.runningCount : 0;
    const errorCount = isSelected ? entry.errorCount : 0;
    this.#spanCount += spanCount - known.spanCount;
    this.#runningCount += runningCount - known.runningCount;
    this.#errorCount += errorCount - known.errorCount;
    known.spanCount = spanCount;
    known.runningCount = runningCount;
    known.errorCount = errorCount;
  }

  /** What is known of the trace with this sequence number, or the next one. */
  #next(sequence: number): SelectedTrace | undefined {
    return firstFrom(this.#passed, 0, sequence) ??
      firstFrom(this.#waiting, this.#at, sequence);
  }
}

/** A look at the clock after so many traces that took no judging. */
const STEPS_A_LOOK = 64;
/** Ten times what looking at one takes. */
const PASS_INTERVAL_MS_PER_TRACE = 0.0002;
const DEAR_MS = 1;

type SortKey = number | bigint | string;

/** What a selection knows of a trace of its source. */
class SelectedTrace {
  entry: TraceEntry;
  /** What the entry's version was when it was last dealt with. */
  version = -1;
  isSelected = false;
  /** What it is sorted by while it is selected; the entry's own may have changed since. */
  key: SortKey = 0;
  /** What it adds to the counts of the selection. */
  spanCount = 0;
  runningCount = 0;
  errorCount = 0;
  /** When it may be judged again. */
  dueMs = 0;

  constructor(entry: TraceEntry) {
    this.entry = entry;
  }
}

function compare(a: SelectedTrace, b: SelectedTrace): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.entry.sequence - b.entry.sequence;
}

interface Order {
  readonly keyOf: (entry: TraceEntry) => SortKey;
  readonly isDescending?: boolean;
}

const ORDERS: Readonly<Record<TraceSort | "seen", Order>> = {
  seen: { keyOf: ({ sequence }) => sequence },
  start: { keyOf: ({ startTimeUnixNano }) => startTimeUnixNano },
  newest: { keyOf: ({ startTimeUnixNano }) => startTimeUnixNano, isDescending: true },
  duration: { keyOf: ({ durationNano }) => durationNano, isDescending: true },
  spans: { keyOf: ({ spanCount }) => spanCount, isDescending: true },
  errors: { keyOf: ({ errorCount }) => errorCount, isDescending: true },
  name: { keyOf: ({ name }) => name },
};

/** The first of the traces from a place on that has this sequence number or a higher one. */
function firstFrom(
  traces: readonly SelectedTrace[],
  from: number,
  sequence: number,
): SelectedTrace | undefined {
  let to = traces.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (traces[middle].entry.sequence < sequence) from = middle + 1;
    else to = middle;
  }
  return traces[from];
}
