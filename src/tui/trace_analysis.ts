import { CriticalPathTable } from "../analysis/critical_path_table.ts";
import { ServiceGraph } from "../analysis/service_graph.ts";
import { StatsCollector } from "../analysis/stats_collector.ts";
import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { ErrorTable } from "./error_table.ts";

/** What is to be counted. */
export interface AnalysisSource {
  readonly traces: TraceList;
  /** Spans that count in statistics. @default all */
  readonly query: SpanQuery | undefined;
  /** See `PageContext.nowUnixNano`: whether traces with running spans may still change. */
  readonly nowUnixNano: bigint | undefined;
}

/** The figures of some traces. */
export class AnalysisResult {
  readonly stats: StatsCollector;
  readonly criticalPath: CriticalPathTable = new CriticalPathTable();
  readonly services: ServiceGraph = new ServiceGraph();
  readonly errors: ErrorTable = new ErrorTable();
  /** What the version of each trace was when it was counted, by its sequence number. */
  readonly counted: Map<number, number> = new Map();
  /** Goes up whenever something was counted. */
  version = 0;

  constructor(query: SpanQuery | undefined) {
    this.stats = new StatsCollector({ filter: query });
  }
}

/** What {@linkcode TraceAnalysis.work} came to: more to do at once, a wait until later, or nothing. */
export type WorkState = "busy" | "waiting" | "idle";

/** A recount takes at most this share of the time between the ends of two. */
const RECOUNT_SHARE = 0.2;
const MIN_RECOUNT_PAUSE_MS = 1_000;
/** Reading the clock for each of a million traces would cost as much as they do. */
const TRACES_PER_CLOCK = 8;

/**
 * Counts the traces of a list in slices, so that a million spans do not hold up a key: operations, repeated
 * calls, errors, critical paths and calls between services.
 *
 * A trace counts once none of its spans runs any more. When traces that were counted have changed
 * or are gone, all is counted anew, and what was there is shown until that is done.
 */
export class TraceAnalysis {
  #traces: TraceList | undefined;
  #query: SpanQuery | undefined;
  #result = new AnalysisResult(undefined);
  /** What takes the place of the result when it is complete. */
  #recount: AnalysisResult | undefined;
  /** The next entry to look at. */
  #at = 0;
  #isSwept = false;
  #sweptVersion = -1;
  #wasRunning = false;
  #isStale = false;
  #waitingCount = 0;
  #passWorkMs = 0;
  #recountFromMs = 0;

  /** What has been counted so far. */
  get result(): AnalysisResult {
    return this.#result;
  }

  /** Traces that are left out because they still run. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Whether there are traces that have not been looked at, so that all figures are of a part. */
  get isPartial(): boolean {
    return !this.#isSwept && this.#recount === undefined;
  }

  /** How many traces of the list have been looked at, from 0 to 1. */
  get progress(): number {
    const count = this.#traces?.traceCount ?? 0;
    return count === 0 ? 0 : Math.min(1, this.#at / count);
  }

  /**
   * Goes on counting for about so many milliseconds; a single trace is not divided.
   *
   * @param nowMs A clock that does not go back.
   * @returns `waiting` when all is counted but not as it is now, and it is too early to count anew.
   */
  work(
    source: AnalysisSource,
    budgetMs: number,
    nowMs: () => number = performance.now.bind(performance),
  ): WorkState {
    if (source.traces !== this.#traces || source.query?.text !== this.#query?.text) {
      this.#begin(source);
    }
    const startMs = nowMs();
    if (this.#isSwept) {
      if (!this.#needsSweep(source)) return "idle";
      if (this.#isStale) {
        if (startMs < this.#recountFromMs) return "waiting";
        this.#recount = new AnalysisResult(source.query);
        this.#passWorkMs = 0;
      }
      this.#startSweep(source);
    }
    const isDone = this.#sweep(source, startMs + budgetMs, nowMs);
    const endMs = nowMs();
    this.#passWorkMs += endMs - startMs;
    if (!isDone) return "busy";
    this.#endSweep(source, endMs);
    return this.#needsSweep(source) ? "waiting" : "idle";
  }

  #begin(source: AnalysisSource): void {
    this.#traces = source.traces;
    this.#query = source.query;
    this.#result = new AnalysisResult(source.query);
    this.#recount = undefined;
    this.#passWorkMs = 0;
    this.#startSweep(source);
  }

  #needsSweep({ traces, nowUnixNano }: AnalysisSource): boolean {
    return this.#isStale || this.#sweptVersion !== traces.version ||
      this.#wasRunning !== (nowUnixNano !== undefined);
  }

  #startSweep({ traces, nowUnixNano }: AnalysisSource): void {
    this.#at = 0;
    this.#isSwept = false;
    this.#isStale = false;
    this.#waitingCount = 0;
    this.#sweptVersion = traces.version;
    this.#wasRunning = nowUnixNano !== undefined;
  }

  /** Looks at traces until the time is over; whether it has come to the end. */
  #sweep({ traces }: AnalysisSource, untilMs: number, nowMs: () => number): boolean {
    const target = this.#recount ?? this.#result;
    for (let turn = 0; this.#at < traces.traceCount; this.#at++, turn++) {
      if (turn % TRACES_PER_CLOCK === TRACES_PER_CLOCK - 1 && nowMs() >= untilMs) return false;
      const entry = traces.entryAt(this.#at);
      if (entry === undefined) continue;
      const countedVersion = target.counted.get(entry.sequence);
      if (countedVersion !== undefined) {
        if (countedVersion !== entry.version) this.#isStale = true;
        continue;
      }
      if (entry.runningCount > 0 && this.#wasRunning) {
        this.#waitingCount++;
        continue;
      }
      const trace = traces.trace(entry.traceId);
      if (trace === undefined) continue;
      target.counted.set(entry.sequence, entry.version);
      target.stats.addTrace(trace);
      target.criticalPath.add(trace);
      target.services.add(trace);
      target.errors.add(trace, this.#query?.findSpans(trace));
      target.version++;
      // A tree of many spans takes long by itself.
      if (trace.nodes.length > 64 && nowMs() >= untilMs) {
        this.#at++;
        return this.#at >= traces.traceCount;
      }
    }
    return true;
  }

  #endSweep({ traces }: AnalysisSource, endMs: number): void {
    if (this.#recount !== undefined) this.#result = this.#recount;
    this.#recount = undefined;
    this.#isSwept = true;
    // Some of what was counted is not in the list any more.
    if (this.#result.counted.size > traces.traceCount) this.#isStale = true;
    this.#recountFromMs = endMs +
      Math.max(MIN_RECOUNT_PAUSE_MS, this.#passWorkMs / RECOUNT_SHARE);
  }
}

const analyses = new WeakMap<TraceList, TraceAnalysis>();

/** The analysis of a list, which all pages that show its figures share. */
export function analysisOf(traces: TraceList): TraceAnalysis {
  let analysis = analyses.get(traces);
  if (analysis === undefined) analyses.set(traces, analysis = new TraceAnalysis());
  return analysis;
}
