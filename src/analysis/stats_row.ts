import type { GroupTable, OperationGroup } from "./operation_group.ts";
import type { RepeatedCallStats } from "./repeated_call_table.ts";

/** What rows can be ordered by. */
export const STATS_SORT_KEYS = [
  "total",
  "avg",
  "p50",
  "p95",
  "p99",
  "max",
  "count",
  "errors",
  "self",
  "name",
] as const;

/** See {@linkcode STATS_SORT_KEYS}. */
export type StatsSortKey = typeof STATS_SORT_KEYS[number];

/** The figures of a group at one moment. */
export interface StatsRow {
  readonly table: GroupTable;
  /** Empty when it is not known, and for groups of several services. */
  readonly service: string;
  readonly name: string;
  /** Spans that ended. */
  readonly count: number;
  readonly errorCount: number;
  /** Spans that ended, per second of the whole time seen; `undefined` when all is one moment. */
  readonly ratePerSecond: number | undefined;
  readonly totalNano: number;
  readonly averageNano: number;
  readonly minNano: number;
  readonly p50Nano: number;
  readonly p95Nano: number;
  readonly p99Nano: number;
  readonly maxNano: number;
  readonly selfNano: number;
  /** Whether the percentiles are exact; otherwise they are within 0.5 %. */
  readonly isExact: boolean;
  readonly runningCount: number;
  readonly unfinishedCount: number;
  readonly clockSkewCount: number;
}

/**
 * The figures of groups.
 *
 * @param seconds The time in which all of this happened.
 */
export function statsRows(groups: readonly OperationGroup[], seconds: number): StatsRow[] {
  return groups.map((group) => {
    const { durations } = group;
    return {
      table: group.table,
      service: group.service,
      name: group.name,
      count: durations.count,
      errorCount: group.errorCount,
      ratePerSecond: seconds > 0 ? durations.count / seconds : undefined,
      totalNano: durations.totalNano,
      averageNano: durations.averageNano,
      minNano: durations.minNano,
      p50Nano: durations.percentileNano(0.5),
      p95Nano: durations.percentileNano(0.95),
      p99Nano: durations.percentileNano(0.99),
      maxNano: durations.maxNano,
      selfNano: group.selfNano,
      isExact: durations.isExact,
      runningCount: group.runningCount,
      unfinishedCount: group.unfinishedCount,
      clockSkewCount: group.clockSkewCount,
    };
  });
}

/**
 * Orders rows: names from A on, everything else from the most on. What is equal goes by total, average,
 * 95th percentile, count and name, in that order.
 *
 * @returns A new list.
 */
export function sortStatsRows(rows: readonly StatsRow[], key: StatsSortKey): StatsRow[] {
  const value = ROW_VALUES[key];
  return rows.toSorted((a, b) =>
    (value === undefined ? compareNames(a, b) : value(b) - value(a)) ||
    b.totalNano - a.totalNano || b.averageNano - a.averageNano || b.p95Nano - a.p95Nano ||
    b.count - a.count || compareNames(a, b)
  );
}

/** The same of repeated calls; what they do not have is their total. */
export function sortRepeatedCalls(
  calls: readonly RepeatedCallStats[],
  key: StatsSortKey,
): RepeatedCallStats[] {
  const value = CALL_VALUES[key] ?? totalOf;
  return calls.toSorted((a, b) =>
    (key === "name" ? compareNames(a.operation, b.operation) : value(b) - value(a)) ||
    b.totalNano - a.totalNano || b.callCount - a.callCount ||
    compareNames(a.operation, b.operation)
  );
}

const ROW_VALUES: Readonly<Record<StatsSortKey, ((row: StatsRow) => number) | undefined>> = {
  total: (row) => row.totalNano,
  avg: (row) => row.averageNano,
  p50: (row) => row.p50Nano,
  p95: (row) => row.p95Nano,
  p99: (row) => row.p99Nano,
  max: (row) => row.maxNano,
  count: (row) => row.count,
  errors: (row) => row.errorCount,
  self: (row) => row.selfNano,
  name: undefined,
};

const CALL_VALUES: Partial<Record<StatsSortKey, (calls: RepeatedCallStats) => number>> = {
  avg: (calls) => calls.totalNano / calls.callCount,
  max: (calls) => calls.maxCallCount,
  count: (calls) => calls.callCount,
};

function totalOf(calls: RepeatedCallStats): number {
  return calls.totalNano;
}

interface Named {
  readonly name: string;
  readonly service: string;
}

function compareNames(a: Named, b: Named): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.service < b.service ? -1 : a.service > b.service ? 1 : 0;
}
