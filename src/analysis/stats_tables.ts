import { OPERATION_CATEGORIES, type OperationCategory } from "./operation.ts";
import type { RepeatedCallStats } from "./repeated_call_table.ts";
import type { StatsCollector } from "./stats_collector.ts";
import { formatRepeatedCallJson, formatRowJson, formatSummaryJson } from "./stats_json.ts";
import {
  sortRepeatedCalls,
  sortStatsRows,
  type StatsRow,
  statsRows,
  type StatsSortKey,
} from "./stats_row.ts";

/** The tables of statistics, in the order in which they are shown. */
export const STATS_TABLES = [...OPERATION_CATEGORIES, "service", "nplusone"] as const;

/** See {@linkcode STATS_TABLES}; `by` is that of an attribute's values. */
export type StatsTable = OperationCategory | "service" | "nplusone" | "by";

/** The sorted rows of one table of what a collector has counted. */
export function statsTable(
  collector: StatsCollector,
  table: Exclude<StatsTable, "nplusone">,
  sort: StatsSortKey,
): StatsRow[] {
  const { startTimeUnixNano: start = 0n, endTimeUnixNano: end = 0n } = collector.summary;
  const groups = collector.groups(table).filter((group) => group.spanCount > 0);
  return sortStatsRows(statsRows(groups, Number(end - start) / 1e9), sort);
}

/** The sorted repeated calls that a collector has found. */
export function repeatedCallsTable(
  collector: StatsCollector,
  sort: StatsSortKey,
): RepeatedCallStats[] {
  return sortRepeatedCalls(collector.repeatedCalls, sort);
}

/**
 * What `trace stats --json` prints of what a collector has counted: a row a line, last the summary.
 *
 * @param options.limit How many rows of each table. @default all
 */
export function formatStatsJson(
  collector: StatsCollector,
  { tables = STATS_TABLES, sort = "total", limit }: {
    tables?: readonly StatsTable[];
    sort?: StatsSortKey;
    limit?: number;
  } = {},
): string {
  let text = "";
  for (const table of tables) {
    text += table === "nplusone"
      ? repeatedCallsTable(collector, sort).slice(0, limit).map(formatRepeatedCallJson).join("")
      : statsTable(collector, table, sort).slice(0, limit).map(formatRowJson).join("");
  }
  return text + formatSummaryJson(collector.summary);
}
