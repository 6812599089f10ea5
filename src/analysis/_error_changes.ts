import { holm } from "./_holm.ts";
import type { PlacePair } from "./_match_places.ts";
import { fisherTest } from "./_rank_test.ts";
import { varianceInflation } from "./_variance_inflation.ts";
import type { PlaceProfile } from "./trace_profile.ts";

/** A place that fails more or less often on its own account than before. */
export interface ErrorChange {
  readonly pair: Required<PlacePair>;
  readonly before: number;
  readonly after: number;
  readonly probability: number;
}

/** From what difference of the rates on a change counts. */
const MIN_RATE_CHANGE = 0.01;
/** And from what ratio on. */
const MIN_RATIO = 1.2;

/**
 * Compares how often each place fails though none of its children do, so that what only hands an error
 * on is no change. Errors that come together count as fewer.
 */
export function findErrorChanges(
  pairs: readonly PlacePair[],
  maxProbability: number,
): ErrorChange[] {
  const tested: ErrorChange[] = [];
  for (const pair of pairs) {
    const { before, after } = pair;
    if (before === undefined || after === undefined) continue;
    if (before.ownErrorCount === 0 && after.ownErrorCount === 0) continue;
    const [a, b] = [independentErrors(before), independentErrors(after)];
    tested.push({
      pair: pair as Required<PlacePair>,
      before: before.ownErrorCount / before.spanCount,
      after: after.ownErrorCount / after.spanCount,
      probability: fisherTest(a.hits, a.count, b.hits, b.count),
    });
  }
  const probabilities = holm(tested.map(({ probability }) => probability));
  return tested
    .map((change, index) => ({ ...change, probability: probabilities[index] }))
    .filter(({ before, after, probability }) =>
      probability <= maxProbability && Math.abs(after - before) >= MIN_RATE_CHANGE &&
      Math.max(after, before) >= MIN_RATIO * Math.min(after, before)
    );
}

function independentErrors({ ownErrors }: PlaceProfile): { hits: number; count: number } {
  const values = ownErrors.valuesByTime();
  const measured = varianceInflation(values);
  // So much is usual where errors do not hang together at all.
  const inflation = measured < 2 ? 1 : measured;
  const hits = values.reduce((sum, each) => sum + each, 0);
  return { hits: Math.round(hits / inflation), count: Math.round(values.length / inflation) };
}
