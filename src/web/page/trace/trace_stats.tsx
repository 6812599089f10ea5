import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { OPERATION_CATEGORIES, type OperationCategory } from "../../../analysis/operation.ts";
import { StatsCollector } from "../../../analysis/stats_collector.ts";
import { type StatsRow, statsRows } from "../../../analysis/stats_row.ts";
import type { Trace } from "../../../model/trace.ts";
import { type Column, DataTable } from "../components/data_table.tsx";
import { formatCount } from "../../../views/count_text.ts";
import { formatNano } from "../../../views/time_text.ts";
import { percentText } from "../components/figures.ts";
import { Text } from "../components/text.tsx";
import type { TraceView } from "./trace_view.ts";

/** What the spans of this trace do, with their figures; self time first, for that is where the time goes. */
export function TraceStats({ view }: { readonly view: TraceView }): JSX.Element {
  const sort = useSignal("-self");
  const selected = useSignal(-1);
  const rows = useComputed(() => operationRows(view.model.value.trace));
  const sorted = useComputed(() => sortRows(rows.value, sort.value));
  const all = useComputed(() => rows.value.reduce((sum, { selfNano }) => sum + selfNano, 0));
  return (
    <div class="trace-stats">
      <DataTable
        label="Operations of this trace"
        columns={columns(view, all.value)}
        rowCount={sorted.value.length}
        rowAt={(index) => sorted.value[index]}
        rowKey={({ table, service, name }) => `${table}\0${service}\0${name}`}
        selected={selected.value}
        onSelect={(index) => selected.value = index}
        onOpen={(index) => showSpans(view, sorted.value[index])}
        sort={sort.value}
        onSort={(key) => sort.value = key}
        empty="No span of this trace has ended"
      />
    </div>
  );
}

function operationRows(trace: Trace): StatsRow[] {
  const collector = new StatsCollector();
  collector.addTrace(trace);
  const seconds = Number(trace.durationNano) / 1e9;
  return OPERATION_CATEGORIES.flatMap((table) => statsRows(collector.groups(table), seconds));
}

/** Looks for the spans of an operation. */
function showSpans(view: TraceView, { table, service, name }: StatsRow): void {
  view.search.value = {
    text: name === "" ? service : name,
    operation: { category: table as OperationCategory, service, name },
  };
  view.tab.value = "waterfall";
  view.goToNext(view.matches.value.indexes, 1);
}

type Figure = keyof {
  [Key in keyof StatsRow as StatsRow[Key] extends number ? Key : never]: unknown;
};

const SORTS: Readonly<Record<string, Figure>> = {
  count: "count",
  errors: "errorCount",
  total: "totalNano",
  self: "selfNano",
  avg: "averageNano",
  p50: "p50Nano",
  p95: "p95Nano",
  max: "maxNano",
};

function sortRows(rows: readonly StatsRow[], sort: string): StatsRow[] {
  const isDown = sort.startsWith("-");
  const key = isDown ? sort.slice(1) : sort;
  const sign = isDown ? -1 : 1;
  const figure = SORTS[key];
  if (figure !== undefined) {
    return rows.toSorted((a, b) => sign * (a[figure] - b[figure]) || b.totalNano - a.totalNano);
  }
  const text = (row: StatsRow): string => key === "service" ? row.service : row.name;
  return rows.toSorted((a, b) => sign * (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

function columns(view: TraceView, allSelfNano: number): Column<StatsRow>[] {
  const number = (
    name: string,
    title: string,
    value: (row: StatsRow) => string,
    more: Partial<Column<StatsRow>> = {},
  ): Column<StatsRow> => ({
    name,
    title,
    width: "84px",
    isNumber: true,
    sortKey: name,
    sortsDown: true,
    cell: value,
    ...more,
  });
  return [
    {
      name: "service",
      title: "Service",
      width: "minmax(90px, 1fr)",
      sortKey: "service",
      minTableWidth: 600,
      cell: ({ service }) => (
        <span
          class="stats-service"
          style={{ "--service": `var(--service-${view.model.value.colorOfService(service)})` }}
        >
          <span class="service-mark" />
          <Text value={service} fallback="–" />
        </span>
      ),
    },
    {
      name: "operation",
      title: "Operation",
      width: "minmax(140px, 3fr)",
      sortKey: "name",
      cell: ({ name }) => <Text value={name} fallback="(no name)" />,
    },
    {
      name: "category",
      title: "Kind",
      width: "90px",
      minTableWidth: 900,
      cell: ({ table }) => <span class="dim">{table}</span>,
    },
    number("count", "Count", ({ count }) => formatCount(count)),
    number("errors", "Errors", ({ errorCount }) => errorCount === 0 ? "" : formatCount(errorCount)),
    number("self", "Self time", ({ selfNano }) => formatNano(selfNano), {
      hint: "In which none of their children ran",
    }),
    {
      name: "share",
      title: "Of all self time",
      width: "120px",
      minTableWidth: 800,
      cell: ({ selfNano }) => {
        const share = allSelfNano === 0 ? 0 : selfNano / allSelfNano;
        return (
          <span class="share">
            <span class="share-bar" style={{ width: `${share * 60}px` }} />
            {percentText(share)}
          </span>
        );
      },
    },
    number("total", "Total", ({ totalNano }) => formatNano(totalNano)),
    number("avg", "Average", ({ averageNano }) => formatNano(averageNano), { minTableWidth: 700 }),
    number("p50", "p50", ({ p50Nano }) => formatNano(p50Nano), { minTableWidth: 1000 }),
    number("p95", "p95", ({ p95Nano }) => formatNano(p95Nano), { minTableWidth: 1000 }),
    number("max", "Max", ({ maxNano }) => formatNano(maxNano), { minTableWidth: 700 }),
  ];
}
