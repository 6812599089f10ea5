import type { JSX } from "preact";
import { formatCount } from "../../../views/count_text.ts";
import { formatNano } from "../../../views/time_text.ts";
import { ServiceName } from "../components/badges.tsx";
import type { Column } from "../components/data_table.tsx";
import { percentText } from "../components/figures.ts";
import { Text } from "../components/text.tsx";
import type { OperationRow, RepeatedCallRow } from "./stats_rows.ts";

/**
 * The columns of operations.
 *
 * @param maxTotalNano The largest total, which bars are measured against.
 * @param hasTable Whether rows of several tables stand together.
 */
export function operationColumns(
  maxTotalNano: number,
  hasTable: boolean,
): readonly Column<OperationRow>[] {
  return [
    ...(hasTable ? [tableColumn] : []),
    {
      name: "service",
      title: "Service",
      width: "minmax(70px, 130px)",
      minTableWidth: 700,
      sortKey: "service",
      cell: ({ service }) => <ServiceName name={service} />,
    },
    {
      name: "operation",
      title: "Operation",
      width: "minmax(130px, 1fr)",
      sortKey: "name",
      cell: ({ name }) => <Text value={name} fallback="(no name)" class="mono" />,
    },
    count("count", "Count", "Spans that ended", 66, 0),
    {
      name: "errors",
      title: "Errors",
      width: "96px",
      isNumber: true,
      minTableWidth: 480,
      sortKey: "errors",
      sortsDown: true,
      cell: ({ errors, count }) => <Errors errors={errors} count={count} />,
    },
    {
      name: "rate",
      title: "Per s",
      hint: "How many end in a second",
      width: "66px",
      isNumber: true,
      minTableWidth: 1_180,
      sortKey: "rate",
      sortsDown: true,
      cell: ({ rate }) => rate === null ? "–" : Number(rate.toPrecision(3)).toLocaleString("en"),
    },
    nano("p50_ns", "p50", 720),
    nano("p95_ns", "p95", 0),
    nano("p99_ns", "p99", 800),
    nano("max_ns", "Max", 900),
    nano("self_ns", "Self", 1_000, "Time in which none of the children ran, of all together"),
    {
      name: "total",
      title: "Total",
      hint: "Of all together",
      width: "clamp(84px, 15%, 170px)",
      minTableWidth: 560,
      sortKey: "total_ns",
      sortsDown: true,
      cell: ({ total_ns }) => <TotalBar nano={total_ns} maxNano={maxTotalNano} />,
    },
  ];
}

/** The columns of repeated calls. */
export function repeatedCallColumns(maxTotalNano: number): readonly Column<RepeatedCallRow>[] {
  return [
    {
      name: "service",
      title: "Service",
      width: "minmax(70px, 130px)",
      minTableWidth: 700,
      sortKey: "service",
      cell: ({ service }) => <ServiceName name={service} />,
    },
    {
      name: "operation",
      title: "Repeated call",
      width: "minmax(130px, 1.4fr)",
      sortKey: "name",
      cell: ({ name, samples }) => (
        <>
          <Text value={name} fallback="(no name)" class="mono" />
          {samples.length > 0 && (
            <span class="dim samples">
              with <Text value={samples.slice(0, 3).join(", ")} class="mono" />
              {samples.length > 3 && ", …"}
            </span>
          )}
        </>
      ),
    },
    {
      name: "parent",
      title: "Called by",
      width: "minmax(90px, 1fr)",
      minTableWidth: 520,
      sortKey: "parent",
      cell: ({ parent, caller }) => (
        <>
          <Text value={parent ?? ""} fallback="(not known)" />
          {caller !== null && (
            <span class="dim">
              {" "}
              <Text value={caller} class="mono" />
            </span>
          )}
        </>
      ),
    },
    count("max_count", "Most", "By one parent", 62, 0),
    count("parents", "Parents", "How many parents repeat it", 74, 760),
    count("count", "Calls", "Of all parents", 70, 0),
    {
      name: "order",
      title: "Order",
      width: "84px",
      minTableWidth: 900,
      sortKey: "parallel",
      cell: ({ parallel }) => parallel ? "parallel" : "in a row",
    },
    nano("wall_ns", "Waited", 680, "Time in which at least one of them ran"),
    {
      name: "total",
      title: "Total",
      width: "clamp(84px, 14%, 150px)",
      minTableWidth: 600,
      sortKey: "total_ns",
      sortsDown: true,
      cell: ({ total_ns }) => <TotalBar nano={total_ns} maxNano={maxTotalNano} />,
    },
  ];
}

const tableColumn: Column<OperationRow> = {
  name: "table",
  title: "Type",
  width: "92px",
  minTableWidth: 620,
  sortKey: "table",
  cell: ({ table }) => <span class="dim">{table}</span>,
};

function count<Row extends object>(
  field: keyof Row & string,
  title: string,
  hint: string,
  width: number,
  minTableWidth: number,
): Column<Row> {
  return {
    name: field,
    title,
    hint,
    width: `${width}px`,
    isNumber: true,
    minTableWidth,
    sortKey: field,
    sortsDown: true,
    cell: (row) => formatCount(Number(row[field])),
  };
}

function nano<Row extends object>(
  field: keyof Row & string,
  title: string,
  minTableWidth: number,
  hint?: string,
): Column<Row> {
  return {
    name: field,
    title,
    hint,
    width: "70px",
    isNumber: true,
    minTableWidth,
    sortKey: field,
    sortsDown: true,
    cell: (row) => formatNano(Number(row[field])),
  };
}

function Errors({ errors, count }: { errors: number; count: number }): JSX.Element | null {
  if (errors === 0) return null;
  return (
    <span class="error-text">
      {formatCount(errors)}{" "}
      <span class="error-share">{count === 0 ? "" : percentText(Math.min(1, errors / count))}</span>
    </span>
  );
}

function TotalBar({ nano, maxNano }: { nano: number; maxNano: number }): JSX.Element {
  return (
    <span class="duration-cell">
      <span class="duration">{formatNano(nano)}</span>
      <span class="duration-track" aria-hidden="true">
        <span
          class="duration-bar"
          style={{ width: `${Math.max(1, maxNano > 0 ? nano / maxNano * 100 : 0)}%` }}
        />
      </span>
    </span>
  );
}
