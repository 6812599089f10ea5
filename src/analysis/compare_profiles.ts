import { type CallChange, findCallChanges } from "./_call_changes.ts";
import { findErrorChanges } from "./_error_changes.ts";
import { matchPlaces, type PlacePair } from "./_match_places.ts";
import { operationKey } from "./_operation_key.ts";
import { pathOf, placeFigures } from "./_place_figures.ts";
import { selfTimeSamples } from "./_self_time_samples.ts";
import { findSelfTimeChanges } from "./_self_time_changes.ts";
import { type Finding, FINDING_KINDS, type FindingKind, type FindingPlace } from "./finding.ts";
import type { Operation } from "./operation.ts";
import { compareOperations, type OperationComparison } from "./operation_comparison.ts";
import type { RepeatedCallStats } from "./repeated_call_table.ts";
import type { PlaceProfile, TraceProfile } from "./trace_profile.ts";

/** From what on {@linkcode compareProfiles} calls a difference a finding. */
export interface CompareOptions {
  /** By which share its own time must have changed for an operation to be slower or faster. @default 0.15 */
  readonly minChange?: number;
  /** By how many nanoseconds in each trace, besides. @default 50,000 */
  readonly minTimeNano?: number;
  /** By which share of its trace, besides. @default 0.05 */
  readonly minTraceShare?: number;
  /**
   * How probable it may be that chance makes a finding of calls, or of errors, in a comparison of equals;
   * ten times that for times, whose change must be large, besides. @default 0.0025
   */
  readonly maxProbability?: number;
}

/** By what factor everything of a sort is slower: 1.12 for 12 %. */
export interface CommonChange {
  /** What has it in common; absent for all operations together. */
  readonly category?: Operation["category"];
  readonly factor: number;
}

/** What {@linkcode compareProfiles} tells. */
export interface ProfileComparison {
  /** What differs, the most important kinds first. */
  readonly findings: readonly Finding[];
  /** What looks like a difference, with too few samples to tell. */
  readonly unclear: readonly Finding[];
  /** Places that matter and have too few samples to compare their times. */
  readonly unclearTimeCount: number;
  /** What all operations, or all of a category, have in common, and is no finding of any. */
  readonly common: readonly CommonChange[];
  /** All operations of either, the one that takes most time first. */
  readonly operations: readonly OperationComparison[];
  /** What was called many times by one parent before. */
  readonly repeatedBefore: readonly RepeatedCallStats[];
  /** The same after. */
  readonly repeatedAfter: readonly RepeatedCallStats[];
}

/**
 * Compares two recordings of a program, so that what is found is worth looking at:
 *
 * - Operations are compared at their place in the tree, by the time that they take themselves: a parent
 *   is not slower because a child is. What is called more often is one finding, where the
 *   number of calls of one parent changed; what fails is found where the error comes from.
 * - A difference must be larger than chance explains, by tests that ask nothing of the distribution and
 *   are corrected for their number and for values that hang together in time; and it must be large.
 * - What all operations have in common, a machine that is slower today, is told apart from what
 *   happened to one of them.
 *
 * @param before What was before.
 * @param after What it is compared with.
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import { compareProfiles } from "./compare_profiles.ts";
 * import { TraceProfile } from "./trace_profile.ts";
 *
 * function profile(durationMs: number): TraceProfile {
 *   const traces = new TraceProfile();
 *   for (let at = 0; at < 20; at++) {
 *     const start = BigInt(at) * 1_000_000_000n;
 *     traces.add(buildTrace("t", [{
 *       traceId: "t",
 *       spanId: "a",
 *       name: "GET /users/7",
 *       kind: "http",
 *       startTimeUnixNano: start,
 *       endTimeUnixNano: start + BigInt(durationMs * 1_000_000 + at),
 *       state: "ended",
 *       attributes: createAttributes(),
 *     }]));
 *   }
 *   return traces;
 * }
 *
 * const { findings } = compareProfiles(profile(10), profile(13));
 * if (findings.length !== 1 || findings[0].kind !== "slower") throw new Error("not found");
 * ```
 */
export function compareProfiles(
  before: TraceProfile,
  after: TraceProfile,
  options: CompareOptions = {},
): ProfileComparison {
  const maxProbability = options.maxProbability ?? 0.0025;
  const pairs = matchPlaces(before, after);
  const calls = findCallChanges(pairs, before, after, maxProbability);
  const largeCalls = calls.significant.filter(isLarge);
  const errors = findErrorChanges(pairs, maxProbability);
  const limits = {
    minChange: options.minChange ?? 0.15,
    minTimeNano: options.minTimeNano ?? 50_000,
    minTraceShare: options.minTraceShare ?? 0.05,
    // What is called slower must be so by far, too, which chance does not often bring about.
    maxProbability: maxProbability * 10,
  };
  const times = findSelfTimeChanges(pairs, limits, callChangeTest(largeCalls));
  const overhead = callOverhead(largeCalls);
  const collector = new FindingCollector(before, after);
  for (const { pair, nanoPerTrace, nanoPerSpan, probability } of times.changes) {
    const added = overhead.get(pair.after) ?? 0;
    // To make more calls takes the caller more time, too.
    if (added * nanoPerSpan > 0 && Math.abs(nanoPerSpan) <= Math.abs(added) * NANO_PER_CALL) {
      continue;
    }
    collector.add(
      nanoPerTrace > 0 ? "slower" : "faster",
      pair,
      probability,
      Math.abs(nanoPerTrace),
    );
  }
  for (const change of largeCalls) collector.addCalls(change);
  for (const change of errors) {
    const kind = change.after > change.before ? "more_errors" : "fewer_errors";
    collector.add(kind, change.pair, change.probability, Math.abs(change.after - change.before));
  }
  const unclear = new FindingCollector(before, after);
  for (const change of calls.unclear) unclear.addCalls(change);
  return {
    findings: collector.findings(),
    unclear: unclear.findings(),
    unclearTimeCount: times.unclearCount,
    common: [
      { factor: Math.exp(times.drift.overall) },
      ...Array.from(
        times.drift.byCategory,
        ([category, drift]) => ({ category, factor: Math.exp(drift) }),
      ),
    ],
    operations: compareOperations(before, after, calls.significant, times.drift),
    repeatedBefore: before.repeatedCalls,
    repeatedAfter: after.repeatedCalls,
  };
}

/** How long a caller may need for each further call. */
const NANO_PER_CALL = 100_000;
const MIN_CALL_RATIO = 1.2;
const MIN_CALLS = 0.1;

function isLarge({ before, after }: CallChange): boolean {
  if (before === 0 || after === 0) return true;
  return Math.abs(after - before) >= MIN_CALLS &&
    Math.max(before, after) >= MIN_CALL_RATIO * Math.min(before, after);
}

/** Tells whether a place, or one above it, is called as often as before no more: its times are others. */
function callChangeTest(changes: readonly CallChange[]): (pair: PlacePair) => boolean {
  const changed = new Set<PlaceProfile>();
  for (const { pair } of changes) {
    // What is under a new layer is what it was before.
    if (pair.before !== undefined && pair.after !== undefined) changed.add(pair.after);
  }
  // Pairs come after those of their parents.
  return ({ after }) => {
    if (after === undefined) return false;
    if (after.parent !== undefined && changed.has(after.parent)) changed.add(after);
    return changed.has(after);
  };
}

/** How many more calls each parent makes. */
function callOverhead(changes: readonly CallChange[]): Map<PlaceProfile, number> {
  const overhead = new Map<PlaceProfile, number>();
  for (const { before, after, parentAfter } of changes) {
    if (parentAfter === undefined) continue;
    overhead.set(parentAfter, (overhead.get(parentAfter) ?? 0) + after - before);
  }
  return overhead;
}

/** Brings together what is one finding: the same thing at several places. */
class FindingCollector {
  readonly #before: TraceProfile;
  readonly #after: TraceProfile;
  readonly #beforeKeys: ReadonlySet<string>;
  readonly #afterKeys: ReadonlySet<string>;
  readonly #found = new Map<string, Found>();

  constructor(before: TraceProfile, after: TraceProfile) {
    this.#before = before;
    this.#after = after;
    this.#beforeKeys = new Set(before.operations.map(({ group }) => operationKey(group)));
    this.#afterKeys = new Set(after.operations.map(({ group }) => operationKey(group)));
  }

  addCalls({ pair, before, after, probability }: CallChange): void {
    const { parent } = pair.after ?? pair.before as PlaceProfile;
    const kind = before === 0
      ? "new"
      : after === 0
      ? "gone"
      : after > before
      ? "more_calls"
      : "fewer_calls";
    const caller = parent === undefined ? "" : operationKey(parent.operation.group);
    this.add(kind, pair, probability, Math.abs(after - before), caller);
  }

  add(
    kind: FindingKind,
    pair: PlacePair,
    probability: number,
    weight: number,
    caller = "",
  ): void {
    const place = pair.after ?? pair.before as PlaceProfile;
    const operation = place.operation.group;
    const key = `${kind}\0${operationKey(operation)}\0${caller}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = { kind, operation, weight: 0, places: [], below: new Set() };
      this.#found.set(key, found);
    }
    found.weight += weight;
    const [oldTimes, newTimes] = selfTimeSamples(pair.before ?? place, pair.after ?? place);
    found.places.push({
      weight,
      place: {
        path: pathOf(place),
        before: pair.before && placeFigures(pair.before, this.#before, oldTimes),
        after: pair.after && placeFigures(pair.after, this.#after, newTimes),
        probability,
      },
    });
    if (kind === "new" || kind === "gone") {
      const others = kind === "new" ? this.#beforeKeys : this.#afterKeys;
      addOperationsBelow(place, others, found.below);
    }
  }

  findings(): Finding[] {
    const sorted = [...this.#found.values()].sort((a, b) =>
      FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind) || b.weight - a.weight
    );
    return sorted.map(({ kind, operation, places, below }) => ({
      kind,
      operation,
      places: places.sort((a, b) => b.weight - a.weight).map(({ place }) => place),
      isOnlyHere: kind === "new" && !this.#beforeKeys.has(operationKey(operation)) ||
        kind === "gone" && !this.#afterKeys.has(operationKey(operation)),
      operationsBelow: below.size,
    }));
  }
}

interface Found {
  readonly kind: FindingKind;
  readonly operation: Operation;
  weight: number;
  readonly places: { readonly weight: number; readonly place: FindingPlace }[];
  /** Operations that are new or gone with it. */
  readonly below: Set<string>;
}

function addOperationsBelow(
  top: PlaceProfile,
  others: ReadonlySet<string>,
  below: Set<string>,
): void {
  const places = [...top.children.values()];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const key = operationKey(place.operation.group);
    if (!others.has(key)) below.add(key);
    for (const child of place.children.values()) places.push(child);
  }
}
