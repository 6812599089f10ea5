import { baselinesOf, type Drift, findDrift } from "./_drift.ts";
import { holm } from "./_holm.ts";
import type { PlacePair } from "./_match_places.ts";
import { leastProbability } from "./_rank_test.ts";
import { selfTimeSamples } from "./_self_time_samples.ts";
import { TimePair } from "./_time_change.ts";
import type { PlaceProfile } from "./trace_profile.ts";

/** A place that itself takes longer or shorter than before. */
export interface SelfTimeChange {
  readonly pair: Required<PlacePair>;
  /** How many nanoseconds longer it takes in each trace, by the medians. */
  readonly nanoPerTrace: number;
  /** The same of one span. */
  readonly nanoPerSpan: number;
  readonly probability: number;
}

/** What became of the self times. */
export interface SelfTimeChanges {
  readonly changes: readonly SelfTimeChange[];
  readonly drift: Drift;
  /** Places that matter and have too few samples to tell. */
  readonly unclearCount: number;
}

/** From what on a change counts. */
export interface SelfTimeLimits {
  /** By which share of the time before it must differ. */
  readonly minChange: number;
  /** By how many nanoseconds a trace. */
  readonly minTimeNano: number;
  /** By which share of the trace. */
  readonly minTraceShare: number;
  /** The probability with which chance may make a finding. */
  readonly maxProbability: number;
}

/**
 * Compares the time that each place takes itself, so that one that only waits longer for another is no
 * change. A change must hold at low quantiles as at the median: another program on the machine makes
 * some spans longer, a change of the code makes all.
 *
 * @param skips Whether a place must not be compared, because its calls are not those of before.
 */
export function findSelfTimeChanges(
  pairs: readonly PlacePair[],
  limits: SelfTimeLimits,
  skips: (pair: PlacePair) => boolean,
): SelfTimeChanges {
  const measured: Candidate[] = [];
  const candidates: Candidate[] = [];
  let unclearCount = 0;
  for (const pair of pairs) {
    if (pair.before === undefined || pair.after === undefined || skips(pair)) continue;
    const candidate = measure(pair as Required<PlacePair>);
    if (candidate === undefined || candidate.impactNano < limits.minTimeNano) continue;
    const { before, after } = candidate.times;
    // The test is one of two, so that its least probability is twice as large.
    const isTelling = 2 * leastProbability(before.length, after.length) <= limits.maxProbability;
    if (isTelling) measured.push(candidate);
    // What takes less than a change must be cannot have changed so much, and need not be corrected for.
    if (candidate.impactNano < limits.minTraceShare * candidate.traceNano) continue;
    if (isTelling) candidates.push(candidate);
    else unclearCount++;
  }
  const drift = findDrift(measured.map(({ times }) => times));
  const tested = candidates.map((candidate) => test(candidate, drift));
  const probabilities = holm(tested.map(({ probability }) => probability));
  const changes = tested.flatMap((change, index): SelfTimeChange[] => {
    const probability = probabilities[index];
    const isLarge = Math.abs(change.logRatio) >= Math.log1p(limits.minChange) &&
      change.leastNano >= limits.minTimeNano &&
      change.leastNano >= limits.minTraceShare * candidates[index].traceNano;
    return isLarge && probability <= limits.maxProbability ? [{ ...change, probability }] : [];
  });
  return { changes, drift, unclearCount };
}

const QUANTILES = [0.1, 0.25, 0.5] as const;

interface Candidate {
  readonly pair: Required<PlacePair>;
  readonly times: TimePair;
  readonly callsPerTrace: number;
  /** What it takes of each trace. */
  readonly impactNano: number;
  readonly traceNano: number;
}

function measure(pair: Required<PlacePair>): Candidate | undefined {
  const { before, after } = pair;
  if (before.selfTimes.count === 0 || after.selfTimes.count === 0) return undefined;
  const times = new TimePair(
    after.operation.group.category,
    ...selfTimeSamples(before, after),
  );
  const callsPerTrace = (before.spanCount + after.spanCount) /
    (before.root.spanCount + after.root.spanCount);
  const medianNano = Math.max(times.beforeNano(0.5), times.afterNano(0.5));
  return {
    pair,
    times,
    callsPerTrace,
    impactNano: medianNano * callsPerTrace,
    traceNano: Math.max(durationOf(before.root), durationOf(after.root)),
  };
}

function durationOf(place: PlaceProfile): number {
  return place.operation.group.durations.percentileNano(0.5);
}

function test(
  candidate: Candidate,
  drift: Drift,
): SelfTimeChange & { logRatio: number; leastNano: number } {
  const { pair, times, callsPerTrace } = candidate;
  const baselines = baselinesOf(drift, times.category);
  const ratios = QUANTILES.flatMap((share) =>
    baselines.map((base) => times.logRatio(share) - base)
  );
  const differences = QUANTILES.map((share) =>
    Math.abs(times.afterNano(share) - times.beforeNano(share)) * callsPerTrace
  );
  const logRatio = leastOf(ratios);
  const nanoPerSpan = times.afterNano(0.5) - times.beforeNano(0.5);
  return {
    pair,
    nanoPerSpan,
    nanoPerTrace: nanoPerSpan * callsPerTrace,
    logRatio,
    leastNano: Math.min(...differences),
    probability: logRatio === 0
      ? 1
      : Math.min(1, Math.max(...baselines.map((base) => times.shiftProbability(base)))),
  };
}

/** The number nearest to 0, or 0 if they are not all on one side of it. */
function leastOf(numbers: readonly number[]): number {
  const sign = Math.sign(numbers[0]);
  if (numbers.some((each) => Math.sign(each) !== sign)) return 0;
  return sign * Math.min(...numbers.map(Math.abs));
}
