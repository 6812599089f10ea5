import type { JSX } from "preact";
import { formatCount } from "../../../views/count_text.ts";
import { formatNano } from "../../../views/time_text.ts";
import { ServiceName } from "../components/badges.tsx";
import type { Column } from "../components/data_table.tsx";
import { Text } from "../components/text.tsx";
import type { DiffRow } from "./diff_rows.ts";

/** @param maxDistance The largest change of a total, which bars are measured against. */
export function diffColumns(maxDistance: number): readonly Column<DiffRow>[] {
  return [
    {
      name: "category",
      title: "Type",
      width: "82px",
      minTableWidth: 760,
      sortKey: "category",
      cell: ({ category }) => <span class="dim">{category}</span>,
    },
    {
      name: "service",
      title: "Service",
      width: "minmax(70px, 130px)",
      minTableWidth: 680,
      sortKey: "service",
      cell: ({ service }) => <ServiceName name={service} />,
    },
    {
      name: "operation",
      title: "Operation",
      width: "minmax(120px, 1fr)",
      sortKey: "name",
      cell: ({ name }) => <Text value={name} fallback="(no name)" class="mono" />,
    },
    {
      name: "calls",
      title: "Calls A → B",
      width: "110px",
      isNumber: true,
      sortKey: "callsB",
      sortsDown: true,
      cell: ({ callsA, callsB }) => <Pair a={callsA} b={callsB} text={formatCount} />,
    },
    {
      name: "errors",
      title: "Errors A → B",
      width: "110px",
      isNumber: true,
      minTableWidth: 820,
      sortKey: "errorsB",
      sortsDown: true,
      cell: ({ errorsA, errorsB }) =>
        errorsA + errorsB === 0 ? null : <Pair a={errorsA} b={errorsB} text={formatCount} />,
    },
    {
      name: "total",
      title: "Time A → B",
      hint: "Of all calls together",
      width: "150px",
      isNumber: true,
      minTableWidth: 560,
      sortKey: "totalB",
      sortsDown: true,
      cell: ({ totalA, totalB }) => (
        <Pair
          a={totalA}
          b={totalB}
          text={(nano) => nano === 0 ? "–" : formatNano(nano)}
        />
      ),
    },
    {
      name: "change",
      title: "Change",
      width: "minmax(90px, 220px)",
      sortKey: "distance",
      sortsDown: true,
      cell: ({ change }) => <Change nano={change} max={maxDistance} />,
    },
  ];
}

/** `1 → 2`, or one of them when both are the same. */
function Pair(
  { a, b, text }: { a: number; b: number; text: (value: number) => string },
): JSX.Element {
  if (a === b) return <span class="dim">{text(a)}</span>;
  return (
    <span>
      {text(a)} <span class="dim">→</span> {text(b)}
    </span>
  );
}

/** Faster to the left, slower to the right. */
function Change({ nano, max }: { nano: number; max: number }): JSX.Element {
  const share = max === 0 ? 0 : Math.abs(nano) / max * 50;
  const isSlower = nano > 0;
  return (
    <span class="change">
      <span class="change-track" aria-hidden="true">
        <span
          class={isSlower ? "change-bar is-slower" : "change-bar is-faster"}
          style={{ width: `${share}%`, left: isSlower ? "50%" : `${50 - share}%` }}
        />
      </span>
      <span class={nano === 0 ? "dim" : isSlower ? "is-slower" : "is-faster"}>
        {nano === 0 ? "0" : `${isSlower ? "+" : "−"}${formatNano(Math.abs(nano))}`}
      </span>
    </span>
  );
}
