import type { CriticalOperation } from "../analysis/critical_path_table.ts";
import { OPERATION_CATEGORIES } from "../analysis/operation.ts";
import type { RepeatedCallStats } from "../analysis/repeated_call_table.ts";
import {
  sortStatsRows,
  STATS_SORT_KEYS,
  type StatsRow,
  type StatsSortKey,
} from "../analysis/stats_row.ts";
import { repeatedCallsTable, type StatsTable, statsTable } from "../analysis/stats_tables.ts";
import type { Line } from "../terminal/frame.ts";
import { countText, formatCount } from "../views/count_text.ts";
import { formatNano } from "../views/time_text.ts";
import type { ErrorStats } from "./error_table.ts";
import { nameSegments } from "./name_segments.ts";
import { operationQuery, serviceQuery } from "./operation_query.ts";
import { show } from "./span_text.ts";
import { STATS_COLUMNS, STATS_TITLES } from "./stats_columns.ts";
import { type AnySheet, column, StatsSheet } from "./stats_sheet.ts";
import type { AnalysisResult } from "./trace_analysis.ts";

/** A way to sort a table. */
export interface SheetSort {
  readonly key: StatsSortKey;
  /** The title of its column. */
  readonly title: string;
}

/** One table of the statistics. */
export interface StatsTab {
  readonly title: string;
  /** Whether it is shown even if it is empty. */
  readonly isMain: boolean;
  /** The first one is what it is sorted by at first. */
  readonly sorts: readonly SheetSort[];
  /** How many rows there are. */
  count(result: AnalysisResult): number;
  sheet(result: AnalysisResult, sort: SheetSort): AnySheet;
  /** What there was no room for, in words; `undefined` for nothing. */
  lost?(result: AnalysisResult): string | undefined;
}

const OPERATION = "NAME";

/** All tables, in the order in which they stand. */
export const STATS_TABS: readonly StatsTab[] = [
  operationTab("Operations", OPERATION_CATEGORIES, true),
  ...(["endpoint", "sql"] as const).map((table) =>
    operationTab(STATS_TITLES[table], [table], true)
  ),
  repeatsTab(),
  errorsTab(),
  pathTab(),
  ...(["service", "database", "http", "rpc", "cache", "messaging", "function"] as const).map(
    (table) => operationTab(STATS_TITLES[table], [table], table === "service"),
  ),
];

function operationTab(
  title: string,
  tables: readonly Exclude<StatsTable, "nplusone">[],
  isMain: boolean,
): StatsTab {
  const sorts: SheetSort[] = STATS_COLUMNS.flatMap(({ sort, title }) =>
    sort === undefined ? [] : [{ key: sort, title }]
  );
  sorts.push({ key: "name", title: OPERATION });
  sorts.sort((a, b) => STATS_SORT_KEYS.indexOf(a.key) - STATS_SORT_KEYS.indexOf(b.key));
  return {
    title,
    isMain,
    sorts,
    count: ({ stats }) =>
      tables.reduce(
        (sum, table) => sum + stats.groups(table).filter((group) => group.spanCount > 0).length,
        0,
      ),
    sheet: ({ stats }, sort) => {
      const rows = tables.flatMap((table) => statsTable(stats, table, sort.key));
      return new StatsSheet<StatsRow>({
        columns: STATS_COLUMNS,
        nameTitle: OPERATION,
        sortedBy: sort.title,
        rows: tables.length > 1 ? sortStatsRows(rows, sort.key) : rows,
        name: (row): Line =>
          row.table === "service" && row.name === ""
            ? [{ text: "(unknown)" }]
            : nameSegments(row.table === "service" ? { ...row, service: "" } : row),
        query: queryOf,
        notes: (row) => [row.name, ...spanNotes(row)],
      });
    },
  };
}

function queryOf(row: StatsRow): string {
  const { table, service, name } = row;
  if (table === "service") return serviceQuery(name);
  return operationQuery({ category: table === "by" ? "function" : table, service, name });
}

function spanNotes({ runningCount, unfinishedCount, clockSkewCount }: StatsRow): string[] {
  const notes: string[] = [];
  if (runningCount > 0) notes.push(`${formatCount(runningCount)} running`);
  if (unfinishedCount > 0) notes.push(`${formatCount(unfinishedCount)} unfinished`);
  if (clockSkewCount > 0) notes.push(`${formatCount(clockSkewCount)} end before they start`);
  return notes.length === 0 ? [] : [notes.join(", ")];
}

function repeatsTab(): StatsTab {
  return {
    title: STATS_TITLES.nplusone,
    isMain: true,
    sorts: [
      { key: "total", title: "TOTAL" },
      { key: "count", title: "CALLS" },
      { key: "max", title: "MOST" },
      { key: "name", title: OPERATION },
    ],
    count: ({ stats }) => stats.repeatedCalls.length,
    lost: ({ stats }) => {
      const count = stats.summary.otherRepeatedCallCount;
      return count > 0 ? `${formatCount(count)} N+1 of further kinds are left out` : undefined;
    },
    sheet: ({ stats }, sort) =>
      new StatsSheet<RepeatedCallStats>({
        columns: [
          column("CALLS", (row) => formatCount(row.callCount)),
          column("PARENTS", (row) => formatCount(row.parentCount), 2),
          column("MOST", (row) => formatCount(row.maxCallCount), 3),
          column("TOTAL", (row) => formatNano(row.totalNano)),
          column("WALL", (row) => formatNano(row.wallNano), 4),
          column("HOW", (row) => row.isParallel ? "at once" : "in turn", 1),
        ],
        nameTitle: OPERATION,
        sortedBy: sort.title,
        rows: repeatedCallsTable(stats, sort.key),
        name: ({ operation }) => nameSegments(operation),
        query: ({ operation, parent }) =>
          parent === undefined
            ? `{ ${operationQuery(operation)} }`
            : `{ ${operationQuery(parent)} } >> { ${operationQuery(operation)} }`,
        notes: repeatNotes,
        sample: ({ traceId, parentSpanId }) => ({ traceId, spanId: parentSpanId }),
      }),
  };
}

function repeatNotes(row: RepeatedCallStats): string[] {
  const { operation, parent, caller, samples } = row;
  const by = parent === undefined ? "below a span that was not seen" : `in ${parent.name}`;
  const notes = [operation.name, caller === undefined ? by : `${by}, at ${caller}`];
  if (samples.length > 0) notes.push(`values ${samples.join(" | ")}`);
  return notes;
}

function errorsTab(): StatsTab {
  return {
    title: "Errors",
    isMain: true,
    sorts: [
      { key: "count", title: "SPANS" },
      { key: "name", title: OPERATION },
    ],
    count: ({ errors }) => errors.entries.length,
    lost: ({ errors }) =>
      errors.otherCount > 0
        ? `${countText(errors.otherCount, "error")} of further kinds left out`
        : undefined,
    sheet: ({ errors }, sort) =>
      new StatsSheet<ErrorStats>({
        columns: [
          column("SPANS", ({ count }) => formatCount(count)),
          column("TRACES", ({ traceCount }) => formatCount(traceCount), 1),
        ],
        nameTitle: OPERATION,
        sortedBy: sort.title,
        rows: sort.key === "name"
          ? errors.entries.sort((a, b) => a.operation.name < b.operation.name ? -1 : 1)
          : errors.entries,
        name: ({ operation, message }) => [
          ...nameSegments({ ...operation, name: operation.name.slice(0, 60) }),
          { text: "  ✗ ", style: { color: "red" } },
          { text: show(message), style: { color: "red" } },
        ],
        query: ({ operation }) => `${operationQuery(operation)} && error`,
        notes: ({ operation, message }) => [operation.name, message],
        sample: ({ traceId, spanId }) => ({ traceId, spanId }),
      }),
  };
}

function pathTab(): StatsTab {
  return {
    title: "Critical path",
    isMain: true,
    sorts: [{ key: "total", title: "TIME" }],
    count: ({ criticalPath }) => criticalPath.operations.length,
    sheet: ({ criticalPath }, sort) =>
      new StatsSheet<CriticalOperation>({
        columns: [
          column("SHARE", ({ share }) => `${(share * 100).toFixed(1)}%`),
          column("TIME", ({ pathNano }) => formatNano(pathNano)),
          column("TRACES", ({ traceCount }) => formatCount(traceCount), 1),
        ],
        nameTitle: OPERATION,
        sortedBy: sort.title,
        rows: criticalPath.operations,
        name: ({ operation }) => nameSegments(operation),
        query: ({ operation }) => operationQuery(operation),
        notes: ({ operation }) => [operation.name],
      }),
  };
}
