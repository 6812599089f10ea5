import { holm } from "./_holm.ts";
import type { PlacePair } from "./_match_places.ts";
import { callsPerParent, meanOf, parentCountOf } from "./_place_figures.ts";
import { leastProbability, rankTest } from "./_rank_test.ts";
import type { WeightedValues } from "./_weighted_values.ts";
import type { PlaceProfile, TraceProfile } from "./trace_profile.ts";

/** A place that is called more or less often by each of its parents than before. */
export interface CallChange {
  readonly pair: PlacePair;
  /** What calls it in the recording after; absent for a root, and when that is gone, too. */
  readonly parentAfter: PlaceProfile | undefined;
  /** Calls by one parent. */
  readonly before: number;
  readonly after: number;
  readonly probability: number;
}

/** What became of the calls. */
export interface CallChanges {
  /** Those that chance does not explain, however small. */
  readonly significant: readonly CallChange[];
  /** Those that look like a change, with too few parents to tell. */
  readonly unclear: readonly CallChange[];
}

/**
 * Compares how often each place is called by one parent. Roots are compared only if they are in one
 * recording alone: how often each endpoint is called is up to whoever calls it.
 */
export function findCallChanges(
  pairs: readonly PlacePair[],
  before: TraceProfile,
  after: TraceProfile,
  maxProbability: number,
): CallChanges {
  const parents = new Map<PlaceProfile, PlaceProfile>();
  for (const pair of pairs) {
    if (pair.before === undefined || pair.after === undefined) continue;
    parents.set(pair.before, pair.after);
    parents.set(pair.after, pair.before);
  }
  const tested: { change: CallChange; probability: number }[] = [];
  const unclear: CallChange[] = [];
  for (const pair of pairs) {
    if (!canCompare(pair)) continue;
    const { before: old, after: now } = pair;
    const known = (now ?? old as PlaceProfile).parent;
    const other = known && parents.get(known);
    const [oldParent, nowParent] = now === undefined ? [known, other] : [other, known];
    const oldCalls = callsPerParent(old, parentCountOf(oldParent, before));
    const nowCalls = callsPerParent(now, parentCountOf(nowParent, after));
    const change = {
      pair,
      parentAfter: nowParent,
      before: meanOf(oldCalls),
      after: meanOf(nowCalls),
      probability: 1,
    };
    if (isConstant(oldCalls, nowCalls)) continue;
    // What cannot become significant need not be corrected for.
    if (leastProbability(oldCalls.count, nowCalls.count) > maxProbability) {
      if (isPlain(oldCalls, nowCalls)) unclear.push(change);
      continue;
    }
    tested.push({ change, probability: rankTest(oldCalls, nowCalls) });
  }
  const probabilities = holm(tested.map(({ probability }) => probability));
  const significant = tested
    .map(({ change }, index) => ({ ...change, probability: probabilities[index] }))
    .filter(({ probability }) => probability <= maxProbability);
  return { significant, unclear };
}

function canCompare({ before, after, hasSameParent }: PlacePair): boolean {
  if (!hasSameParent) return false;
  const isRoot = (before ?? after)?.parent === undefined;
  if (!isRoot) return true;
  return (before === undefined || after === undefined) && !(before ?? after)?.isOrphan;
}

/** Whether all parents of both make one and the same number of calls. */
function isConstant(a: WeightedValues, b: WeightedValues): boolean {
  return a.values.length === 1 && b.values.length === 1 && a.values[0] === b.values[0];
}

/** Whether each recording has one number of calls, and they differ. */
function isPlain(a: WeightedValues, b: WeightedValues): boolean {
  return a.values.length === 1 && b.values.length === 1;
}
