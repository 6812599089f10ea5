import type { TimePair } from "./_time_change.ts";
import type { OperationCategory } from "./operation.ts";

/** By what factor a whole recording is slower than another, as logarithms. */
export interface Drift {
  /** Of all operations; 0 when they are too few to tell. */
  readonly overall: number;
  /** Of operations of one category; only where there are enough of them. */
  readonly byCategory: ReadonlyMap<OperationCategory, number>;
}

/**
 * Finds what all operations have in common: a machine that is slower today, or busier. What takes
 * more of the processor, the network or the database suffers together, so each category has a drift of its
 * own where there are enough operations of it. The middle one of them tells, which no single
 * operation can move far.
 */
export function findDrift(pairs: readonly TimePair[]): Drift {
  const byCategory = new Map<OperationCategory, TimePair[]>();
  for (const pair of pairs) {
    const list = byCategory.get(pair.category);
    if (list === undefined) byCategory.set(pair.category, [pair]);
    else list.push(pair);
  }
  const drifts = new Map<OperationCategory, number>();
  for (const [category, list] of byCategory) {
    if (list.length >= MIN_OPERATIONS) drifts.set(category, middleDrift(list));
  }
  return { overall: weightedDrift(pairs), byCategory: drifts };
}

/**
 * The factors between which an operation counts as unchanged: none, and that of the others. Not
 * everything drifts with the rest, what waits for a timer does not.
 */
export function baselinesOf({ overall, byCategory }: Drift, category: OperationCategory): number[] {
  return [0, byCategory.get(category) ?? overall];
}

/** From how many operations something in common is told. */
const MIN_OPERATIONS = 3;

function driftOf(pair: TimePair): number {
  return (pair.logRatio(0.25) + pair.logRatio(0.5)) / 2;
}

/** The median; of two middle ones that nearer to none, and none if they disagree. */
function middleDrift(pairs: readonly TimePair[]): number {
  const drifts = pairs.map(driftOf).sort((a, b) => a - b);
  const lower = drifts[(drifts.length - 1) >> 1];
  const upper = drifts[drifts.length >> 1];
  if (Math.sign(lower) !== Math.sign(upper)) return 0;
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}

/** The median in which an operation weighs the more the less it varies. */
function weightedDrift(pairs: readonly TimePair[]): number {
  if (pairs.length < MIN_OPERATIONS) return 0;
  const drifts = pairs.map((pair) => ({ drift: driftOf(pair), weight: 1 / (0.02 + pair.spread) }))
    .sort((a, b) => a.drift - b.drift);
  const half = drifts.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let seen = 0;
  for (const { drift, weight } of drifts) {
    seen += weight;
    if (seen >= half) return drift;
  }
  return 0;
}
