import type { JSX } from "preact";
import { formatDuration } from "../../../model/duration.ts";
import { isErrorSpan, type Span } from "../../../model/span.ts";
import { spanService } from "../../../model/span_service.ts";
import type { GroupRow, SpanRow, TraceRow } from "../../../views/span_rows.ts";
import { onOneLine } from "../../../views/on_one_line.ts";
import { errorMessage, httpStatus, sqlQuery } from "../../../views/span_facts.ts";
import { formatCount } from "../../../views/count_text.ts";
import { formatNano } from "../../../views/time_text.ts";
import { shownText } from "../components/text.tsx";
import type { TraceView } from "./trace_view.ts";
import type { TraceModel } from "./trace_model.ts";

/** What of a row is drawn, and whether it is selected. */
interface TreeRowProps {
  readonly view: TraceView;
  readonly place: number;
  readonly row: TraceRow;
  readonly isSelected: boolean;
  readonly isHovered: boolean;
}

/** One row of the tree: its guides, what folds it, service and name, or what a group is of. */
export function TreeRow(
  { view, place, row, isSelected, isHovered }: TreeRowProps,
): JSX.Element {
  const model = view.model.value;
  const { level, lines, isLoose } = view.rows.value.rows.guidesOf(
    view.rows.value.rowAt(place),
    MAX_LEVELS,
  );
  const index = row.type === "group" ? row.indexes[0] : row.index;
  const isMatch = view.matches.value.text !== "" &&
    (row.type === "group"
      ? row.indexes.some((each) => view.matches.value.marks[each] === 1)
      : view.matches.value.marks[row.index] === 1);
  const isOpen = row.type === "group" ? row.isOpen : row.hasChildren ? !row.isFolded : undefined;
  return (
    <div
      class={`tree-row${isSelected ? " selected" : ""}${isHovered ? " hovered" : ""}${
        isMatch ? " match" : ""
      }`}
      role="treeitem"
      id={rowId(place)}
      data-place={place}
      aria-level={row.depth + 1}
      aria-selected={isSelected}
      aria-expanded={isOpen}
      style={{ "--service": `var(--service-${model.colorOf(index)})` }}
    >
      {level > lines.length && <span class="deep">{level}</span>}
      {lines.map((goesOn, at) => (
        <span
          key={at}
          class={`guide${at === lines.length - 1 ? " own" : ""}${goesOn ? " on" : ""}${
            isLoose ? " loose" : ""
          }`}
        />
      ))}
      {isOpen === undefined
        ? <span class="leaf" />
        : <span class={`fold${isOpen ? " open" : ""}`} title={isOpen ? "Fold" : "Unfold"} />}
      {row.type === "group"
        ? <GroupName row={row} isOther={row.service !== serviceAbove(view, place)} />
        : <SpanName model={model} row={row} serviceAbove={serviceAbove(view, place)} />}
      <span class="visually-hidden">{barText(model, row)}</span>
    </div>
  );
}

/** The id of the element of a row. */
export function rowId(place: number): string {
  return `row-${place}`;
}

/** Deeper rows tell their level by a number, so that names keep their room. */
const MAX_LEVELS = 12;
/** What has room in a row, and then some: the whole name is in the details. */
const MAX_NAME = 200;
/** What has room where one points. */
const MAX_TITLE = 1_000;

function SpanName({ model, row, serviceAbove }: {
  readonly model: TraceModel;
  readonly row: SpanRow;
  readonly serviceAbove: string;
}): JSX.Element {
  const { span, isOrphan } = model.trace.nodes[row.index];
  const service = spanService(span);
  const mark = model.markOf(row.index);
  return (
    <>
      <span class="service-mark" />
      {service !== undefined && service !== serviceAbove && (
        <bdi class="tree-service">{shownText(service, MAX_NAME)}</bdi>
      )}
      <Name text={span.name} />
      <SpanFacts span={span} />
      {row.isFolded && <span class="hidden-count">+{formatCount(row.hiddenCount)}</span>}
      {isOrphan && <span class="badge" title="Its parent has not been seen">orphan</span>}
      {mark === "error" && <span class="badge is-error">error</span>}
      {mark === "running" && <span class="badge is-running">running</span>}
      {mark === "unfinished" && <span class="badge is-warning">unfinished</span>}
    </>
  );
}

/** What is most worth knowing of a span besides its name: the answer's status, what went wrong, the statement. */
function SpanFacts({ span }: { readonly span: Span }): JSX.Element | null {
  const status = httpStatus(span);
  const fact = isErrorSpan(span) ? errorMessage(span) : sqlQuery(span);
  const text = fact && onOneLine(fact.slice(0, MAX_TITLE));
  if (status === undefined && text === undefined) return null;
  return (
    <>
      {status !== undefined && <span class="hidden-count">{status}</span>}
      {text !== undefined && text !== "error" && (
        <bdi class="span-fact" title={shownText(text, MAX_TITLE)}>
          {shownText(text, MAX_NAME)}
        </bdi>
      )}
    </>
  );
}

function GroupName(
  { row, isOther }: {
    readonly row: GroupRow;
    /** Whether it is of another service than the row above it in the tree. */
    readonly isOther: boolean;
  },
): JSX.Element {
  return (
    <>
      <span class="service-mark" />
      {isOther && row.service !== "" && (
        <bdi class="tree-service">{shownText(row.service, MAX_NAME)}</bdi>
      )}
      <span class="group-count">×{formatCount(row.count)}</span>
      <Name text={row.name} />
      {row.p50Nano !== undefined && <span class="hidden-count">p50 {formatNano(row.p50Nano)}</span>}
      {row.errorCount > 0 && (
        <span class="badge is-error">
          {formatCount(row.errorCount)} {row.errorCount === 1 ? "error" : "errors"}
        </span>
      )}
      {row.runningCount > 0 && (
        <span class="badge is-running">{formatCount(row.runningCount)} running</span>
      )}
    </>
  );
}

function Name({ text }: { readonly text: string }): JSX.Element {
  if (text === "") return <span class="span-name dim">(no name)</span>;
  return <bdi class="span-name" title={shownText(text, MAX_TITLE)}>{shownText(text, MAX_NAME)}
  </bdi>;
}

/** The service of the row above in the tree: one is named where it changes. */
function serviceAbove(view: TraceView, place: number): string {
  const { rows } = view.rows.value;
  const above = rows.rowAt(rows.parentOf(view.rows.value.rowAt(place)));
  if (above === undefined) return "";
  if (above.type === "group") return above.service;
  return spanService(view.model.value.trace.nodes[above.index].span) ?? "";
}

/** What the bar of a row shows, for those who hear it. */
function barText(model: TraceModel, row: TraceRow): string {
  if (row.type === "group") return `, ${formatNano(row.totalNano)} together`;
  const { span } = model.trace.nodes[row.index];
  const { endTimeUnixNano: end, startTimeUnixNano: start } = span;
  if (end === undefined) return "";
  return end < start ? ", ends before its start" : `, ${formatDuration(end - start)}`;
}
