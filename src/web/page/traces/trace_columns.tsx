import type { JSX } from "preact";
import { formatCount } from "../../../views/count_text.ts";
import type { ApiTraceRow } from "../../api.ts";
import { ErrorCount, OpenCount, ServiceName } from "../components/badges.tsx";
import type { Column } from "../components/data_table.tsx";
import { Duration } from "../components/duration.tsx";
import { localClock, localDateTime, moment } from "../components/local_time.ts";
import { Text } from "../components/text.tsx";
import { markOf, toggleMark } from "../marks.ts";
import { routeUrl, traceRoute } from "../router.ts";
import { follow } from "../shell/header.tsx";

/** What all bars of a list are measured against, in nanoseconds. */
export interface DurationRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The columns of the list of traces.
 *
 * @param range What bars are measured against.
 * @param now Against what running traces are measured; `undefined` when nothing grows.
 * @param isOneDay Whether all traces start on one day, which then need not be named in each row.
 */
export function traceColumns(
  range: DurationRange,
  now: bigint | undefined,
  isOneDay: boolean,
): readonly Column<ApiTraceRow>[] {
  return [
    {
      name: "mark",
      title: "",
      label: "Marked",
      width: "30px",
      minTableWidth: 480,
      cell: (row) => <MarkButton row={row} />,
    },
    {
      name: "start",
      title: "Start",
      width: isOneDay ? "106px" : "184px",
      minTableWidth: 420,
      sortKey: "start",
      sortsDown: true,
      cell: (row) => {
        const start = moment(row.start_time);
        return (
          <time dateTime={row.start_time} title={row.start_time}>
            {isOneDay ? localClock(start) : localDateTime(start)}
          </time>
        );
      },
    },
    {
      name: "service",
      title: "Service",
      width: "minmax(70px, 150px)",
      minTableWidth: 620,
      cell: (row) => <ServiceName name={row.service ?? ""} />,
    },
    {
      name: "name",
      title: "Root span",
      width: "minmax(120px, 1fr)",
      sortKey: "name",
      cell: (row) => {
        const target = traceRoute(row.trace_id);
        return (
          <>
            <a
              class="trace-name"
              href={routeUrl(target)}
              tabIndex={-1}
              rel="noreferrer"
              onClick={follow(target)}
            >
              <Text value={row.name} fallback="(no name)" />
            </a>
            <OpenCount running={row.running} unfinished={row.unfinished} />
          </>
        );
      },
    },
    {
      name: "duration",
      title: "Duration",
      hint: "Bars are on a logarithmic scale, from the shortest trace of the list to the longest",
      width: "clamp(84px, 22%, 480px)",
      sortKey: "duration",
      sortsDown: true,
      cell: (row) => {
        const isRunning = row.running > 0;
        const nano = now !== undefined && isRunning
          ? growing(BigInt(row.duration_ns), now - moment(row.start_time))
          : BigInt(row.duration_ns);
        const state = row.errors > 0 ? "is-error" : isRunning ? "is-running" : "";
        return (
          <span class="duration-cell">
            <Duration nano={nano} isRunning={isRunning} />
            <span class="duration-track" aria-hidden="true">
              <span
                class={`duration-bar ${state}`}
                style={{ width: `${barShare(Number(nano), range) * 100}%` }}
              />
            </span>
          </span>
        );
      },
    },
    {
      name: "spans",
      title: "Spans",
      width: "72px",
      isNumber: true,
      minTableWidth: 520,
      sortKey: "spans",
      sortsDown: true,
      cell: (row) => formatCount(row.spans),
    },
    {
      name: "errors",
      title: "Errors",
      width: "72px",
      isNumber: true,
      sortKey: "errors",
      sortsDown: true,
      cell: (row) => <ErrorCount count={row.errors} />,
    },
  ];
}

function MarkButton({ row }: { row: ApiTraceRow }): JSX.Element {
  const mark = markOf(row.trace_id);
  return (
    <button
      type="button"
      class="mark-button"
      tabIndex={-1}
      aria-pressed={mark !== undefined}
      aria-label="Mark for comparing"
      title="Mark for comparing (m)"
      onClick={() => toggleMark({ traceId: row.trace_id, name: row.name })}
    >
      {mark ?? "·"}
    </button>
  );
}

/** Clocks of two programs may differ: a trace never gets shorter than it is known to be. */
function growing(known: bigint, elapsed: bigint): bigint {
  return elapsed > known ? elapsed : known;
}

/** How long the bar of a duration is, from 0 to 1, on a logarithmic scale. */
function barShare(nano: number, { min, max }: DurationRange): number {
  const low = Math.log10(Math.max(1, min) * 0.8);
  const high = Math.log10(Math.max(2, max));
  const share = (Math.log10(Math.max(1, nano)) - low) / Math.max(0.1, high - low);
  return Math.min(1, Math.max(0.01, share));
}
