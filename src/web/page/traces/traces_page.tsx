import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { countText, formatCount } from "../../../views/count_text.ts";
import type { ApiScatter } from "../../api.ts";
import { Announcement } from "../components/announcement.tsx";
import { DataTable } from "../components/data_table.tsx";
import { EmptyState } from "../components/empty_state.tsx";
import { localDateTime, moment } from "../components/local_time.ts";
import { QueryBar } from "../components/query_bar.tsx";
import { RangeChip } from "../components/range_chip.tsx";
import { useKeys } from "../keyboard.ts";
import { isPaused, liveInfo, pageApi, shownInfo, shownVersion, togglePause } from "../live.ts";
import { toggleMark } from "../marks.ts";
import type { TraceQuery } from "../page_api.ts";
import { navigate, route, traceRoute } from "../router.ts";
import { traceQuery, traceQueryKey } from "../trace_query.ts";
import { useNow } from "../use_now.ts";
import { useVersionedResource } from "../use_resource.ts";
import { findErrorTrace } from "./find_error_trace.ts";
import { rangeQuery, type ScatterRange } from "./range_query.ts";
import { type PlotSize, ScatterPlot } from "./scatter_plot.tsx";
import { type DurationRange, traceColumns } from "./trace_columns.tsx";
import { TRACES_KEYS } from "./traces_keys.ts";
import { useTraceRows } from "./use_trace_rows.ts";

/** The newest trace comes first. */
const DEFAULT_SORT = "-start";
/** What the keys go through. */
const SORTS: readonly string[] = [DEFAULT_SORT, "-duration", "-errors", "-spans", "name", "start"];
const SCATTER_REFRESH_MS = 1_000;

/** Where the reader was, for when they come back from a trace. */
let lastSelectedId: string | undefined;
let lastPlace = -1;

/** The list of traces, and when they started and how long they took. */
export function TracesPage(): JSX.Element {
  const here = route.value;
  const query = traceQuery(here);
  const sort = here.sort === "" ? DEFAULT_SORT : here.sort;
  const version = shownVersion.value;
  const rows = useTraceRows({ ...query, sort }, version);
  const [selectedId, setSelectedId] = useState(lastSelectedId);
  const [place, setPlace] = useState(lastPlace);
  const [revealed, setRevealed] = useState<{ index: number }>();
  const [size, setSize] = useState<PlotSize>();
  const scatter = useScatter(query, size, version);
  const search = useRef<AbortController>(undefined);
  useEffect(() => () => search.current?.abort(), []);
  const seen = useRef({ first: 0, end: 1, isTop: true });
  const paused = isPaused.value;
  function show(): void {
    const { first, end, isTop } = seen.current;
    // In other orders new ones come in anywhere, so there is no place to hold.
    rows.show(first, end, sort === DEFAULT_SORT && (!isTop || paused));
  }
  useEffect(() => {
    rows.freeze(paused);
    show();
  }, [rows, paused]);
  // The list moves under the selection while traces come in. A row that was gone to before it came is
  // selected by its place alone.
  const selected = selectedId === undefined
    ? place
    : rows.rowAt(place)?.trace_id === selectedId
    ? place
    : rows.indexOf(selectedId);
  useEffect(() => {
    lastPlace = selected;
  }, [selected]);
  const arrivedId = selectedId === undefined ? rows.rowAt(place)?.trace_id : undefined;
  useEffect(() => {
    if (arrivedId !== undefined) setSelectedId(lastSelectedId = arrivedId);
  }, [arrivedId]);

  function select(index: number): void {
    const row = rows.rowAt(index);
    setPlace(index);
    setSelectedId(lastSelectedId = row?.trace_id);
  }
  function open(index: number): void {
    const row = rows.rowAt(index);
    if (row !== undefined) navigate(traceRoute(row.trace_id));
  }
  function stepSort(step: 1 | -1): void {
    const next = SORTS[(SORTS.indexOf(sort) + step + SORTS.length) % SORTS.length] ?? DEFAULT_SORT;
    navigate({ sort: next === DEFAULT_SORT ? "" : next });
  }
  function goToError(step: 1 | -1): void {
    search.current?.abort();
    const abort = search.current = new AbortController();
    void findErrorTrace(pageApi(), { ...query, sort }, selected, step, abort.signal)
      .then((found) => {
        if (found === undefined || abort.signal.aborted) return;
        setPlace(found.index);
        setSelectedId(lastSelectedId = found.traceId);
        setRevealed({ index: found.index });
      }, () => {/* The list itself says what is wrong. */});
  }
  useKeys("Traces", TRACES_KEYS, {
    next_error: () => goToError(1),
    previous_error: () => goToError(-1),
    next_sort: () => stepSort(1),
    previous_sort: () => stepSort(-1),
    mark: () => {
      const row = rows.rowAt(selected);
      if (row === undefined) return false;
      toggleMark({ traceId: row.trace_id, name: row.name });
    },
    clear: () => {
      if (here.where === "" && query.after === undefined && query.before === undefined) {
        return false;
      }
      const { after: _after, before: _before, ...more } = here.more;
      navigate({ where: "", more });
    },
  });
  function selectRange(range: ScatterRange): void {
    navigate({
      where: rangeQuery(here.where, range),
      more: {
        ...here.more,
        after: String(range.startUnixNano),
        before: String(range.endUnixNano),
      },
    });
  }

  const info = liveInfo.value;
  const isGrowing = info?.connection === "live" && !isPaused.value && query.at === undefined &&
    (info.running > 0);
  const now = useNow(isGrowing);
  const range = useMemo(() => durationRange(scatter), [scatter]);
  const isOneDay = useMemo(() => startsOnOneDay(scatter), [scatter]);
  const columns = traceColumns(range, isGrowing ? now : undefined, isOneDay);
  const total = rows.total;
  const isThere = total !== undefined;
  useEffect(() => {
    if (isThere && place > 0) setRevealed({ index: place });
  }, [isThere]);
  return (
    <div class="traces-page">
      <h1 class="visually-hidden">Traces</h1>
      <QueryBar label="Query for traces" error={rows.error}>
        <RangeChip />
      </QueryBar>
      <ScatterPlot
        data={scatter}
        selectedId={selectedId}
        onSize={setSize}
        onSelect={(traceId) => navigate(traceRoute(traceId))}
        onRange={selectRange}
      />
      <div class="list-head">
        <Count
          total={total}
          waiting={rows.waiting}
          isAll={here.where === "" && query.after === undefined}
        />
        {isPaused.value ? <PausedNews /> : rows.newCount > 0 && (
          <button
            type="button"
            class="chip is-news"
            onClick={() => setRevealed({ index: 0 })}
          >
            ↑ {formatCount(rows.newCount)} new
          </button>
        )}
      </div>
      <DataTable
        label="Traces"
        columns={columns}
        rowCount={total ?? 0}
        rowAt={(index) => rows.rowAt(index)}
        rowKey={(row) => String(row.sequence)}
        rowClass={(row) => row.errors > 0 ? "has-errors" : row.running > 0 ? "is-open" : ""}
        selected={selected}
        onSelect={select}
        onOpen={open}
        sort={sort}
        onSort={(next) => navigate({ sort: next === DEFAULT_SORT ? "" : next })}
        reveal={revealed}
        onRange={(first, end, isTop) => {
          seen.current = { first, end, isTop };
          show();
        }}
        empty={<EmptyState what="traces" isLoading={total === undefined} error={rows.error} />}
      />
      <Announcement text={total === undefined ? "" : countText(total, "trace")} />
    </div>
  );
}

function Count(
  { total, waiting, isAll }: { total: number | undefined; waiting: number; isAll: boolean },
): JSX.Element {
  const all = liveInfo.value?.traces;
  if (total === undefined) return <span class="dim">Loading…</span>;
  return (
    <span>
      <strong>{formatCount(total)}</strong>
      {isAll || all === undefined
        ? (total === 1 ? " trace" : " traces")
        : ` of ${formatCount(all)} traces`}
      {waiting > 0 && <span class="dim">, {formatCount(waiting)} still to be looked at</span>}
    </span>
  );
}

/** What has come while the page stood still. */
function PausedNews(): JSX.Element {
  const newCount = Math.max(0, (liveInfo.value?.traces ?? 0) - (shownInfo.value?.traces ?? 0));
  return (
    <button type="button" class="chip is-news" onClick={togglePause}>
      ▶ Paused{newCount > 0 && `, ${formatCount(newCount)} new`}
    </button>
  );
}

/** The points; less often than the rows, because they are all traces. */
function useScatter(
  query: TraceQuery,
  size: PlotSize | undefined,
  version: number,
): ApiScatter | undefined {
  const { value } = useVersionedResource<ApiScatter | undefined>(
    async (signal) => {
      if (size === undefined) return { value: undefined, listVersion: version };
      const value = await pageApi().scatter({ ...query, ...size }, signal);
      // What the query has not looked at yet is missing, as if the list were older.
      return { value, listVersion: value.waiting > 0 ? -1 : value.list_version };
    },
    traceQueryKey(query) + (size === undefined ? "" : `${size.width} ${size.height}`),
    version,
    SCATTER_REFRESH_MS,
  );
  return value;
}

/** What bars are measured against: all traces, so that a bar does not change while one scrolls. */
function durationRange(scatter: ApiScatter | undefined): DurationRange {
  return {
    min: Number(scatter?.min_duration_ns ?? 1),
    max: Number(scatter?.max_duration_ns ?? 1e9),
  };
}

function startsOnOneDay(scatter: ApiScatter | undefined): boolean {
  if (scatter === undefined || scatter.start_time === null || scatter.end_time === null) {
    return true;
  }
  const day = (text: string): string => localDateTime(moment(text)).slice(0, 10);
  return day(scatter.start_time) === day(scatter.end_time);
}
