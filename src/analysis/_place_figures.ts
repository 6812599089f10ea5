import type { TimedSample } from "./_timed_sample.ts";
import type { WeightedValues } from "./_weighted_values.ts";
import { weightedQuantile, weighValues } from "./_weighted_values.ts";
import type { PlaceFigures } from "./finding.ts";
import type { Operation } from "./operation.ts";
import type { PlaceProfile, TraceProfile } from "./trace_profile.ts";

/** How many calls of a place each parent made that did not fail; of a root, how many each trace has. */
export function callsPerParent(
  place: PlaceProfile | undefined,
  parentCount: number,
): WeightedValues {
  const counts = [...place?.perParent ?? []].sort(([a], [b]) => a - b);
  const withCalls = counts.reduce((sum, [, parents]) => sum + parents, 0);
  const without = parentCount - withCalls;
  if (without > 0) counts.unshift([0, without]);
  return {
    values: counts.map(([calls]) => calls),
    weights: counts.map(([, parents]) => parents),
    count: Math.max(parentCount, withCalls),
  };
}

/** The number of parents that could have called; of a root, of traces. */
export function parentCountOf(parent: PlaceProfile | undefined, profile: TraceProfile): number {
  return parent === undefined ? profile.traceCount : parent.goodCount;
}

export function meanOf({ values, weights, count }: WeightedValues): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] * weights[index];
  return count === 0 ? 0 : sum / count;
}

/**
 * The figures of a place in one profile.
 *
 * @param selfTimes The samples that it is compared by.
 */
export function placeFigures(
  place: PlaceProfile,
  profile: TraceProfile,
  selfTimes: TimedSample,
): PlaceFigures {
  const calls = callsPerParent(place, parentCountOf(place.parent, profile));
  return {
    sampleCount: selfTimes.count,
    selfNano: weightedQuantile(weighValues(selfTimes.valuesByTime()), 0.5),
    callsPerParent: meanOf(calls),
    errorRate: place.spanCount === 0 ? 0 : place.ownErrorCount / place.spanCount,
  };
}

/** The operations above a place, the root first. */
export function pathOf(place: PlaceProfile): Operation[] {
  const path: Operation[] = [];
  for (let above = place.parent; above !== undefined; above = above.parent) {
    path.push(above.operation.group);
  }
  return path.reverse();
}
