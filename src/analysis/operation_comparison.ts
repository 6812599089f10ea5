import type { CallChange } from "./_call_changes.ts";
import { baselinesOf, type Drift } from "./_drift.ts";
import { operationKey } from "./_operation_key.ts";
import { fisherTest } from "./_rank_test.ts";
import { TimePair } from "./_time_change.ts";
import type { Operation } from "./operation.ts";
import type { OperationProfile, PlaceProfile, TraceProfile } from "./trace_profile.ts";

/** The figures of an operation in one recording, wherever it stands. */
export interface OperationFigures {
  /** Spans of any state. */
  readonly count: number;
  /** Spans that ended, which the times are of. */
  readonly endedCount: number;
  readonly errorCount: number;
  /** From 0 to 1. */
  readonly errorRate: number;
  readonly averageNano: number;
  readonly p50Nano: number;
  readonly p95Nano: number;
  readonly p99Nano: number;
  readonly totalNano: number;
}

/** A figure of time that can be compared. */
export type TimeMetric = "p50" | "p95" | "p99" | "avg";

/** An operation in two recordings. */
export class OperationComparison {
  readonly operation: Operation;
  /** Absent where it was not there. */
  readonly before: OperationFigures | undefined;
  readonly after: OperationFigures | undefined;
  /**
   * How often it would have been called had there been as many traces of each kind as before; as
   * often as it was where the recordings have no kind of trace in common.
   */
  readonly adjustedCount: number;
  /** How many spans of it a trace has in which there are any. */
  readonly spansPerTrace: number;
  /** Whether the number of calls by one parent, here or above, changed by more than chance explains. */
  readonly hasCallChange: boolean;
  readonly #times: TimePair | undefined;
  readonly #drift: Drift;

  constructor(init: {
    operation: Operation;
    before: OperationFigures | undefined;
    after: OperationFigures | undefined;
    adjustedCount: number;
    spansPerTrace: number;
    hasCallChange: boolean;
    times: TimePair | undefined;
    drift: Drift;
  }) {
    this.operation = init.operation;
    this.before = init.before;
    this.after = init.after;
    this.adjustedCount = init.adjustedCount;
    this.spansPerTrace = init.spansPerTrace;
    this.hasCallChange = init.hasCallChange;
    this.#times = init.times;
    this.#drift = init.drift;
  }

  /**
   * How many times longer it takes, less what all operations have in common; `undefined` when it is
   * not in both.
   */
  timeRatio(metric: TimeMetric): number | undefined {
    const { before, after } = this;
    if (before === undefined || after === undefined) return undefined;
    const ratio = Math.log((timeOf(after, metric) + 1) / (timeOf(before, metric) + 1));
    const ratios = this.#baselines().map((base) => ratio - base);
    if (ratios.some((each) => Math.sign(each) !== Math.sign(ratio))) return 1;
    return Math.exp(Math.sign(ratio) * Math.min(...ratios.map(Math.abs)));
  }

  /**
   * The probability that chance alone makes a figure of time differ as much. All values must have moved
   * that far; of p95 and p99 it is enough that more of them lie beyond.
   *
   * @param least How far all must have moved for the figure to count as moved with them: how many times
   *   longer, and by how many nanoseconds.
   */
  timeProbability(metric: TimeMetric, least: { ratio: number; nano: number }): number {
    const times = this.#times;
    if (times === undefined) return 1;
    return Math.max(
      ...this.#baselines().map((base) => {
        const hasMoved = MIDDLE_SHARES.every((share) => {
          const ratio = times.logRatio(share) - base;
          const nano = Math.abs(times.afterNano(share) - times.beforeNano(share));
          const limit = Math.log(least.ratio);
          return nano >= least.nano && (least.ratio >= 1 ? ratio >= limit : ratio <= limit);
        });
        const shift = hasMoved ? 2 * times.shiftProbability(base) : 1;
        if (metric === "avg" || metric === "p50") return Math.min(1, shift);
        return Math.min(1, shift, 2 * times.quantileProbability(SHARES[metric], base));
      }),
    );
  }

  /** The probability that chance alone makes the share of errors differ as much. */
  errorProbability(): number {
    const { before, after } = this;
    if (before === undefined || after === undefined) return 1;
    return fisherTest(before.errorCount, before.count, after.errorCount, after.count);
  }

  #baselines(): number[] {
    return baselinesOf(this.#drift, this.operation.category);
  }
}

/** A figure of time by its name. */
export function timeOf(figures: OperationFigures, metric: TimeMetric): number {
  switch (metric) {
    case "p50":
      return figures.p50Nano;
    case "p95":
      return figures.p95Nano;
    case "p99":
      return figures.p99Nano;
    case "avg":
      return figures.averageNano;
  }
}

const SHARES = { p95: 0.95, p99: 0.99 } as const;
/** Where values are looked at to tell whether all have moved. */
const MIDDLE_SHARES = [0.25, 0.5] as const;

/**
 * Pairs the operations of two profiles, the one that takes most time first.
 *
 * @param callChanges Which calls changed by more than chance explains.
 * @param drift What all operations have in common.
 */
export function compareOperations(
  before: TraceProfile,
  after: TraceProfile,
  callChanges: readonly CallChange[],
  drift: Drift,
): OperationComparison[] {
  const olds = new Map(before.operations.map((each) => [operationKey(each.group), each]));
  const pairs: { old?: OperationProfile; now?: OperationProfile; times?: TimePair }[] = [];
  for (const now of after.operations) {
    const key = operationKey(now.group);
    const old = olds.get(key);
    olds.delete(key);
    const times = old && new TimePair(now.group.category, old.durations, now.durations);
    pairs.push({ old, now, times });
  }
  for (const old of olds.values()) pairs.push({ old });
  const rootRatios = findRootRatios(before, after);
  const changed = new Set(
    callChanges.map(({ pair }) => pair.after ?? pair.before as PlaceProfile),
  );
  const comparisons = pairs.map(({ old, now, times }) => {
    const { group } = now ?? old as OperationProfile;
    return new OperationComparison({
      operation: group,
      before: old && figuresOf(old),
      after: now && figuresOf(now),
      adjustedCount: now === undefined ? 0 : adjustCount(now, rootRatios),
      spansPerTrace: spansPerTrace(old, now),
      hasCallChange: [...old?.places ?? [], ...now?.places ?? []].some((place) =>
        hasChanged(place, changed)
      ),
      times,
      drift,
    });
  });
  return comparisons.sort((a, b) => totalOf(b) - totalOf(a));
}

function figuresOf({ group, spanCount }: OperationProfile): OperationFigures {
  const { durations, errorCount } = group;
  return {
    count: spanCount,
    endedCount: durations.count,
    errorCount,
    errorRate: errorCount / spanCount,
    averageNano: durations.averageNano,
    p50Nano: durations.percentileNano(0.5),
    p95Nano: durations.percentileNano(0.95),
    p99Nano: durations.percentileNano(0.99),
    totalNano: durations.totalNano,
  };
}

function spansPerTrace(...profiles: readonly (OperationProfile | undefined)[]): number {
  let spans = 0;
  let traces = 0;
  for (const profile of profiles) {
    spans += profile?.group.durations.count ?? 0;
    traces += profile?.durations.count ?? 0;
  }
  return traces === 0 ? 0 : spans / traces;
}

function totalOf({ before, after }: OperationComparison): number {
  return Math.max(before?.totalNano ?? 0, after?.totalNano ?? 0);
}

/** How many traces of each kind there were before for each one now, by the operation of the root. */
function findRootRatios(before: TraceProfile, after: TraceProfile): Map<string, number> {
  const counts = new Map<string, number>();
  for (const place of before.roots.values()) {
    counts.set(operationKey(place.operation.group), place.spanCount);
  }
  const ratios = new Map<string, number>();
  for (const place of after.roots.values()) {
    const key = operationKey(place.operation.group);
    const count = counts.get(key);
    if (count !== undefined) ratios.set(key, count / place.spanCount);
  }
  return ratios;
}

function adjustCount({ places, spanCount }: OperationProfile, ratios: Map<string, number>): number {
  let count = 0;
  let placed = 0;
  for (const place of places) {
    count += place.spanCount * (ratios.get(operationKey(place.root.operation.group)) ?? 1);
    placed += place.spanCount;
  }
  // What had no place is taken to be like the rest.
  return placed === 0 ? spanCount : count * spanCount / placed;
}

function hasChanged(place: PlaceProfile, changed: ReadonlySet<PlaceProfile>): boolean {
  for (let at: PlaceProfile | undefined = place; at !== undefined; at = at.parent) {
    if (changed.has(at)) return true;
  }
  return false;
}
