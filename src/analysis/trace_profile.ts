import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanNode, Trace } from "../model/trace.ts";
import { GroupIndex } from "./_group_index.ts";
import { OperationNamer } from "./_operation_namer.ts";
import { TimedSample } from "./_timed_sample.ts";
import { describeSource, type Operation } from "./operation.ts";
import type { OperationGroup } from "./operation_group.ts";
import { callerOf, type RepeatedCallStats, RepeatedCallTable } from "./repeated_call_table.ts";
import { findRepeatedCalls } from "./repeated_calls.ts";
import { selfTimesNano } from "./self_time.ts";
import { spanService } from "../model/span_service.ts";

/** The bounds of a {@linkcode TraceProfile}. */
export interface TraceProfileOptions {
  /** How many operations of a category are told apart; further ones are one, `(other)`. @default 10,000 */
  readonly maxOperations?: number;
  /** How many places of operations are told apart; spans at others are `unplacedSpans`. @default 20,000 */
  readonly maxPlaces?: number;
  /** How many times of an operation and of a place are kept for tests of significance. @default 4,096 */
  readonly maxSamples?: number;
}

/** What a profile knows of an operation, wherever it stands. */
export interface OperationProfile {
  /** Its figures. */
  readonly group: OperationGroup;
  /** Spans of any state. */
  spanCount: number;
  /** How long a span took, in nanoseconds: for each trace the mean of its spans that ended. */
  readonly durations: TimedSample;
  readonly places: PlaceProfile[];
}

/** An operation at its place in the tree: under that parent, under that one's parent, and so on. */
export class PlaceProfile {
  readonly operation: OperationProfile;
  /** Absent for a root. */
  readonly parent: PlaceProfile | undefined;
  /** The root above it; itself for a root. */
  readonly root: PlaceProfile;
  /** Whether it is a root only because the parent that its spans name is not there. */
  readonly isOrphan: boolean;
  readonly children: Map<OperationProfile, PlaceProfile> = new Map();
  /** Spans of any state. */
  spanCount = 0;
  /** Spans that ended without an error: those whose calls and times can be compared. */
  goodCount = 0;
  /** Spans that failed though none of their children did. */
  ownErrorCount = 0;
  /**
   * How long a good span took itself, in nanoseconds: for each trace the mean of its spans of this
   * place. A trace is one sample, because its spans share its fate.
   */
  readonly selfTimes: TimedSample;
  /** The same of each span, of the first traces: for recordings that have few traces, but long ones. */
  readonly spanSelfTimes: TimedSample;
  /** 1 for each span that failed on its own account and 0 for the others. */
  readonly ownErrors: TimedSample;
  /** How many good parents had how many spans of this place; those that had none are not in it. */
  readonly perParent: Map<number, number> = new Map();

  constructor(
    operation: OperationProfile,
    parent: PlaceProfile | undefined,
    isOrphan: boolean,
    maxSamples: number,
  ) {
    this.operation = operation;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.isOrphan = isOrphan;
    this.selfTimes = new TimedSample(maxSamples);
    this.spanSelfTimes = new TimedSample(maxSamples);
    this.ownErrors = new TimedSample(maxSamples);
  }
}

/**
 * What a recording says of the operations in it, in bounded memory: how often, how long and how
 * faulty, by operation and by place in the tree. `compareProfiles` compares two.
 *
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import { TraceProfile } from "./trace_profile.ts";
 *
 * const profile = new TraceProfile();
 * profile.add(buildTrace("t", [{
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /users/7",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 5_000_000n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * }]));
 * if (profile.operations[0].group.name !== "GET /users/{id}") throw new Error("wrong");
 * ```
 */
export class TraceProfile {
  /** Traces that were added. */
  traceCount = 0;
  /** Spans that were added. */
  spanCount = 0;
  /** Spans that had no place within the bounds. */
  unplacedSpans = 0;
  /** What no other operation has called. */
  readonly roots: PlaceProfile["children"] = new Map();
  /** The same of spans whose parents are not there. */
  readonly orphans: PlaceProfile["children"] = new Map();
  readonly #maxPlaces: number;
  readonly #maxSamples: number;
  readonly #namer: OperationNamer;
  readonly #operations = new Map<OperationGroup, OperationProfile>();
  readonly #repeated = new RepeatedCallTable(MAX_REPEATED_CALLS);
  #placeCount = 0;

  constructor(options: TraceProfileOptions = {}) {
    this.#maxPlaces = Math.max(1, options.maxPlaces ?? 20_000);
    this.#maxSamples = Math.max(2, options.maxSamples ?? 4096);
    const budget = { maxValues: MAX_EXACT_DURATIONS, usedValues: 0 };
    const maxOperations = Math.max(1, options.maxOperations ?? 10_000);
    this.#namer = new OperationNamer(new GroupIndex(maxOperations, budget), undefined);
  }

  /** In the order in which they were first seen. */
  get operations(): readonly OperationProfile[] {
    return [...this.#operations.values()];
  }

  /** What is called many times by one parent. */
  get repeatedCalls(): readonly RepeatedCallStats[] {
    return this.#repeated.entries;
  }

  /** Adds the spans of a trace. */
  add(trace: Trace): void {
    const { nodes } = trace;
    this.traceCount++;
    this.spanCount += nodes.length;
    const selfTimes = selfTimesNano(trace);
    const hasErrorBelow = findErrorsBelow(nodes);
    const places: (PlaceProfile | undefined)[] = new Array(nodes.length);
    const perTrace = new TraceSums();
    for (let index = 0; index < nodes.length; index++) {
      const { span, parent, isOrphan } = nodes[index];
      const isError = isErrorSpan(span);
      const operation = this.#count(span, isError, perTrace);
      const above = parent < 0 ? undefined : places[parent];
      const place = parent >= 0 && above === undefined
        ? undefined
        : this.#placeOf(operation, above, isOrphan);
      places[index] = place;
      if (place === undefined) {
        this.unplacedSpans++;
        continue;
      }
      const isOwnError = isError && hasErrorBelow[index] === 0;
      place.spanCount++;
      if (isOwnError) place.ownErrorCount++;
      place.ownErrors.add(Number(span.startTimeUnixNano), isOwnError ? 1 : 0);
      // Recursion that is folded into one place has no one parent.
      const hasParent = parent < 0 || isGood(nodes[parent].span);
      if (hasParent && place.parent === above) perTrace.addCall(parent, place);
      if (!isGood(span)) continue;
      place.goodCount++;
      const time = Number(span.startTimeUnixNano);
      perTrace.addTime(place.selfTimes, time, selfTimes[index]);
      if (place.selfTimes.count < FEW_TRACES) place.spanSelfTimes.add(time, selfTimes[index]);
    }
    perTrace.addTo();
    for (const call of findRepeatedCalls(trace, { operationOf: this.#operationOf })) {
      this.#repeated.add(trace, call, {
        operationOf: this.#operationOf,
        sourceOf: (span) => span,
        callerOf,
      });
    }
  }

  readonly #operationOf = (span: Span): Operation =>
    this.#namer.group(describeSource(span), spanService(span) ?? "");

  #count(span: Span, isError: boolean, perTrace: TraceSums): OperationProfile {
    const group = this.#namer.group(describeSource(span), spanService(span) ?? "");
    let profile = this.#operations.get(group);
    if (profile === undefined) {
      const durations = new TimedSample(this.#maxSamples);
      profile = { group, spanCount: 0, durations, places: [] };
      this.#operations.set(group, profile);
    }
    profile.spanCount++;
    if (isError) group.errorCount++;
    if (span.endTimeUnixNano === undefined) {
      if (span.state === "running") group.runningCount++;
      else group.unfinishedCount++;
    } else if (span.endTimeUnixNano < span.startTimeUnixNano) {
      group.clockSkewCount++;
    } else {
      const nano = Number(span.endTimeUnixNano - span.startTimeUnixNano);
      group.durations.add(nano);
      perTrace.addTime(profile.durations, Number(span.startTimeUnixNano), nano);
    }
    return profile;
  }

  #placeOf(
    operation: OperationProfile,
    parent: PlaceProfile | undefined,
    isOrphan: boolean,
  ): PlaceProfile | undefined {
    const siblings = parent?.children ?? (isOrphan ? this.orphans : this.roots);
    const known = siblings.get(operation) ?? findRecursion(operation, parent);
    if (known !== undefined) return known;
    if (this.#placeCount >= this.#maxPlaces) return undefined;
    this.#placeCount++;
    const place = new PlaceProfile(operation, parent, isOrphan, this.#maxSamples);
    siblings.set(operation, place);
    operation.places.push(place);
    return place;
  }
}

/** How many durations all operations together keep for exact percentiles. */
const MAX_EXACT_DURATIONS = 4_194_304;
const MAX_REPEATED_CALLS = 10_000;
/** Where there are more traces of a place, each is one sample, and its spans are not kept. */
const FEW_TRACES = 16;
/** How often an operation stands in itself before its places are one: recursion has no depth of its own. */
const MAX_NESTING = 3;
/** How far up recursion is looked for. */
const MAX_LOOKED_AT = 64;

/** The place at which a recursion is folded; `undefined` where there is none, or it is not deep. */
function findRecursion(
  operation: OperationProfile,
  parent: PlaceProfile | undefined,
): PlaceProfile | undefined {
  let nearest: PlaceProfile | undefined;
  let nesting = 0;
  let place = parent;
  for (let seen = 0; place !== undefined && seen < MAX_LOOKED_AT; seen++) {
    if (place.operation === operation) {
      nearest ??= place;
      nesting++;
    }
    place = place.parent;
  }
  return nesting >= MAX_NESTING ? nearest : undefined;
}

function isGood(span: Span): boolean {
  return span.endTimeUnixNano !== undefined && !isErrorSpan(span);
}

/** For each span, whether any of those directly under it failed. */
function findErrorsBelow(nodes: readonly SpanNode[]): Uint8Array {
  const found = new Uint8Array(nodes.length);
  for (const { span, parent } of nodes) {
    if (parent >= 0 && isErrorSpan(span)) found[parent] = 1;
  }
  return found;
}

/** What the spans of one trace add up to. */
class TraceSums {
  readonly #times = new Map<TimedSample, { time: number; sum: number; count: number }>();
  readonly #calls = new Map<number, Map<PlaceProfile, number>>();

  /** Adds to what becomes one value of a sample: the mean. */
  addTime(sample: TimedSample, time: number, nano: number): void {
    const known = this.#times.get(sample);
    if (known === undefined) {
      this.#times.set(sample, { time, sum: nano, count: 1 });
    } else {
      known.sum += nano;
      known.count++;
    }
  }

  addCall(parent: number, place: PlaceProfile): void {
    let counts = this.#calls.get(parent);
    if (counts === undefined) this.#calls.set(parent, counts = new Map());
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }

  /** Adds the trace to the samples and places. */
  addTo(): void {
    for (const [sample, { time, sum, count }] of this.#times) sample.add(time, sum / count);
    for (const counts of this.#calls.values()) {
      for (const [place, count] of counts) {
        const rounded = roundCount(count);
        place.perParent.set(rounded, (place.perParent.get(rounded) ?? 0) + 1);
      }
    }
  }
}

/** Three digits of a large count: more say nothing, and each takes memory. */
function roundCount(count: number): number {
  return count < 1000 ? count : Number(count.toPrecision(3));
}
