import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { countText, formatCount } from "../../../views/count_text.ts";
import { formatNano } from "../../../views/time_text.ts";
import { Announcement } from "../components/announcement.tsx";
import { ServiceName } from "../components/badges.tsx";
import { type Column, DataTable } from "../components/data_table.tsx";
import { EmptyState } from "../components/empty_state.tsx";
import { QueryBar } from "../components/query_bar.tsx";
import { Text } from "../components/text.tsx";
import { pageApi, shownVersion } from "../live.ts";
import { navigate, route } from "../router.ts";
import { quoteText, sortRows } from "../stats/stats_rows.ts";
import { traceQuery, traceQueryKey } from "../trace_query.ts";
import { useVersionedResource } from "../use_resource.ts";
import { ServiceGraphView } from "./service_graph.tsx";
import {
  mapServices,
  nodeKey,
  nodeText,
  readServiceRows,
  type ServiceRow,
} from "./service_rows.ts";

const REFRESH_MS = 1_500;
const DEFAULT_SORT = "-calls";

/** Who calls whom: as a graph, and as a table for those who want figures or cannot see it. */
export function ServicesPage(): JSX.Element {
  const here = route.value;
  const query = traceQuery(here);
  const { value, error, isLoading } = useVersionedResource(
    async (signal) => {
      const answer = await pageApi().services(query, signal);
      return { value: readServiceRows(answer), listVersion: answer.list_version };
    },
    traceQueryKey(query),
    shownVersion.value,
    REFRESH_MS,
  );
  const rows = value ?? NONE;
  const map = useMemo(() => mapServices(rows), [rows]);
  const [selectedNode, setSelectedNode] = useState<string>();
  const by = here.more["by"];
  const sort = by === undefined || by === "" ? DEFAULT_SORT : by;
  const sorted = useMemo(() => {
    const near = selectedNode === undefined
      ? rows
      : rows.filter((row) =>
        nodeKey({ type: "service", name: row.caller }) === selectedNode ||
        nodeKey({ type: row.callee_type, name: row.callee }) === selectedNode
      );
    return sortRows(near, sort);
  }, [rows, sort, selectedNode]);
  const [selectedKey, setSelectedKey] = useState<string>();
  return (
    <div class="services-page">
      <h1 class="visually-hidden">Services</h1>
      <QueryBar label="Query for the traces that count" error={error} />
      {rows.length === 0
        ? <EmptyState what="calls between services" isLoading={isLoading} error={error} />
        : (
          <div class="services-split">
            <ServiceGraphView map={map} selected={selectedNode} onSelect={setSelectedNode} />
            <DataTable<ServiceRow>
              label="Calls"
              columns={COLUMNS}
              rowCount={sorted.length}
              rowAt={(index) => sorted[index]}
              rowKey={rowKey}
              selected={sorted.findIndex((row) => rowKey(row) === selectedKey)}
              onSelect={(index) => setSelectedKey(rowKey(sorted[index]))}
              onOpen={(index) => {
                const { caller, callee, callee_type } = sorted[index];
                const isService = callee_type === "service" && callee !== "";
                const callerSet = `{ service = ${quoteText(caller)} }`;
                const where = isService
                  ? `${caller === "" ? "{ }" : callerSet} > { service = ${quoteText(callee)} }`
                  : caller === ""
                  ? ""
                  : `service = ${quoteText(caller)}`;
                navigate({ page: "traces", where, more: {} });
              }}
              sort={sort}
              onSort={(next) =>
                navigate(
                  { more: { ...here.more, by: next === DEFAULT_SORT ? "" : next } },
                  "replace",
                )}
            />
          </div>
        )}
      <Announcement text={value === undefined ? "" : countText(map.nodes.length, "service")} />
    </div>
  );
}

const NONE: readonly never[] = [];

/** A service as the graph names it. */
function CalledService({ name }: { readonly name: string }): JSX.Element {
  return name === ""
    ? <span class="dim">{nodeText({ type: "service", name })}</span>
    : <ServiceName name={name} />;
}

function rowKey({ caller, callee, callee_type }: ServiceRow): string {
  return JSON.stringify([caller, callee_type, callee]);
}

const COLUMNS: readonly Column<ServiceRow>[] = [
  {
    name: "caller",
    title: "Caller",
    width: "minmax(70px, 1fr)",
    sortKey: "caller",
    cell: ({ caller }) => <CalledService name={caller} />,
  },
  {
    name: "callee",
    title: "Calls",
    label: "Callee",
    width: "minmax(70px, 1fr)",
    sortKey: "callee",
    cell: ({ callee, callee_type }) =>
      callee_type === "service" ? <CalledService name={callee} /> : (
        <>
          <Text value={nodeText({ type: callee_type, name: callee })} />{" "}
          <span class="dim">{callee_type}</span>
        </>
      ),
  },
  number("calls", "Count", 0, ({ calls }) => formatCount(calls)),
  number(
    "errors",
    "Errors",
    0,
    ({ errors }) => errors === 0 ? "" : <span class="error-text">{formatCount(errors)}</span>,
  ),
  number("p50_ns", "p50", 460, ({ p50_ns }) => nanoText(p50_ns)),
  number("p95_ns", "p95", 360, ({ p95_ns }) => nanoText(p95_ns)),
  number("p99_ns", "p99", 560, ({ p99_ns }) => nanoText(p99_ns)),
];

function number(
  field: keyof ServiceRow & string,
  title: string,
  minTableWidth: number,
  cell: Column<ServiceRow>["cell"],
): Column<ServiceRow> {
  return {
    name: field,
    title,
    width: "70px",
    isNumber: true,
    minTableWidth,
    sortKey: field,
    sortsDown: true,
    cell,
  };
}

function nanoText(nano: number | undefined): string {
  return nano === undefined ? "–" : formatNano(nano);
}
