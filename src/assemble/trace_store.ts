import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { traceKey } from "../model/trace_key.ts";
import { hasFailed } from "../wire/span_line/has_failed.ts";
import { isRootSpan } from "./_stands_before.ts";
import { StoredTrace } from "./_stored_trace.ts";
import { buildTrace } from "./build_trace.ts";
import { mostCompleteSpan } from "./most_complete_span.ts";
import type { TraceEntry, TraceList } from "./trace_list.ts";

/** The bounds of a {@linkcode TraceStore}, and when it calls a trace finished. */
export interface TraceStoreOptions {
  /** @default 10,000 */
  readonly maxTraces?: number;
  /** @default 100,000 */
  readonly maxSpansPerTrace?: number;
  /** Over all traces. @default 1,000,000 */
  readonly maxSpans?: number;
  /**
   * Spans that are kept as objects. Beyond that, spans of small traces in which nothing has changed for a while are
   * kept as bytes, and read again when somebody looks at them. @default all
   */
  readonly maxLooseSpans?: number;
  /** How long nothing may change before a trace counts as finished. @default 100 */
  readonly quietMs?: number;
  /** The same for a trace without a root span, whose root may never come. @default 2,000 */
  readonly rootlessQuietMs?: number;
  /**
   * Asked about a trace that would go next to keep a bound: whether others should go before it. It is held until
   * half of the room is taken by such traces; then the oldest of them goes. @default none is held
   */
  readonly holds?: (entry: TraceEntry) => boolean;
  /** Told of each trace that is given up before `finishedTraces` had reported it. */
  readonly onEvict?: (trace: Trace) => void;
}

/** A trace of which nothing more is expected, see {@linkcode TraceStore.finishedTraces}. */
export interface FinishedTrace {
  readonly trace: Trace;
  /** Whether the trace was reported before, and spans came after that. */
  readonly isRepeat: boolean;
}

/**
 * A bounded memory of traces for viewers. Traces stand in the order in which they were first seen; a
 * trace's tree is built when somebody asks for it and kept until the trace changes. When a bound is
 * reached, the oldest trace without a running span goes first, unless it is to be held.
 *
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import { TraceStore } from "./trace_store.ts";
 *
 * const store = new TraceStore({ maxTraces: 100 });
 * store.add({
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 1n,
 *   state: "running",
 *   attributes: createAttributes(),
 * });
 * if (store.trace("t")?.runningCount !== 1) throw new Error("lost");
 * ```
 */
export class TraceStore implements TraceList {
  readonly #maxTraces: number;
  readonly #maxSpansPerTrace: number;
  readonly #maxSpans: number;
  readonly #maxLooseSpans: number;
  readonly #quietMs: number;
  readonly #rootlessQuietMs: number;
  readonly #holds: TraceStoreOptions["holds"];
  readonly #onEvict: ((trace: Trace) => void) | undefined;
  /** By `traceKey`. */
  readonly #byId = new Map<string, StoredTrace>();
  /** In order of their sequence; what stands before `#head` is gone. */
  #entries: (StoredTrace | undefined)[] = [];
  #head = 0;
  /** Every trace before this place in `#entries` has running spans, or is held. */
  #firstIdle = 0;
  #nextSequence = 1;
  /** The one that has been held longest first. */
  readonly #held = new Set<StoredTrace>();
  #heldSpanCount = 0;
  /** Traces whose spans may be packed, the one that has waited for it longest first. */
  readonly #loose = new Set<StoredTrace>();
  #looseSpanCount = 0;
  readonly #unreported = new Set<StoredTrace>();
  readonly #built = new Set<StoredTrace>();
  #version = 0;
  #spanCount = 0;
  #runningCount = 0;
  #errorCount = 0;
  #evictedTraces = 0;
  readonly #droppedSpans: Record<string, number> = {};

  constructor(options: TraceStoreOptions = {}) {
    this.#maxTraces = Math.max(1, options.maxTraces ?? 10_000);
    this.#maxSpansPerTrace = Math.max(1, options.maxSpansPerTrace ?? 100_000);
    this.#maxSpans = Math.max(1, options.maxSpans ?? 1_000_000);
    this.#maxLooseSpans = options.maxLooseSpans ?? Infinity;
    this.#quietMs = options.quietMs ?? 100;
    this.#rootlessQuietMs = options.rootlessQuietMs ?? 2_000;
    this.#holds = options.holds;
    this.#onEvict = options.onEvict;
  }

  /** Changes whenever anything in the store does. */
  get version(): number {
    return this.#version;
  }

  /** Distinct spans in memory. */
  get spanCount(): number {
    return this.#spanCount;
  }

  get runningCount(): number {
    return this.#runningCount;
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  get traceCount(): number {
    return this.#byId.size;
  }

  /** Traces given up to keep the bounds. */
  get evictedTraces(): number {
    return this.#evictedTraces;
  }

  /** Spans given up, by reason: `trace_full`, `store_full`, `trace_evicted`. */
  get droppedSpans(): Readonly<Record<string, number>> {
    return this.#droppedSpans;
  }

  /** In the order in which the traces were first seen. */
  get traceIds(): readonly string[] {
    return this.#entries.slice(this.#head).map((entry) => (entry as StoredTrace).traceId);
  }

  /**
   * Adds a span, or completes the one with the same identity. A running span never replaces one that
   * has ended.
   *
   * @param nowMs Milliseconds of any clock that does not go back, for `finishedTraces`. @default 0
   * @returns Whether anything changed.
   */
  add(span: Span, nowMs = 0): boolean {
    const known = this.#byId.get(traceKey(span.traceId));
    if (known?.isPacked) this.#unpack(known);
    const other = known?.span(span.spanId);
    if (known !== undefined && other !== undefined) {
      if (mostCompleteSpan(other, span) !== span || other === span) return false;
      this.#count(known, other, -1);
      this.#keep(known, span, nowMs);
      return true;
    }
    if (known !== undefined && known.spanCount >= this.#maxSpansPerTrace) {
      countReason(this.#droppedSpans, "trace_full");
      return false;
    }
    while (this.#spanCount >= this.#maxSpans) {
      if (this.#evict(known)) continue;
      countReason(this.#droppedSpans, "store_full");
      return false;
    }
    this.#spanCount++;
    if (known !== undefined && this.#held.has(known)) this.#heldSpanCount++;
    this.#keep(known ?? this.#open(span.traceId), span, nowMs);
    return true;
  }

  entryOf(traceId: string): TraceEntry | undefined {
    return this.#byId.get(traceKey(traceId));
  }

  /** The tree of a trace; `undefined` when it is not in memory. */
  trace(traceId: string): Trace | undefined {
    const entry = this.#byId.get(traceKey(traceId));
    return entry && this.#build(entry);
  }

  entryAt(index: number): TraceEntry | undefined {
    return index < 0 ? undefined : this.#entries[this.#head + index];
  }

  indexOf(sequence: number): number {
    return this.#find(sequence) - this.#head;
  }

  spansOf(traceId: string): Iterable<Span> {
    return this.#byId.get(traceKey(traceId))?.spans() ?? [];
  }

  /**
   * The traces that became finished since the last call: no span runs, the root is there, and nothing
   * changed for `quietMs`. Spans that come later make a trace due again.
   *
   * @param nowMs The clock that `add` was given.
   * @param isFinal Whether to report everything not reported yet, because nothing more will come.
   */
  finishedTraces(nowMs: number, isFinal = false): FinishedTrace[] {
    const finished: FinishedTrace[] = [];
    for (const entry of this.#unreported) {
      const quietMs = nowMs - entry.changedMs;
      const isDue = entry.runningCount === 0 &&
        quietMs >= (entry.rootCount > 0 ? this.#quietMs : this.#rootlessQuietMs);
      if (!isDue && !isFinal) continue;
      this.#unreported.delete(entry);
      finished.push({ trace: this.#build(entry), isRepeat: entry.wasReported });
      entry.wasReported = true;
    }
    return finished;
  }

  #open(traceId: string): StoredTrace {
    while (this.#byId.size >= this.#maxTraces && this.#evict(undefined));
    const entry = new StoredTrace(this.#nextSequence++, traceId);
    this.#byId.set(traceKey(entry.traceId), entry);
    this.#entries.push(entry);
    this.#loose.add(entry);
    return entry;
  }

  #keep(entry: StoredTrace, span: Span, nowMs: number): void {
    const countBefore = entry.spanCount;
    entry.keep(span);
    if (this.#loose.has(entry)) this.#looseSpanCount += entry.spanCount - countBefore;
    this.#count(entry, span, 1);
    entry.changedMs = nowMs;
    this.#forgetTree(entry);
    this.#unreported.add(entry);
    if (entry.runningCount === 0 && !this.#held.has(entry)) {
      this.#firstIdle = Math.min(this.#firstIdle, this.#find(entry.sequence));
    }
    entry.version = ++this.#version;
    if (this.#looseSpanCount > this.#maxLooseSpans) this.#packNext();
  }

  /** Packs the trace that has waited for it longest, or lets it wait again while it still changes. */
  #packNext(): void {
    for (const entry of this.#loose) {
      this.#loose.delete(entry);
      // What is packed for each change would cost more than it saves; and one that is large would take long.
      const isQuiet = this.#version - entry.version >= Math.max(QUIET_CHANGES, entry.spanCount);
      if (entry.spanCount > MAX_PACKED_SPANS) this.#looseSpanCount -= entry.spanCount;
      else if (entry.runningCount > 0 || !isQuiet) this.#loose.add(entry);
      else {
        this.#looseSpanCount -= entry.spanCount;
        entry.pack();
      }
      return;
    }
  }

  #unpack(entry: StoredTrace): void {
    entry.unpack();
    this.#loose.add(entry);
    this.#looseSpanCount += entry.spanCount;
  }

  #count(entry: StoredTrace, span: Span, step: 1 | -1): void {
    if (span.state === "running") {
      entry.runningCount += step;
      this.#runningCount += step;
    }
    if (span.state === "unfinished") entry.unfinishedCount += step;
    if (hasFailed(span)) {
      entry.errorCount += step;
      this.#errorCount += step;
    }
    if (isRootSpan(span)) entry.rootCount += step;
  }

  /** Gives up one trace other than `spared`; false when there is no other. */
  #evict(spared: StoredTrace | undefined): boolean {
    for (;;) {
      const at = this.#findOldest(spared);
      if (at === undefined) return false;
      const entry = this.#entries[at] as StoredTrace;
      if (this.#held.has(entry) || this.#holds?.(entry) !== true) {
        this.#remove(at);
        return true;
      }
      this.#held.add(entry);
      this.#heldSpanCount += entry.spanCount;
      if (
        this.#held.size * 2 <= this.#maxTraces && this.#heldSpanCount * 2 <= this.#maxSpans
      ) continue;
      for (const held of this.#held) {
        if (held === spared) continue;
        this.#remove(this.#find(held.sequence));
        return true;
      }
    }
  }

  /** The place of the trace that goes next: the oldest that may, else the oldest of all. */
  #findOldest(spared: StoredTrace | undefined): number | undefined {
    let at = this.#nextIdle(Math.max(this.#firstIdle, this.#head));
    this.#firstIdle = at;
    if (this.#entries[at] === spared) at = this.#nextIdle(at + 1);
    if (at < this.#entries.length) return at;
    at = this.#head;
    if (this.#entries[at] === spared) at++;
    return at < this.#entries.length ? at : undefined;
  }

  #nextIdle(from: number): number {
    let at = from;
    for (; at < this.#entries.length; at++) {
      const entry = this.#entries[at] as StoredTrace;
      if (entry.runningCount === 0 && !this.#held.has(entry)) break;
    }
    return at;
  }

  #remove(at: number): void {
    const entry = this.#entries[at] as StoredTrace;
    if (this.#unreported.has(entry)) this.#onEvict?.(this.#build(entry));
    this.#runningCount -= entry.runningCount;
    this.#errorCount -= entry.errorCount;
    this.#spanCount -= entry.spanCount;
    this.#evictedTraces++;
    countReason(this.#droppedSpans, "trace_evicted", entry.spanCount);
    this.#forgetTree(entry);
    this.#unreported.delete(entry);
    if (this.#held.delete(entry)) this.#heldSpanCount -= entry.spanCount;
    if (this.#loose.delete(entry)) this.#looseSpanCount -= entry.spanCount;
    this.#byId.delete(traceKey(entry.traceId));
    this.#version++;
    if (at > this.#head) {
      this.#entries.splice(at, 1);
      return;
    }
    this.#entries[this.#head++] = undefined;
    if (this.#head * 2 < this.#entries.length + 64) return;
    this.#firstIdle = Math.max(0, this.#firstIdle - this.#head);
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** The first place in `#entries` with this sequence number or a higher one. */
  #find(sequence: number): number {
    let from = this.#head;
    let to = this.#entries.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#entries[middle] as StoredTrace).sequence < sequence) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #build(entry: StoredTrace): Trace {
    if (entry.tree !== undefined) return entry.tree;
    entry.tree = buildTrace(entry.traceId, [...entry.spans()]);
    this.#built.add(entry);
    if (this.#built.size > MAX_TREES) {
      const [oldest] = this.#built;
      if (oldest !== entry) this.#forgetTree(oldest);
    }
    return entry.tree;
  }

  #forgetTree(entry: StoredTrace): void {
    if (entry.tree === undefined) return;
    entry.tree = undefined;
    this.#built.delete(entry);
  }
}

/** How many trees are kept: more than any screen shows, and far fewer than all. */
const MAX_TREES = 512;
/** A trace in which nothing has changed for so many changes of others may be packed. */
const QUIET_CHANGES = 1_000;
/** Larger traces would take longer than a frame. */
const MAX_PACKED_SPANS = 5_000;
