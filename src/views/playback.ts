import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { TraceMoments } from "./_trace_moments.ts";
import { spanAt, traceAt } from "./trace_at.ts";

/**
 * A list as it was at a moment: traces that began later are absent, what ended later is running, see
 * {@linkcode traceAt}. Traces stand in the order of the source, with its sequence numbers; the entry of a trace
 * that was over by then is the source's own.
 *
 * Going to another moment takes one pass over what is known of the traces, without reading any. Of a trace that
 * is underway then, the spans are read once, when its entry is asked for.
 *
 * @example
 * ```ts
 * import { TraceStore } from "../assemble/trace_store.ts";
 * import { Playback } from "./playback.ts";
 *
 * const store = new TraceStore();
 * store.add({
 *   traceId: "t",
 *   spanId: "1",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 100n,
 *   endTimeUnixNano: 900n,
 *   state: "ended",
 *   attributes: {},
 * });
 * const playback = new Playback(store);
 * playback.seek(500n);
 * if (playback.runningCount !== 1) throw new Error("not underway");
 * playback.seek(50n);
 * if (playback.traceCount !== 0) throw new Error("not begun");
 * ```
 */
export class Playback implements TraceList {
  readonly source: TraceList;
  #at: bigint;
  #version = FIRST_VERSION;
  #sourceVersion = -1;
  #known: KnownTraces = readTraces(undefined, 0);
  /** Places in the source of the traces that have begun. */
  #visible = new Int32Array(0);
  #visibleCount = 0;
  /** Places of those that are not over. */
  #underway: number[] = [];
  #overSpanCount = 0;
  #overErrorCount = 0;
  #totals: { spanCount: number; runningCount: number; errorCount: number } | undefined;
  readonly #moments = new Map<number, TraceMoments>();
  #momentSpanCount = 0;
  readonly #entries = new Map<number, TraceEntry>();
  readonly #traces = new Map<string, { source: Trace; trace: Trace | undefined }>();

  /** @param atUnixNano The moment, in nanoseconds since the Unix epoch. @default the last one */
  constructor(source: TraceList, atUnixNano?: bigint) {
    this.source = source;
    this.#at = atUnixNano ?? 0n;
    this.#follow();
    if (atUnixNano === undefined) this.seek(this.toUnixNano);
  }

  /** The moment that is shown. */
  get atUnixNano(): bigint {
    return this.#at;
  }

  /** When the first trace begins; 0 when there is none. */
  get fromUnixNano(): bigint {
    this.#follow();
    return this.#known.fromUnixNano;
  }

  /** When the last one is over. */
  get toUnixNano(): bigint {
    this.#follow();
    return this.#known.toUnixNano;
  }

  /** Shows another moment. */
  seek(unixNano: bigint): void {
    this.#follow();
    if (unixNano === this.#at) return;
    this.#at = unixNano;
    this.#look();
  }

  /** The next moment at which a trace begins, after or before another; `undefined` when there is none. */
  nextStart(unixNano: bigint, step: 1 | -1): bigint | undefined {
    this.#follow();
    const { starts, base } = this.#known;
    const from = Number(unixNano - base);
    let best = step * Infinity;
    for (let place = 0; place < starts.length; place++) {
      const start = starts[place];
      if ((start - from) * step > 0 && (best - start) * step > 0) best = start;
    }
    return Number.isFinite(best) ? base + BigInt(best) : undefined;
  }

  /** A moment if a trace is underway then, else the next one at which one begins. */
  nextActivity(unixNano: bigint): bigint | undefined {
    this.#follow();
    const { starts, ends, base } = this.#known;
    const from = Number(unixNano - base);
    for (let place = 0; place < starts.length; place++) {
      if (starts[place] <= from && from < ends[place]) return unixNano;
    }
    return this.nextStart(unixNano, 1);
  }

  get version(): number {
    this.#follow();
    return this.#version;
  }

  get traceCount(): number {
    this.#follow();
    return this.#visibleCount;
  }

  get spanCount(): number {
    return this.#sum().spanCount;
  }

  get runningCount(): number {
    return this.#sum().runningCount;
  }

  get errorCount(): number {
    return this.#sum().errorCount;
  }

  /** Spans that the source has given up. */
  get droppedSpans(): Readonly<Record<string, number>> {
    return this.source.droppedSpans;
  }

  entryAt(index: number): TraceEntry | undefined {
    this.#follow();
    return index >= 0 && index < this.#visibleCount
      ? this.#entryOfPlace(this.#visible[index])
      : undefined;
  }

  entryOf(traceId: string): TraceEntry | undefined {
    this.#follow();
    const entry = this.source.entryOf(traceId);
    if (entry === undefined || entry.startTimeUnixNano > this.#at) return undefined;
    return this.#isOver(entry) ? entry : this.#pastEntry(entry);
  }

  indexOf(sequence: number): number {
    this.#follow();
    const place = this.source.indexOf(sequence);
    let from = 0;
    let to = this.#visibleCount;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#visible[middle] < place) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  trace(traceId: string): Trace | undefined {
    this.#follow();
    const source = this.source.trace(traceId);
    if (source === undefined) return undefined;
    const known = this.#traces.get(traceId);
    if (known?.source === source) return known.trace;
    const trace = traceAt(source, this.#at);
    if (this.#traces.size >= MAX_TRACES) this.#traces.clear();
    this.#traces.set(traceId, { source, trace });
    return trace;
  }

  *spansOf(traceId: string): Generator<Span> {
    const entry = this.source.entryOf(traceId);
    if (entry === undefined) return;
    if (this.#isOver(entry)) {
      yield* this.source.spansOf(traceId);
      return;
    }
    for (const span of this.source.spansOf(traceId)) {
      if (span.startTimeUnixNano <= this.#at) yield spanAt(span, this.#at);
    }
  }

  /** Takes over what has changed in the source. */
  #follow(): void {
    if (this.source.version === this.#sourceVersion) return;
    this.#sourceVersion = this.source.version;
    this.#known = readTraces(this.source, this.source.traceCount);
    this.#look();
  }

  #look(): void {
    this.#version++;
    this.#totals = undefined;
    this.#traces.clear();
    const { starts, ends, spanCounts, errorCounts, base } = this.#known;
    const at = Number(this.#at - base);
    if (this.#visible.length < starts.length) this.#visible = new Int32Array(starts.length);
    this.#visibleCount = 0;
    this.#underway = [];
    this.#overSpanCount = this.#overErrorCount = 0;
    for (let place = 0; place < starts.length; place++) {
      if (starts[place] > at) continue;
      this.#visible[this.#visibleCount++] = place;
      if (ends[place] > at) {
        this.#underway.push(place);
        continue;
      }
      this.#overSpanCount += spanCounts[place];
      this.#overErrorCount += errorCounts[place];
    }
  }

  #entryOfPlace(place: number): TraceEntry | undefined {
    const entry = this.source.entryAt(place);
    return entry === undefined || this.#isOver(entry) ? entry : this.#pastEntry(entry);
  }

  #isOver(entry: TraceEntry): boolean {
    return entry.startTimeUnixNano + entry.durationNano <= this.#at;
  }

  #pastEntry(entry: TraceEntry): TraceEntry {
    const moments = this.#momentsOf(entry);
    const { spanCount, runningCount, errorCount, durationNano } = moments.at(this.#at);
    const known = this.#entries.get(entry.sequence);
    if (
      known !== undefined && known.spanCount === spanCount &&
      known.runningCount === runningCount && known.errorCount === errorCount &&
      known.durationNano === durationNano
    ) return known;
    const { sequence, traceId, name, kind, service, startTimeUnixNano } = entry;
    const past: TraceEntry = {
      sequence,
      traceId,
      spanCount,
      runningCount,
      unfinishedCount: 0,
      errorCount,
      name,
      kind,
      service,
      startTimeUnixNano,
      durationNano,
      version: this.#version,
    };
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(sequence, past);
    return past;
  }

  #momentsOf(entry: TraceEntry): TraceMoments {
    let moments = this.#moments.get(entry.sequence);
    if (moments?.version === entry.version) return moments;
    this.#momentSpanCount -= moments?.spanCount ?? 0;
    moments = new TraceMoments(entry, this.source.spansOf(entry.traceId));
    this.#moments.delete(entry.sequence);
    this.#moments.set(entry.sequence, moments);
    this.#momentSpanCount += moments.spanCount;
    for (const [sequence, { spanCount }] of this.#moments) {
      if (this.#momentSpanCount <= MAX_MOMENT_SPANS || sequence === entry.sequence) break;
      this.#moments.delete(sequence);
      this.#momentSpanCount -= spanCount;
    }
    return moments;
  }

  #sum(): { spanCount: number; runningCount: number; errorCount: number } {
    this.#follow();
    if (this.#totals !== undefined) return this.#totals;
    const totals = {
      spanCount: this.#overSpanCount,
      runningCount: 0,
      errorCount: this.#overErrorCount,
    };
    for (const place of this.#underway) {
      const entry = this.source.entryAt(place);
      if (entry === undefined) continue;
      const { spanCount, runningCount, errorCount } = this.#momentsOf(entry).at(this.#at);
      totals.spanCount += spanCount;
      totals.runningCount += runningCount;
      totals.errorCount += errorCount;
    }
    return this.#totals = totals;
  }
}

/** Above any version of a source, so that the entries of this list never look like unchanged ones of that. */
const FIRST_VERSION = 2 ** 40;
/** Trees of one moment that are kept: those that a screen shows. */
const MAX_TRACES = 64;
const MAX_ENTRIES = 100_000;
/** Of so many spans it is remembered when they begin and end: 24 bytes each. */
const MAX_MOMENT_SPANS = 1_000_000;

/** What a list knows of its traces, by their places: times in nanoseconds after `base`. */
interface KnownTraces {
  readonly base: bigint;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly spanCounts: Int32Array;
  readonly errorCounts: Int32Array;
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
}

function readTraces(list: TraceList | undefined, count: number): KnownTraces {
  const base = list?.entryAt(0)?.startTimeUnixNano ?? 0n;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  const spanCounts = new Int32Array(count);
  const errorCounts = new Int32Array(count);
  let fromUnixNano = base;
  let toUnixNano = base;
  for (let place = 0; place < count; place++) {
    const entry = list?.entryAt(place);
    if (entry === undefined) break;
    const { startTimeUnixNano, durationNano, spanCount, errorCount } = entry;
    const end = startTimeUnixNano + durationNano;
    if (startTimeUnixNano < fromUnixNano) fromUnixNano = startTimeUnixNano;
    if (end > toUnixNano) toUnixNano = end;
    starts[place] = Number(startTimeUnixNano - base);
    ends[place] = Number(end - base);
    spanCounts[place] = spanCount;
    errorCounts[place] = errorCount;
  }
  return { base, starts, ends, spanCounts, errorCounts, fromUnixNano, toUnixNano };
}
