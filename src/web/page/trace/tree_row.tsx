import type { JSX } from "preact";
import { formatDuration } from "../../../model/duration.ts";
import { spanService } from "../../../model/span_service.ts";
import type { GroupRow, SpanRow, TraceRow } from "../../../views/span_rows.ts";
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
      aria-label={labelOf(model, row)}
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
        ? <GroupName row={row} />
        : <SpanName model={model} row={row} parentService={parentService(model, row)} />}
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

function SpanName({ model, row, parentService }: {
  readonly model: TraceModel;
  readonly row: SpanRow;
  readonly parentService: string | undefined;
}): JSX.Element {
  const { span, isOrphan } = model.trace.nodes[row.index];
  const service = spanService(span);
  const mark = model.markOf(row.index);
  return (
    <>
      <span class="service-mark" />
      {service !== undefined && service !== parentService && (
        <bdi class="tree-service">{shownText(service, MAX_NAME)}</bdi>
      )}
      <bdi class="span-name" title={shownText(span.name, MAX_TITLE)}>
        {shownText(span.name, MAX_NAME)}
      </bdi>
      {row.isFolded && <span class="hidden-count">+{formatCount(row.hiddenCount)}</span>}
      {isOrphan && <span class="badge" title="Its parent has not been seen">orphan</span>}
      {mark === "error" && <span class="badge is-error">error</span>}
      {mark === "running" && <span class="badge is-running">running</span>}
      {mark === "unfinished" && <span class="badge is-warning">unfinished</span>}
    </>
  );
}

function GroupName({ row }: { readonly row: GroupRow }): JSX.Element {
  return (
    <>
      <span class="service-mark" />
      <span class="group-count">×{formatCount(row.count)}</span>
      <bdi class="span-name" title={shownText(row.name, MAX_TITLE)}>
        {shownText(row.name, MAX_NAME)}
      </bdi>
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

/** The service of the span above: it is named where it changes. */
function parentService(model: TraceModel, { index }: SpanRow): string | undefined {
  const { parent } = model.trace.nodes[index];
  return parent < 0 ? undefined : spanService(model.trace.nodes[parent].span);
}

/** A row in words, for those who hear it. */
function labelOf(model: TraceModel, row: TraceRow): string {
  if (row.type === "group") {
    const parts = [`${formatCount(row.count)} times ${shownText(row.name, MAX_NAME)}`];
    if (row.service !== "") parts.push(shownText(row.service, MAX_NAME));
    if (row.p50Nano !== undefined) parts.push(`half within ${formatNano(row.p50Nano)}`);
    if (row.errorCount > 0) parts.push(`errors: ${formatCount(row.errorCount)}`);
    return parts.join(", ");
  }
  const { span } = model.trace.nodes[row.index];
  const parts = [shownText(span.name, MAX_NAME) || "span without a name"];
  const service = spanService(span);
  if (service !== undefined) parts.push(shownText(service, MAX_NAME));
  if (span.endTimeUnixNano !== undefined) {
    parts.push(formatDuration(span.endTimeUnixNano - span.startTimeUnixNano));
  }
  const mark = model.markOf(row.index);
  if (mark !== undefined) parts.push(mark === "skewed" ? "ends before its start" : mark);
  if (row.isFolded) parts.push(`${formatCount(row.hiddenCount)} spans hidden`);
  return parts.join(", ");
}
