import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import {
  changeText,
  FINDING_WORDS,
  operationText,
  placeText,
} from "../../../views/describe_finding.ts";
import { countText } from "../../../views/count_text.ts";
import type { Finding } from "../../../analysis/finding.ts";
import { Announcement } from "../components/announcement.tsx";
import { DataTable } from "../components/data_table.tsx";
import { EmptyState } from "../components/empty_state.tsx";
import { shownText, Text } from "../components/text.tsx";
import { pageApi, shownVersion } from "../live.ts";
import { clearMarks, markedTraces } from "../marks.ts";
import { navigate, pageRoute, route, routeUrl, traceRoute } from "../router.ts";
import { follow } from "../shell/header.tsx";
import { sortRows } from "../stats/stats_rows.ts";
import { useVersionedResource } from "../use_resource.ts";
import { diffColumns } from "./diff_columns.tsx";
import { type DiffRow, type DiffTables, readDiffTables } from "./diff_rows.ts";

const REFRESH_MS = 1_500;
const DEFAULT_SORT = "-distance";
/** More findings are counted, not listed: two traces that have nothing in common differ in everything. */
const SHOWN_FINDINGS = 30;

/** What two traces differ in. */
export function DiffPage(): JSX.Element {
  const { more } = route.value;
  const [a, b] = [more["a"] ?? "", more["b"] ?? ""];
  if (a === "" || b === "") return <ChooseTraces />;
  return <Comparison key={`${a}\0${b}`} a={a} b={b} />;
}

/** How to get here with two traces. */
function ChooseTraces(): JSX.Element {
  const marks = markedTraces.value;
  const [first] = marks;
  return (
    <div class="empty">
      <h1>Compare two traces</h1>
      <p>
        {first === undefined
          ? (
            <>
              Mark two in the list: with <kbd>m</kbd>, or the point at the beginning of a row.
            </>
          )
          : (
            <>
              <strong>A</strong> is{" "}
              <Text value={first.name} fallback="(no name)" />. Mark another one in the list with
              {" "}
              <kbd>m</kbd>.
            </>
          )}
      </p>
      <button type="button" class="button" onClick={() => navigate(pageRoute("traces"))}>
        Go to the traces
      </button>
    </div>
  );
}

function Comparison({ a, b }: { a: string; b: string }): JSX.Element {
  const { more } = route.value;
  const { value, error, isLoading } = useVersionedResource(
    async (signal) => {
      const answer = await pageApi().diff(a, b, signal);
      return { value: readDiffTables(answer), listVersion: answer.list_version };
    },
    `${a}\0${b}`,
    shownVersion.value,
    REFRESH_MS,
  );
  const sort = more["by"] === undefined || more["by"] === "" ? DEFAULT_SORT : more["by"];
  const rows = useMemo(() => sortRows(value?.rows ?? [], sort), [value, sort]);
  const max = useMemo(() => rows.reduce((most, row) => Math.max(most, row.distance), 0), [rows]);
  const [selectedKey, setSelectedKey] = useState<string>();
  return (
    <div class="diff-page">
      <h1 class="visually-hidden">Comparison of two traces</h1>
      <div class="diff-head">
        <Side mark="A" traceId={a} spanCount={value?.spansA} />
        <button
          type="button"
          class="tool"
          aria-label="Swap the two"
          title="Swap the two"
          onClick={() => navigate({ more: { ...more, a: b, b: a } }, "replace")}
        >
          ⇄
        </button>
        <Side mark="B" traceId={b} spanCount={value?.spansB} />
        <button
          type="button"
          class="button is-small"
          onClick={() => {
            clearMarks();
            navigate(pageRoute("traces"));
          }}
        >
          Compare others
        </button>
      </div>
      {value !== undefined && <Findings tables={value} />}
      <DataTable<DiffRow>
        label="Operations of both"
        columns={diffColumns(max)}
        rowCount={rows.length}
        rowAt={(index) => rows[index]}
        rowKey={rowKey}
        selected={rows.findIndex((row) => rowKey(row) === selectedKey)}
        onSelect={(index) => setSelectedKey(rowKey(rows[index]))}
        sort={sort}
        onSort={(by) =>
          navigate({ more: { ...more, by: by === DEFAULT_SORT ? "" : by } }, "replace")}
        empty={<EmptyState what="operations" isLoading={isLoading} error={error} />}
      />
      <Announcement
        text={value === undefined ? "" : countText(value.findings.length, "difference")}
      />
    </div>
  );
}

function rowKey({ category, service, name }: DiffRow): string {
  return JSON.stringify([category, service, name]);
}

function Side(
  { mark, traceId, spanCount }: { mark: "A" | "B"; traceId: string; spanCount?: number },
): JSX.Element {
  const target = traceRoute(traceId);
  const name = markedTraces.value.find((trace) => trace.traceId === traceId)?.name;
  return (
    <span class="diff-side">
      <span class="diff-mark">{mark}</span>
      <a href={routeUrl(target)} onClick={follow(target)}>
        {name !== undefined && name !== ""
          ? <Text value={name} />
          : <Text value={traceId} class="mono" />}
      </a>
      {spanCount !== undefined && <span class="dim">{countText(spanCount, "span")}</span>}
    </span>
  );
}

function Findings({ tables }: { tables: DiffTables }): JSX.Element {
  const { findings, unclear } = tables;
  const shown = [
    ...findings.map((finding) => ({ finding, isClear: true })),
    ...unclear.map((finding) => ({ finding, isClear: false })),
  ];
  if (shown.length === 0) return <p class="diff-none dim">No difference found but in times.</p>;
  return (
    <ul class="findings" aria-label="Differences" tabIndex={0}>
      {shown.slice(0, SHOWN_FINDINGS).map(({ finding, isClear }, index) => (
        <FindingItem key={index} finding={finding} isClear={isClear} />
      ))}
      {shown.length > SHOWN_FINDINGS && (
        <li class="dim">
          and {countText(shown.length - SHOWN_FINDINGS, "difference")}{" "}
          more; the table below has all operations
        </li>
      )}
    </ul>
  );
}

const BAD = new Set(["slower", "more_calls", "more_errors", "new"]);

function FindingItem({ finding, isClear }: { finding: Finding; isClear: boolean }): JSX.Element {
  const state = !isClear ? "is-unclear" : BAD.has(finding.kind) ? "is-bad" : "is-good";
  return (
    <li class="finding">
      <span
        class={`finding-kind ${state}`}
        title={isClear ? undefined : "Too few samples to tell from chance"}
      >
        {FINDING_WORDS[finding.kind]}
        {!isClear && "?"}
      </span>
      <bdi class="mono">{shownText(operationText(finding.operation))}</bdi>
      <span class="dim">
        {shownText(changeText(finding))}, {shownText(placeText(finding))}
      </span>
    </li>
  );
}
