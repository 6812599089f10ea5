import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { spanService } from "../../../model/span_service.ts";
import {
  type DetailRow,
  type DetailSection,
  SECTION_TITLES,
  spanDetails,
  type SpanTarget,
} from "../../../views/span_details.ts";
import { encodeSpanLine } from "../../../wire/span_line/encode_span_line.ts";
import { formatCount } from "../../../views/count_text.ts";
import { shownText, Text } from "../components/text.tsx";
import { routeUrl, traceRoute } from "../router.ts";
import { follow } from "../shell/header.tsx";
import { CopyButton } from "./copy_button.tsx";
import { GroupDetails } from "./group_details.tsx";
import { LongText } from "./long_text.tsx";
import { prettyJsonText } from "./pretty_json.ts";
import type { TraceView } from "./trace_view.ts";

/** All that is known of the span that is selected, or of the group. */
export function DetailsPanel(
  { view, nowUnixNano, onClose }: {
    readonly view: TraceView;
    /** What running spans are measured against; `undefined` when nothing runs. */
    readonly nowUnixNano: () => bigint | undefined;
    readonly onClose: () => void;
  },
): JSX.Element | null {
  const closed = useSignal<ReadonlySet<string>>(new Set());
  const filter = useSignal("");
  const index = view.selectedIndex.value;
  const { trace } = view.model.value;
  if (index < 0) return null;
  const row = view.rowAt(view.selectedPlace.value);
  const selection = view.selection.value;
  if (selection?.type === "group" && row?.type === "group" && row.key === selection.key) {
    return (
      <Panel title={<Text value={row.name} fallback="(no name)" />} onClose={onClose}>
        <GroupDetails view={view} row={row} />
      </Panel>
    );
  }
  view.moment.value;
  const { span } = trace.nodes[index];
  const service = spanService(span);
  const sections = spanDetails(trace, index, { nowUnixNano: nowUnixNano() });
  const wanted = filter.value.toLowerCase();
  return (
    <Panel
      title={<Text value={span.name} fallback="(no name)" />}
      color={view.model.value.colorOf(index)}
      service={service}
      onClose={onClose}
      tools={
        <>
          <CopyButton text={span.spanId} what="span id" />
          <button
            type="button"
            class="link-button"
            onClick={() => view.tab.value = "json"}
            title="The span as JSON (J)"
          >
            JSON
          </button>
        </>
      }
    >
      <input
        type="search"
        class="detail-filter"
        placeholder="Filter keys and values"
        aria-label="Filter keys and values"
        value={filter.value}
        onInput={(event) => filter.value = event.currentTarget.value}
      />
      {sections.map((section) => (
        <Section
          key={section.name}
          section={section}
          wanted={wanted}
          closed={closed}
          view={view}
        />
      ))}
      <div class="detail-foot">
        <CopyButton text={encodeSpanLine(span).trimEnd()} what="span as JSON" />{" "}
        <span class="dim">copy as JSON</span>
      </div>
    </Panel>
  );
}

function Panel({ title, color, service, tools, onClose, children }: {
  readonly title: ComponentChildren;
  readonly color?: number;
  readonly service?: string;
  readonly tools?: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <aside class="details" aria-label="Details of the selected span" tabIndex={-1}>
      <header
        class="details-head"
        style={color === undefined ? undefined : { "--service": `var(--service-${color})` }}
      >
        {color !== undefined && <span class="service-mark" />}
        <div class="details-title">
          {service !== undefined && <Text class="trace-service" value={service} />}
          <h2>{title}</h2>
        </div>
        {tools}
        <button type="button" class="close" title="Close (Esc)" onClick={onClose}>
          <span aria-hidden="true">×</span>
          <span class="visually-hidden">Close the details</span>
        </button>
      </header>
      <div class="details-body" tabIndex={0} role="group" aria-label="Keys and values">
        {children}
      </div>
    </aside>
  );
}

function Section({ section, wanted, closed, view }: {
  readonly section: DetailSection;
  readonly wanted: string;
  readonly closed: Signal<ReadonlySet<string>>;
  readonly view: TraceView;
}): JSX.Element | null {
  const isAll = useSignal(false);
  const { name, count } = section;
  const rows = wanted === "" ? section.rows : filterRows(section.rows, wanted);
  if (rows.length === 0) return null;
  const isOpen = wanted !== "" || !closed.value.has(name);
  const shown = isAll.value ? rows : rows.slice(0, MAX_ROWS);
  return (
    <section class="detail-section">
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => {
            const next = new Set(closed.value);
            if (!next.delete(name)) next.add(name);
            closed.value = next;
          }}
        >
          <span class={`fold${isOpen ? " open" : ""}`} aria-hidden="true" />
          {SECTION_TITLES[name]}
          {name !== "span" && count > 0 && <span class="dim">{formatCount(count)}</span>}
        </button>
      </h3>
      {isOpen && (
        <dl class="detail-rows">
          {shown.map((row, at) => <Row key={at} row={row} view={view} />)}
        </dl>
      )}
      {isOpen && rows.length > shown.length && (
        <button
          type="button"
          class="link-button more"
          onClick={() => isAll.value = true}
        >
          Show all {formatCount(rows.length)} rows
        </button>
      )}
    </section>
  );
}

function Row(
  { row, view }: { readonly row: DetailRow; readonly view: TraceView },
): JSX.Element {
  const { key, text, depth, target, isError } = row;
  const pretty = target === undefined ? prettyJsonText(text) : undefined;
  return (
    <div
      class={`detail-row${isError ? " error" : ""}`}
      style={depth > 0 ? { "--depth": Math.min(depth, 12) } : undefined}
    >
      <dt>
        <Text value={key} fallback="(empty)" />
      </dt>
      <dd>
        {target === undefined
          ? <LongText text={pretty ?? text} isCode={pretty !== undefined} />
          : <TargetLink target={target} text={text} view={view} />}
        <CopyButton text={text} what={shownText(key, 60)} />
      </dd>
    </div>
  );
}

/** A link to another span: in this trace it is selected, in another one its page opens. */
function TargetLink({ target, text, view }: {
  readonly target: SpanTarget;
  readonly text: string;
  readonly view: TraceView;
}): JSX.Element {
  const route = traceRoute(target.traceId, target.spanId);
  const { trace } = view.model.value;
  const index = target.traceId === trace.traceId ? view.indexOf(target.spanId) : undefined;
  return (
    <a
      class="target"
      href={routeUrl(route)}
      onClick={(event) => {
        if (index === undefined) return follow(route)(event);
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        view.selectSpan(index);
      }}
    >
      <Text value={text} />
    </a>
  );
}

/** Rows that hold a text, and those they are below. */
function filterRows(rows: readonly DetailRow[], wanted: string): DetailRow[] {
  const kept: DetailRow[] = [];
  let keptFrom = rows.length;
  let depth = 0;
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at];
    const isAbove = keptFrom < rows.length && row.depth < depth;
    const isMatch = row.key.toLowerCase().includes(wanted) ||
      row.text.toLowerCase().includes(wanted);
    if (!isMatch && !isAbove) continue;
    kept.push(row);
    keptFrom = at;
    depth = row.depth;
  }
  return kept.reverse();
}

/** More rows than that are shown when they are asked for. */
const MAX_ROWS = 200;
