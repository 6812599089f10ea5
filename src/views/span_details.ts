import { formatDuration } from "../model/duration.ts";
import {
  durationNano,
  isErrorSpan,
  type MetricSample,
  type Span,
  type SpanEvent,
  type SpanLink,
} from "../model/span.ts";
import { spanService } from "../model/span_service.ts";
import { formatTimestamp } from "../model/time.ts";
import type { Trace } from "../model/trace.ts";
import { addAttributeRows, addValueRows, type ValueRow } from "./_value_rows.ts";
import { countText, formatCount } from "./count_text.ts";
import { errorMessage } from "./span_facts.ts";
import { formatNano } from "./time_text.ts";
import { TraceTimes } from "./trace_times.ts";

/** A span somewhere. */
export interface SpanTarget {
  readonly traceId: string;
  readonly spanId: string;
}

/** One thing worth knowing about a span: foreign text, not escaped and not cut. */
export interface DetailRow extends ValueRow {
  /** Where the row leads to. */
  readonly target?: SpanTarget;
  /** Whether it tells of a failure. */
  readonly isError?: boolean;
}

/** What a section is about. */
export type DetailSectionName =
  | "span"
  | "attributes"
  | "events"
  | "links"
  | "samples"
  | "scope"
  | "resource";

/** What the sections are headed. */
export const SECTION_TITLES: Readonly<Record<DetailSectionName, string>> = {
  span: "Span",
  attributes: "Attributes",
  events: "Events",
  links: "Links",
  samples: "Samples",
  scope: "Scope",
  resource: "Resource",
};

/** Rows that belong together. */
export interface DetailSection {
  readonly name: DetailSectionName;
  /** How many attributes, events, links or samples it tells of. */
  readonly count: number;
  readonly rows: readonly DetailRow[];
}

/** How to describe a span. */
export interface SpanDetailsOptions {
  /** What a running span is measured against; `undefined` when nothing runs any more. */
  readonly nowUnixNano?: bigint;
  /** Minutes east of UTC in which moments are written. @default as the span's program wrote them */
  readonly offsetMinutes?: number;
}

/**
 * Everything that is known of a span, in the order in which it is worth knowing; sections that would be empty
 * are left out. Nothing is cut: that is for who draws it.
 *
 * @param index The span's place in the trace's nodes.
 * @throws {RangeError} When there is no such span.
 */
export function spanDetails(
  trace: Trace,
  index: number,
  options: SpanDetailsOptions = {},
): DetailSection[] {
  const node = trace.nodes[index];
  if (node === undefined) throw new RangeError(`Cannot describe span ${index} of ${trace.traceId}`);
  const { span } = node;
  const times = new Moments(trace, span, options);
  const { attributes, events = [], links = [], samples = [], scope, resource } = span;
  const sections: DetailSection[] = [
    { name: "span", count: 1, rows: spanRows(trace, index, times, options) },
    {
      name: "attributes",
      count: countKeys(attributes),
      rows: rowsOf((rows) => {
        addAttributeRows(rows, attributes, 0);
        addDropped(rows, "attribute", span.droppedAttributesCount, 0);
      }),
    },
    {
      name: "events",
      count: events.length,
      rows: rowsOf((rows) => {
        for (const event of events) addEvent(rows, event, times);
        addDropped(rows, "event", span.droppedEventsCount, 0);
      }),
    },
    {
      name: "links",
      count: links.length,
      rows: rowsOf((rows) => {
        for (const link of links) addLink(rows, link);
        addDropped(rows, "link", span.droppedLinksCount, 0);
      }),
    },
    {
      name: "samples",
      count: samples.length,
      rows: rowsOf((rows) => {
        for (const sample of samples) addSample(rows, sample, times);
      }),
    },
    {
      name: "scope",
      count: countKeys(scope?.attributes),
      rows: rowsOf((rows) => {
        if (scope === undefined) return;
        add(rows, "name", scope.name);
        add(rows, "version", scope.version);
        add(rows, "schema", scope.schemaUrl);
        addAttributeRows(rows, scope.attributes, 0);
        addDropped(rows, "attribute", scope.droppedAttributesCount, 0);
      }),
    },
    {
      name: "resource",
      count: countKeys(resource),
      rows: rowsOf((rows) => {
        addAttributeRows(rows, resource, 0);
        add(rows, "schema", span.resourceSchemaUrl);
        addDropped(rows, "attribute", span.resourceDroppedAttributesCount, 0);
      }),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

function spanRows(
  trace: Trace,
  index: number,
  times: Moments,
  { nowUnixNano }: SpanDetailsOptions,
): DetailRow[] {
  const { span, parent, subtreeSize, isOrphan } = trace.nodes[index];
  const rows: DetailRow[] = [];
  const isRunning = span.state === "running" && nowUnixNano !== undefined;
  add(rows, "name", span.name === "" ? "(no name)" : span.name);
  add(rows, "service", spanService(span));
  add(rows, "kind", String(span.kind));
  if (isErrorSpan(span)) {
    rows.push({ key: "error", text: errorMessage(span), depth: 0, isError: true });
  }
  if (span.status !== undefined) {
    add(rows, "status", span.status.code);
    add(rows, "status message", span.status.message);
  }
  if (span.state !== "ended") add(rows, "state", isRunning ? "running" : "unfinished");
  add(rows, "start", times.text(span.startTimeUnixNano, span.startOffsetMinutes));
  const duration = durationNano(span);
  if (span.endTimeUnixNano !== undefined) {
    add(rows, "end", times.text(span.endTimeUnixNano, span.endOffsetMinutes));
  }
  if (duration !== undefined) add(rows, "duration", exactDuration(duration));
  else if (isRunning) {
    const elapsed = nowUnixNano - span.startTimeUnixNano;
    add(rows, "running for", formatDuration(elapsed > 0n ? elapsed : 0n));
  }
  const whole = TraceTimes.of(trace);
  add(rows, "self time", share(whole.selfNano[index], Number(duration ?? 0n), "the duration"));
  const criticalNano = whole.criticalNano[index];
  const isCritical = criticalNano > 0;
  add(
    rows,
    "critical path",
    isCritical ? share(criticalNano, whole.criticalPathNano, "the path") : "not on it",
  );
  add(rows, "trace id", span.traceId);
  add(rows, "span id", span.spanId);
  if (span.parentId !== undefined) {
    const target = parent < 0 ? undefined : { traceId: span.traceId, spanId: span.parentId };
    const name = parent < 0 ? "" : `  ${trace.nodes[parent].span.name}`;
    const text = `${span.parentId}${isOrphan ? "  (not seen)" : name}`;
    rows.push({ key: "parent", text, depth: 0, target });
  }
  if (subtreeSize > 1) add(rows, "spans below", formatCount(subtreeSize - 1));
  if (span.indicator !== undefined) add(rows, "indicator", String(span.indicator));
  add(rows, "trace state", span.traceState);
  if (span.flags !== undefined) add(rows, "flags", flagsText(span.flags));
  return rows;
}

function addEvent(rows: DetailRow[], event: SpanEvent, times: Moments): void {
  rows.push({
    key: event.name === "" ? "(no name)" : event.name,
    text: times.text(event.timeUnixNano),
    depth: 0,
    isError: event.name === "exception" ? true : undefined,
  });
  addAttributeRows(rows, event.attributes, 1);
  addDropped(rows, "attribute", event.droppedAttributesCount, 1);
}

function addLink(rows: DetailRow[], link: SpanLink): void {
  const { traceId, spanId } = link;
  rows.push({
    key: "span",
    text: `${spanId} of trace ${traceId}`,
    depth: 0,
    target: { traceId, spanId },
  });
  add(rows, "trace state", link.traceState, 1);
  if (link.flags !== undefined) add(rows, "flags", flagsText(link.flags), 1);
  addAttributeRows(rows, link.attributes, 1);
  addDropped(rows, "attribute", link.droppedAttributesCount, 1);
}

function addSample(rows: DetailRow[], sample: MetricSample, times: Moments): void {
  const unit = sample.unit ? ` ${sample.unit}` : "";
  add(rows, sample.name === "" ? "(no name)" : sample.name, `${sample.value}${unit}`);
  add(
    rows,
    "metric",
    typeof sample.metric === "number" ? `type ${sample.metric}` : sample.metric,
    1,
  );
  if (sample.timeUnixNano !== undefined) add(rows, "time", times.text(sample.timeUnixNano), 1);
  add(rows, "status", sample.status === undefined ? undefined : String(sample.status), 1);
  add(rows, "message", sample.message, 1);
  add(rows, "rate", sample.rate === undefined ? undefined : String(sample.rate), 1);
  add(rows, "scope", sample.scope === undefined ? undefined : String(sample.scope), 1);
  for (const key in sample.tags) addValueRows(rows, key, sample.tags[key], 1);
}

/** Moments as texts: absolute, and from where people look at them. */
class Moments {
  readonly #trace: Trace;
  readonly #span: Span;
  readonly #offsetMinutes: number | undefined;

  constructor(trace: Trace, span: Span, { offsetMinutes }: SpanDetailsOptions) {
    this.#trace = trace;
    this.#span = span;
    this.#offsetMinutes = offsetMinutes;
  }

  text(unixNano: bigint, ownOffset = this.#span.startOffsetMinutes): string {
    const since = unixNano - this.#trace.startTimeUnixNano;
    const relative = `${since < 0n ? "" : "+"}${formatDuration(since)}`;
    return `${relative}  ${absoluteText(unixNano, this.#offsetMinutes ?? ownOffset ?? 0)}`;
  }
}

function absoluteText(unixNano: bigint, offsetMinutes: number): string {
  try {
    return formatTimestamp(unixNano, offsetMinutes);
  } catch (error) {
    // Years that RFC 3339 cannot write.
    if (error instanceof RangeError) return `${unixNano}ns since 1970`;
    throw error;
  }
}

function exactDuration(nano: bigint): string {
  const text = formatDuration(nano);
  const exact = `${nano}ns`;
  return text === exact ? text : `${text} (${exact})`;
}

function share(nano: number, whole: number, of: string): string {
  const text = formatNano(nano);
  return whole > 0 ? `${text} (${Math.round(nano / whole * 100)}% of ${of})` : text;
}

function flagsText(flags: number): string {
  return `0x${(flags >>> 0).toString(16).padStart(2, "0")}${(flags & 1) === 1 ? " (sampled)" : ""}`;
}

function add(rows: DetailRow[], key: string, text: string | undefined, depth = 0): void {
  if (text !== undefined && text !== "") rows.push({ key, text, depth });
}

function addDropped(
  rows: DetailRow[],
  word: string,
  count: number | undefined,
  depth: number,
): void {
  if (count) rows.push({ key: "left out by its program", text: countText(count, word), depth });
}

function rowsOf(fill: (rows: DetailRow[]) => void): DetailRow[] {
  const rows: DetailRow[] = [];
  fill(rows);
  return rows;
}

function countKeys(attributes: object | undefined): number {
  return attributes === undefined ? 0 : Object.keys(attributes).length;
}
