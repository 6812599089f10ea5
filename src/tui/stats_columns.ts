import type { StatsTable } from "../analysis/stats_tables.ts";
import type { StatsRow, StatsSortKey } from "../analysis/stats_row.ts";
import { formatCount } from "../views/count_text.ts";
import { formatNano } from "../views/time_text.ts";
import type { TableColumn } from "./text_table.ts";

/** What the tables of statistics are called. */
export const STATS_TITLES: Readonly<Record<StatsTable, string>> = {
  endpoint: "Endpoints",
  sql: "SQL",
  database: "Other databases",
  http: "HTTP requests made",
  rpc: "RPC calls made",
  cache: "Caches",
  messaging: "Messages",
  function: "Functions",
  service: "Services",
  nplusone: "N+1",
  by: "Values",
};

/** A figure of operations. */
export interface StatsColumn extends TableColumn<StatsRow> {
  /** What rows are sorted by to have the largest one first. */
  readonly sort?: StatsSortKey;
  /** Whether go-trace has it, too. */
  readonly isGoTrace?: boolean;
}

/** The figures of operations, in the order in which they are shown. */
export const STATS_COLUMNS: readonly StatsColumn[] = [
  {
    title: "COUNT",
    text: (row) => formatCount(row.count),
    dispensability: 0,
    sort: "count",
    isGoTrace: true,
  },
  {
    title: "ERRORS",
    text: (row) => formatCount(row.errorCount),
    dispensability: 2,
    sort: "errors",
    style: (row) => row.errorCount > 0 ? { color: "red" } : undefined,
  },
  { title: "RATE", text: (row) => rateText(row.ratePerSecond), dispensability: 5 },
  {
    title: "TOTAL",
    text: (row) => formatNano(row.totalNano),
    dispensability: 0,
    sort: "total",
    isGoTrace: true,
  },
  {
    title: "AVG",
    text: (row) => formatNano(row.averageNano),
    dispensability: 0,
    sort: "avg",
    isGoTrace: true,
  },
  { title: "P50", text: (row) => percentile(row, row.p50Nano), dispensability: 4, sort: "p50" },
  {
    title: "P95",
    text: (row) => percentile(row, row.p95Nano),
    dispensability: 1,
    sort: "p95",
    isGoTrace: true,
  },
  { title: "P99", text: (row) => percentile(row, row.p99Nano), dispensability: 6, sort: "p99" },
  {
    title: "MAX",
    text: (row) => formatNano(row.maxNano),
    dispensability: 1,
    sort: "max",
    isGoTrace: true,
  },
  { title: "SELF", text: (row) => formatNano(row.selfNano), dispensability: 3, sort: "self" },
];

function percentile({ isExact }: StatsRow, value: number): string {
  return (isExact ? "" : "≈") + formatNano(value);
}

function rateText(perSecond: number | undefined): string {
  if (perSecond === undefined) return "–";
  if (perSecond >= 100) return `${formatCount(Math.round(perSecond))}/s`;
  return `${Number(perSecond.toPrecision(perSecond >= 1 ? 3 : 2))}/s`;
}
