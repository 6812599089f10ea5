import { buildTrace } from "../assemble/build_trace.ts";
import { durationNano, isErrorSpan, type Span, type SpanState } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { isConnectionName } from "./_connection_span.ts";
import { GroupIndex } from "./_group_index.ts";
import { openSelfTimes } from "./_open_self_times.ts";
import { OpenSpan, type OpenTrace, OpenTraces, type SpanGroups } from "./_open_traces.ts";
import { OperationNamer } from "./_operation_namer.ts";
import type { ValueBudget } from "./duration_distribution.ts";
import { describeGoTraceSource, findGoTraceRepeats } from "./gotrace_rules.ts";
import {
  describeSource,
  type Operation,
  type OperationCategory,
  type OperationSource,
} from "./operation.ts";
import type { GroupTable, OperationGroup } from "./operation_group.ts";
import { callerOf, type RepeatedCallStats, RepeatedCallTable } from "./repeated_call_table.ts";
import { findRepeatedCalls, isCall } from "./repeated_calls.ts";
import { selfTimesNano } from "./self_time.ts";
import { spanService } from "../model/span_service.ts";

/** Which spans count: what a compiled query of `src/query` is. */
export interface SpanFilter {
  /** Whether a span can be judged alone. */
  readonly isSpanwise: boolean;
  /** Judges one span; asked only if {@linkcode SpanFilter.isSpanwise}. */
  matchesSpan(span: Span): boolean;
  /** Indexes into `trace.nodes` of the spans that match. */
  findSpans(trace: Trace): ArrayLike<number>;
}

/** Grouping by the value of an attribute. */
export interface AttributeGrouping {
  /** The value that a span counts under; `undefined` for none. */
  valueOf(span: Span): string | undefined;
  /** Only spans of this category. @default all */
  readonly category?: OperationCategory;
}

/** Options of a {@linkcode StatsCollector}. */
export interface StatsCollectorOptions {
  /** Whether go-trace's own rules tell what a span does and what is an N+1. @default false */
  readonly usesGoTraceRules?: boolean;
  /** Spans that count; the others still take part in self time. @default all */
  readonly filter?: SpanFilter;
  /** Fills the table `by`. @default nothing does */
  readonly by?: AttributeGrouping;
  /** The name of a group for the name of an endpoint, or of a request. @default all keep their own */
  readonly groupName?: (name: string) => string | undefined;
  /** How many calls of one parent count as repeated. @default 5 */
  readonly minRepeatedCalls?: number;
  /** Most groups of each table; spans that are in none of them count as `(other)`. @default 10,000 */
  readonly maxGroups?: number;
  /** Most kinds of repeated calls. @default 1,000 */
  readonly maxRepeatedCalls?: number;
  /** Most spans that wait for the rest of their trace. @default 50,000 */
  readonly maxOpenSpans?: number;
  /** Most durations that are kept exactly, over all groups. @default 8,388,608 */
  readonly maxExactValues?: number;
}

/** What a {@linkcode StatsCollector} has seen. */
export interface StatsSummary {
  /** Distinct spans that count, whatever their state. */
  readonly spanCount: number;
  /** Spans that came again, and were not counted again. */
  readonly duplicateSpanCount: number;
  /**
   * Spans that came after their trace had been analysed: they are in all figures, but their self time and
   * repeated calls are found without the rest of the trace. Known of the last 65,536 traces or more.
   */
  readonly lateSpanCount: number;
  /** Spans that have not ended yet. */
  readonly runningCount: number;
  /** Spans that never got an end. */
  readonly unfinishedCount: number;
  /** Spans whose end lies before their start. */
  readonly clockSkewCount: number;
  /** Traces with a span that counts. */
  readonly traceCount: number;
  /** Nanoseconds since the Unix epoch; `undefined` while there is no span. */
  readonly startTimeUnixNano: bigint | undefined;
  /** The latest start or end. */
  readonly endTimeUnixNano: bigint | undefined;
  /** Findings of repeated calls that had no room. */
  readonly otherRepeatedCallCount: number;
}

const STATE_RANKS: Readonly<Record<SpanState, number>> = { running: 0, unfinished: 1, ended: 2 };
/** Longer statements are not kept for samples of their values. */
const MAX_SAMPLED_LENGTH = 8192;
/** In how many spans none may be of a trace that is called complete, and how often that is looked for. */
const QUIET_SPANS = 5_000;
const SWEEP_SPANS = 512;
/** How many calls of an operation are kept in a trace, but for the first one. */
const KEPT_CALLS = 6;

/**
 * Counts spans as they come, in memory that does not depend on their number: how often each operation
 * was carried out, how long that took, how often it failed, and, once a trace is complete, its self
 * time and the calls it repeats. A span costs O(log n).
 *
 * A trace counts as complete when it has been quiet for long, or when more spans wait for the rest of their
 * traces than `maxOpenSpans`; the one that has been quiet longest goes first.
 *
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import { StatsCollector } from "./stats_collector.ts";
 *
 * const collector = new StatsCollector();
 * collector.add({
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /users/7",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 5_000_000n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * });
 * collector.finish();
 * const [group] = collector.groups("endpoint");
 * if (group.name !== "GET /users/{id}" || group.selfNano !== 5_000_000) throw new Error("wrong");
 * ```
 */
export class StatsCollector {
  readonly #options: StatsCollectorOptions;
  /** How many calls of one parent count as repeated. */
  readonly minCalls: number;
  readonly #describe: (span: Span) => OperationSource;
  readonly #maxOpenSpans: number;
  readonly #groups: GroupIndex;
  readonly #namer: OperationNamer;
  readonly #open = new OpenTraces();
  readonly #repeated: RepeatedCallTable;
  #lastService: OperationGroup | undefined;
  /** Whether more spans came at once than may wait. */
  #isLarge = false;
  #spanCount = 0;
  #duplicateSpanCount = 0;
  #lateSpanCount = 0;
  #traceCount = 0;
  #startTimeUnixNano: bigint | undefined;
  #endTimeUnixNano: bigint | undefined;

  constructor(options: StatsCollectorOptions = {}) {
    this.#options = options;
    this.minCalls = Math.max(2, options.minRepeatedCalls ?? 5);
    this.#describe = options.usesGoTraceRules ? describeGoTraceSource : describeSource;
    this.#maxOpenSpans = Math.max(1, options.maxOpenSpans ?? 50_000);
    const budget: ValueBudget = {
      maxValues: options.maxExactValues ?? 8_388_608,
      usedValues: 0,
    };
    this.#groups = new GroupIndex(Math.max(1, options.maxGroups ?? 10_000), budget);
    this.#namer = new OperationNamer(this.#groups, options.groupName);
    this.#repeated = new RepeatedCallTable(options.maxRepeatedCalls ?? 1_000);
  }

  get summary(): StatsSummary {
    // Every span is of one service, even if that has no name.
    const services = this.#groups.groups("service");
    const sum = (value: (group: OperationGroup) => number): number =>
      services.reduce((total, group) => total + value(group), 0);
    return {
      runningCount: sum((group) => group.runningCount),
      unfinishedCount: sum((group) => group.unfinishedCount),
      clockSkewCount: sum((group) => group.clockSkewCount),
      spanCount: this.#spanCount,
      duplicateSpanCount: this.#duplicateSpanCount,
      lateSpanCount: this.#lateSpanCount,
      traceCount: this.#traceCount,
      startTimeUnixNano: this.#startTimeUnixNano,
      endTimeUnixNano: this.#endTimeUnixNano,
      otherRepeatedCallCount: this.#repeated.otherCount,
    };
  }

  /** The groups of a table, in the order in which they were first seen. */
  groups(table: GroupTable): OperationGroup[] {
    return this.#groups.groups(table);
  }

  /** The repeated calls of the traces analysed so far. */
  get repeatedCalls(): readonly RepeatedCallStats[] {
    return this.#repeated.entries;
  }

  /**
   * Counts a span, or completes the one with the same identity.
   *
   * @param nowMs Milliseconds of any clock that does not go back, for `analyzeQuiet`. @default 0
   */
  add(span: Span, nowMs = 0): void {
    const trace = this.#open.touch(span, nowMs);
    const known = trace.find(span.spanId);
    if (known === undefined) {
      this.#open.spanCount++;
    } else {
      if (STATE_RANKS[known.state] >= STATE_RANKS[span.state]) {
        this.#duplicateSpanCount++;
        return;
      }
      if (known.isCounted) this.#uncount(known);
    }
    const open = this.#openSpan(span, trace);
    trace.add(open, known);
    const { filter } = this.#options;
    if (filter === undefined || (filter.isSpanwise && filter.matchesSpan(span))) {
      this.#count(open, span, trace);
    }
    if (this.#open.spanCount > this.#maxOpenSpans) this.#makeRoom();
    else if (this.#isLarge && this.#open.touchCount % SWEEP_SPANS === 0) this.#analyzeComplete();
  }

  /**
   * Counts a whole trace at once, which takes less time than span by span, and never leaves part of it for
   * later. Nothing of it may have been counted, nor come after.
   */
  addTrace(trace: Trace): void {
    const { nodes } = trace;
    const { filter } = this.#options;
    const isFound = filter?.isSpanwise === false ? markFound(trace, filter) : undefined;
    const groups = new Map<Span, SpanGroups>();
    const counted = new Set<Span>();
    const selfTimes = selfTimesNano(trace);
    let callCount = 0;
    for (let index = 0; index < nodes.length; index++) {
      const { span } = nodes[index];
      const described = this.#describe(span);
      const found = this.#groupsOf(span, described);
      groups.set(span, found);
      if (isFound !== undefined ? isFound[index] === 0 : filter?.matchesSpan(span) === false) {
        continue;
      }
      counted.add(span);
      this.#countSpan(found, span, Number(durationNano(span) ?? -1n));
      if (span.state === "ended") addSelfTime(found, selfTimes[index]);
      if (isCall(described.category)) callCount++;
    }
    if (counted.size > 0) this.#traceCount++;
    if (callCount < this.minCalls) return;
    this.#countRepeatedCalls(trace, {
      groupsOf: (span) => groups.get(span) as SpanGroups,
      isCounted: (span) => counted.has(span),
      sourceOf: (span) => span,
      callerOf,
    });
  }

  /**
   * Analyses the traces that nothing was added to since a moment, unless spans of theirs still run.
   *
   * @param sinceMs By the clock that `add` was given.
   */
  analyzeQuiet(sinceMs: number): void {
    for (const trace of this.#open.quietSince(sinceMs)) {
      if (trace.runningCount === 0) this.#analyze(trace);
    }
  }

  /** Analyses everything, because nothing more will come. */
  finish(): void {
    for (const trace of this.#open.quietSince(Infinity)) this.#analyze(trace, true);
  }

  #openSpan(span: Span, trace: OpenTrace): OpenSpan {
    const described = this.#describe(span);
    const open = new OpenSpan(span, this.#groupsOf(span, described), trace);
    const isEvidence = isCall(described.category) && this.#isEvidence(open, trace) &&
      described.text.length <= MAX_SAMPLED_LENGTH;
    if (isEvidence || this.#options.filter?.isSpanwise === false) open.source = span;
    if (!isCall(described.category)) open.caller = callerOf(span);
    return open;
  }

  #groupsOf(span: Span, described: OperationSource): SpanGroups {
    const { usesGoTraceRules, by } = this.#options;
    const serviceGroup = this.#serviceGroup(usesGoTraceRules ? "" : (spanService(span) ?? ""));
    const operation = this.#namer.group(described, serviceGroup.name);
    const hasValue = by !== undefined &&
      (by.category === undefined || by.category === described.category);
    const value = hasValue ? by.valueOf(span) : undefined;
    return {
      operation,
      serviceGroup,
      by: value === undefined ? undefined : this.#groups.find("by", "", value),
      isConnection: operation.isConnection || isConnectionName(span.name, operation),
    };
  }

  /** Mostly the same as of the span before. */
  #serviceGroup(name: string): OperationGroup {
    if (this.#lastService?.name !== name) {
      this.#lastService = this.#groups.find("service", "", name);
    }
    return this.#lastService;
  }

  /** Whether to keep a call for what it says about repeated calls: a few of those that follow another are. */
  #isEvidence({ operation, parentId, isConnection }: OpenSpan, trace: OpenTrace): boolean {
    if (isConnection) return false;
    const calls = trace.calls ??= new Map();
    const known = calls.get(operation);
    if (known === undefined) {
      calls.set(operation, { count: 1, runCount: 1, parentId });
      return false;
    }
    known.count++;
    known.runCount = parentId === known.parentId ? known.runCount + 1 : 1;
    known.parentId = parentId;
    if (known.count > trace.maxCallCount) trace.maxCallCount = known.count;
    return known.count <= KEPT_CALLS || (known.runCount > 1 && known.runCount <= KEPT_CALLS);
  }

  #count(open: OpenSpan, span: Span, trace: OpenTrace): void {
    open.isCounted = true;
    if (trace.isLate) this.#lateSpanCount++;
    else if (!trace.isCounted) this.#traceCount++;
    trace.isCounted = true;
    this.#countSpan(open, span, open.durationNano);
  }

  #countSpan({ operation, serviceGroup, by }: SpanGroups, span: Span, nano: number): void {
    this.#spanCount++;
    this.#widen(span);
    const isError = span.state === "ended" && isErrorSpan(span);
    countIn(operation, span.state, nano, isError);
    countIn(serviceGroup, span.state, nano, isError);
    if (by !== undefined) countIn(by, span.state, nano, isError);
  }

  /** Takes back a span that had not ended, because it has now. */
  #uncount({ operation, serviceGroup, by, state }: OpenSpan): void {
    this.#spanCount--;
    for (const group of [operation, serviceGroup, by]) {
      if (group === undefined) continue;
      if (state === "running") group.runningCount--;
      else group.unfinishedCount--;
    }
  }

  #widen({ startTimeUnixNano, endTimeUnixNano }: Span): void {
    if (this.#startTimeUnixNano === undefined || startTimeUnixNano < this.#startTimeUnixNano) {
      this.#startTimeUnixNano = startTimeUnixNano;
    }
    const latest = endTimeUnixNano ?? startTimeUnixNano;
    if (this.#endTimeUnixNano === undefined || latest > this.#endTimeUnixNano) {
      this.#endTimeUnixNano = latest;
    }
  }

  #makeRoom(): void {
    this.#isLarge = true;
    this.#analyzeComplete();
    // A share at once: one by one, a trace that is larger than the bound would be cut into single spans.
    const target = this.#maxOpenSpans * 0.9;
    while (this.#open.spanCount > target) {
      const trace = this.#open.oldest();
      if (trace === undefined) return;
      this.#analyze(trace);
    }
  }

  /**
   * Once there are more spans than may wait, traces that seem complete no longer do: keeping them would
   * take memory and time for little.
   */
  #analyzeComplete(): void {
    for (const trace of this.#open.complete(this.#open.touchCount - QUIET_SPANS)) {
      this.#analyze(trace);
    }
  }

  /** @param isOver Whether what runs in it may go on running: nothing more will come. */
  #analyze(trace: OpenTrace, isOver = false): void {
    this.#open.close(trace);
    if (trace.runningCount > 0 && !isOver) this.#forgetRunning(trace);
    if (trace.spans.length === 0) return;
    if (this.#options.filter?.isSpanwise === false) this.#countMatches(trace);
    this.#countSelfTimes(trace);
    if (trace.maxCallCount >= this.minCalls) this.#countOpenCalls(trace);
  }

  /** Counts the spans that match a query about the trace they are in. */
  #countMatches(trace: OpenTrace): void {
    const spans = trace.spans.map((open) => open.source as Span);
    const tree = buildTrace(trace.key, spans);
    const found = (this.#options.filter as SpanFilter).findSpans(tree);
    for (let at = 0; at < found.length; at++) {
      const { span } = tree.nodes[found[at]];
      this.#count(trace.find(span.spanId) as OpenSpan, span, trace);
    }
  }

  #countSelfTimes(trace: OpenTrace): void {
    const selfTimes = openSelfTimes(trace);
    for (const open of trace.spans) {
      if (open.isCounted && open.state === "ended") addSelfTime(open, selfTimes[open.place]);
    }
  }

  #countOpenCalls(trace: OpenTrace): void {
    const tree = buildTrace(trace.key, trace.spans);
    this.#countRepeatedCalls(tree, {
      groupsOf: (span) => (span as OpenSpan),
      isCounted: (span) => (span as OpenSpan).isCounted,
      sourceOf: (span) => (span as OpenSpan).source,
      callerOf: (span) => (span as OpenSpan).caller,
    });
  }

  #countRepeatedCalls(trace: Trace, lookup: SpanLookup): void {
    const operationOf = (span: Span): Operation | undefined =>
      lookup.isCounted(span) ? lookup.groupsOf(span).operation : undefined;
    const found = this.#options.usesGoTraceRules
      ? findGoTraceRepeats(trace, operationOf, this.minCalls)
      : findRepeatedCalls(trace, {
        minCalls: this.minCalls,
        operationOf,
        isConnection: (span) => lookup.groupsOf(span).isConnection,
      });
    for (const call of found) {
      this.#repeated.add(trace, call, {
        operationOf: (span) => lookup.groupsOf(span).operation,
        sourceOf: lookup.sourceOf,
        callerOf: lookup.callerOf,
      });
    }
  }

  /** A trace that is given up may never be heard of again: nothing of it is said to run. */
  #forgetRunning(trace: OpenTrace): void {
    for (const open of trace.removeRunning()) {
      if (open.isCounted) this.#uncount(open);
    }
  }
}

/** What is known of the spans of a trace that is analysed. */
interface SpanLookup {
  groupsOf(span: Span): SpanGroups;
  isCounted(span: Span): boolean;
  /** The span with its attributes; `undefined` when they are gone. */
  sourceOf(span: Span): Span | undefined;
  /** Where in the program a span was made that is no call. */
  callerOf(span: Span): string | undefined;
}

function markFound(trace: Trace, filter: SpanFilter): Uint8Array {
  const marks = new Uint8Array(trace.nodes.length);
  const found = filter.findSpans(trace);
  for (let at = 0; at < found.length; at++) marks[found[at]] = 1;
  return marks;
}

function addSelfTime({ operation, serviceGroup, by }: SpanGroups, nano: number): void {
  operation.selfNano += nano;
  serviceGroup.selfNano += nano;
  if (by !== undefined) by.selfNano += nano;
}

function countIn(group: OperationGroup, state: SpanState, nano: number, isError: boolean): void {
  if (state === "running") {
    group.runningCount++;
  } else if (state === "unfinished") {
    group.unfinishedCount++;
  } else if (nano < 0) {
    group.clockSkewCount++;
  } else {
    group.durations.add(nano);
    if (isError) group.errorCount++;
  }
}
