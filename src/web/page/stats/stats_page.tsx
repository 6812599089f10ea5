import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { countText, formatCount } from "../../../views/count_text.ts";
import { Announcement } from "../components/announcement.tsx";
import { type Column, DataTable } from "../components/data_table.tsx";
import { EmptyState } from "../components/empty_state.tsx";
import { QueryBar } from "../components/query_bar.tsx";
import { type Tab, TabList } from "../components/tab_list.tsx";
import { pageApi, shownVersion } from "../live.ts";
import { navigate, route, traceRoute } from "../router.ts";
import { traceQuery, traceQueryKey } from "../trace_query.ts";
import { useVersionedResource } from "../use_resource.ts";
import { operationColumns, repeatedCallColumns } from "./stats_columns.tsx";
import {
  operationQuery,
  type OperationRow,
  readStatsTables,
  type RepeatedCallRow,
  sortRows,
  type StatsSummaryRow,
  type StatsTables,
} from "./stats_rows.ts";

/** Figures of everything take the server a while. */
const REFRESH_MS = 1_500;
const DEFAULT_SORT = "-total_ns";

/** The tables there are: which operations stand in each. */
const TABLES: readonly {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  /** What its rows are sorted by before one chooses. */
  readonly sort: string;
  readonly test: (row: OperationRow) => boolean;
}[] = [
  { name: "", title: "Operations", what: "operations", sort: DEFAULT_SORT, test: () => true },
  {
    name: "endpoint",
    title: "Endpoints",
    what: "endpoints",
    sort: DEFAULT_SORT,
    test: ({ table }) => table === "endpoint",
  },
  {
    name: "sql",
    title: "SQL",
    what: "statements",
    sort: DEFAULT_SORT,
    test: ({ table }) => table === "sql",
  },
  {
    name: "errors",
    title: "Errors",
    what: "operations with errors",
    sort: "-errors",
    test: ({ errors }) => errors > 0,
  },
];

/** How often each operation is carried out, how long it takes, how often it fails, what is repeated. */
export function StatsPage(): JSX.Element {
  const here = route.value;
  const query = traceQuery(here);
  const { value, error, isLoading } = useVersionedResource(
    async (signal) => {
      const answer = await pageApi().stats(query, signal);
      return { value: readStatsTables(answer), listVersion: answer.list_version };
    },
    traceQueryKey(query),
    shownVersion.value,
    REFRESH_MS,
  );
  const name = here.more["table"] ?? "";
  const table = TABLES.find((each) => each.name === name) ?? TABLES[0];
  const operations = useMemo(
    () => (value?.operations ?? []).filter(table.test),
    [value, table],
  );
  const isRepeated = name === "nplusone";
  const tabs = describeTabs(value);
  return (
    <div class="stats-page">
      <h1 class="visually-hidden">Statistics</h1>
      <QueryBar label="Query for the spans that count" error={error} />
      <TabList
        label="Tables"
        tabs={tabs}
        current={tabs.some((tab) => tab.name === name) ? name : ""}
        onChoose={(next) => navigate({ more: { ...here.more, table: next, by: "" } }, "replace")}
      />
      <div class="tab-panel" role="tabpanel" id="panel" aria-labelledby={`tab-${name}`}>
        {isRepeated
          ? (
            <StatsTable<RepeatedCallRow>
              key="nplusone"
              label="Repeated calls"
              rows={value?.repeatedCalls ?? NONE}
              columns={repeatedCallColumns}
              defaultSort={DEFAULT_SORT}
              rowKey={(row) =>
                JSON.stringify([row.service, row.name, row.parent_service, row.parent, row.caller])}
              onOpen={(row) => navigate(traceRoute(row.trace_id, row.parent_span_id ?? undefined))}
              empty={<EmptyState what="repeated calls" isLoading={isLoading} error={error} />}
            />
          )
          : (
            <StatsTable<OperationRow>
              key={table.name}
              label={table.title}
              rows={operations}
              columns={(max) => operationColumns(max, name === "" || name === "errors")}
              defaultSort={table.sort}
              rowKey={(row) => JSON.stringify([row.table, row.service, row.name])}
              onOpen={(row) => {
                const where = operationQuery(row);
                navigate({
                  page: "traces",
                  where: name === "errors" ? `${where}${where === "" ? "" : " && "}error` : where,
                  more: {},
                });
              }}
              empty={<EmptyState what={table.what} isLoading={isLoading} error={error} />}
            />
          )}
      </div>
      <Summary summary={value?.summary} />
      <Announcement
        text={value === undefined ? "" : countText(value.operations.length, "operation")}
      />
    </div>
  );
}

const NONE: readonly never[] = [];

function describeTabs(value: StatsTables | undefined): readonly Tab[] {
  const [first, ...others] = TABLES.map(({ name, title, test }): Tab => ({
    name,
    title,
    count: value?.operations.filter(test).length,
  }));
  const errors = others.pop();
  const repeated: Tab = {
    name: "nplusone",
    title: "Repeated calls",
    count: value?.repeatedCalls.length,
  };
  return [first, ...others, repeated, ...(errors === undefined ? [] : [errors])];
}

function StatsTable<Row extends { readonly total_ns: number }>(
  { label, rows, columns, defaultSort, rowKey, onOpen, empty }: {
    label: string;
    rows: readonly Row[];
    /** @param maxTotalNano What bars are measured against. */
    columns: (maxTotalNano: number) => readonly Column<Row>[];
    defaultSort: string;
    rowKey: (row: Row) => string;
    onOpen: (row: Row) => void;
    empty: JSX.Element;
  },
): JSX.Element {
  const { more } = route.value;
  const sort = more["by"] === undefined || more["by"] === "" ? defaultSort : more["by"];
  const sorted = useMemo(() => sortRows(rows, sort), [rows, sort]);
  const max = useMemo(
    () => rows.reduce((most, { total_ns }) => Math.max(most, total_ns), 0),
    [rows],
  );
  const [selectedKey, setSelectedKey] = useState<string>();
  const selected = selectedKey === undefined
    ? -1
    : sorted.findIndex((row) => rowKey(row) === selectedKey);
  return (
    <DataTable
      label={label}
      columns={columns(max)}
      rowCount={sorted.length}
      rowAt={(index) => sorted[index]}
      rowKey={rowKey}
      selected={selected}
      onSelect={(index) => setSelectedKey(rowKey(sorted[index]))}
      onOpen={(index) => onOpen(sorted[index])}
      sort={sort}
      onSort={(by) => navigate({ more: { ...more, by: by === defaultSort ? "" : by } }, "replace")}
      empty={empty}
    />
  );
}

function Summary({ summary }: { summary: StatsSummaryRow | undefined }): JSX.Element | null {
  if (summary === undefined) return null;
  const parts = [
    `${countText(summary.spans, "span")} of ${countText(summary.traces, "trace")}`,
    ...(summary.running > 0 ? [`${formatCount(summary.running)} running`] : []),
    ...(summary.unfinished > 0 ? [`${formatCount(summary.unfinished)} unfinished`] : []),
    ...(summary.clock_skew > 0 ? [`${formatCount(summary.clock_skew)} end before they start`] : []),
    ...(summary.other_nplusone > 0
      ? [`${formatCount(summary.other_nplusone)} more repeated calls had no room`]
      : []),
  ];
  return (
    <p class="table-foot dim">
      {parts.join(", ")}. Enter or a click finds the traces of a row.
    </p>
  );
}
