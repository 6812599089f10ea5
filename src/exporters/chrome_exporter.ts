import { countReason } from "../model/counters.ts";
import { durationNano, type Span, type SpanEvent } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import { countDropped } from "../wire/count_dropped.ts";
import type { Exporter } from "./exporter.ts";
import { LaneTable, NEVER } from "./_lane_table.ts";
import { hasChangedType, plainAttributes, type PlainValue, plainValue } from "./_plain_value.ts";
import { groupByService } from "./_group_by_service.ts";
import { TraceGroups } from "./_trace_groups.ts";
import { layoutEnd, layoutTrace, type SpanChain } from "./_trace_layout.ts";

/** How much a {@linkcode ChromeExporter} looks at before it writes. */
export interface ChromeExporterOptions {
  /**
   * Most spans held back so that the spans of a trace can be laid out together; a trace with more is
   * laid out in parts. @default 20_000
   */
  readonly maxPendingSpans?: number;
}

interface Process {
  readonly pid: number;
  readonly lanes: LaneTable;
  readonly namedLanes: Set<number>;
}

const NANOS_PER_DAY = 86_400_000_000_000n;
const MAX_PROCESSES = 256;
const LOST = ["time_offset", "flags", "dropped_counts", "schema_url"] as const;
/** Beyond every lane's number; 0 means the idle task to some viewers. */
const CROWDED_LANE = 1_000_000;

/**
 * Writes Chrome's trace event format (the JSON object form). A service is a process, a lane is a
 * thread. Spans on one lane are either nested in their parent or apart from each other, so that
 * viewers draw them as they were.
 *
 * | field | value |
 * | --- | --- |
 * | `ph` | `X`; `B` without an end for a span that has none; `i` for an event of a span |
 * | `ts`, `dur` | microseconds with three decimals, from `otherData.time_origin`: small enough to be exact to the nanosecond as doubles |
 * | `cat` | the kind |
 * | `args` | ids, attributes and whatever else the span has |
 *
 * Specification: "Trace Event Format", the Chromium project.
 */
export class ChromeExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #groups: TraceGroups;
  readonly #processes = new Map<string, Process>();
  #timeOrigin: bigint | undefined;
  #isFirst = true;

  constructor(options: ChromeExporterOptions = {}) {
    this.#groups = new TraceGroups({ ...options, changed: this.changed });
  }

  begin(): string {
    // With the first span, which says when the file's time begins: readers that stream need it first.
    return "";
  }

  span(span: Span): string {
    // A day before the first span, so that parents and slow traces that began earlier do not fall
    // below zero, which some viewers do not show.
    let text = "";
    if (this.#timeOrigin === undefined) {
      this.#timeOrigin = floorToDay(span.startTimeUnixNano) - NANOS_PER_DAY;
      text = formatHead(this.#timeOrigin);
    }
    this.#groups.add(span);
    for (let spans = this.#groups.takeOverflow(); spans; spans = this.#groups.takeOverflow()) {
      text += this.#writeTrace(spans);
    }
    return text;
  }

  end(): string {
    const parts = this.#timeOrigin === undefined ? [formatHead(undefined)] : [];
    for (let spans = this.#groups.take(); spans; spans = this.#groups.take()) {
      parts.push(this.#writeTrace(spans));
    }
    return `${parts.join("")}\n]}\n`;
  }

  #writeTrace(spans: readonly Span[]): string {
    const parts: string[] = [];
    for (const [service, group] of groupByService(spans)) {
      const process = this.#process(service, parts);
      for (const chain of layoutTrace(group)) this.#writeChain(chain, process, parts);
    }
    return parts.join("");
  }

  #process(service: string, parts: string[]): Process {
    let name = service;
    if (!this.#processes.has(name) && this.#processes.size >= MAX_PROCESSES) {
      name = "(more services)";
    }
    let process = this.#processes.get(name);
    if (process === undefined) {
      const pid = this.#processes.size + 1;
      process = { pid, lanes: new LaneTable(), namedLanes: new Set() };
      this.#processes.set(name, process);
      this.#write(parts, { name: "process_name", ph: "M", pid, tid: 0, args: { name } });
    }
    return process;
  }

  #writeChain(chain: SpanChain, process: Process, parts: string[]): void {
    const { pid } = process;
    let tid = process.lanes.take(chain.start, chain.end);
    if (tid === undefined) {
      tid = CROWDED_LANE;
      countReason(this.changed, "crowded_lane", chain.spans.length);
    }
    if (!process.namedLanes.has(tid)) {
      process.namedLanes.add(tid);
      const name = tid === CROWDED_LANE ? "crowded" : `lane ${tid}`;
      this.#write(parts, { name: "thread_name", ph: "M", pid, tid, args: { name } });
      const args = { sort_index: tid };
      this.#write(parts, { name: "thread_sort_index", ph: "M", pid, tid, args });
    }
    for (const span of chain.spans) this.#writeSpan(span, pid, tid, parts);
  }

  #writeSpan(span: Span, pid: number, tid: number, parts: string[]): void {
    const end = layoutEnd(span);
    const duration = durationNano(span);
    const args = spanArgs(span);
    if (duration === undefined) countReason(this.changed, "no_end_time");
    else if (duration < 0n) {
      args.duration_ns = plainValue(duration);
      countReason(this.changed, "negative_duration");
    }
    if (hasChangedType(span.attributes)) countReason(this.changed, "attribute_type");
    countDropped(span, LOST, this);
    this.#write(parts, {
      name: span.name.toWellFormed(),
      cat: String(span.kind),
      ph: end === NEVER ? "B" : "X",
      pid,
      tid,
      args,
    }, {
      start: span.startTimeUnixNano,
      duration: end === NEVER ? undefined : end - span.startTimeUnixNano,
    });
    for (const event of span.events ?? []) this.#writeEvent(event, pid, tid, parts);
  }

  #writeEvent(event: SpanEvent, pid: number, tid: number, parts: string[]): void {
    const args = plainAttributes(event.attributes);
    const name = event.name.toWellFormed();
    this.#write(parts, { name, ph: "i", s: "t", pid, tid, args }, { start: event.timeUnixNano });
  }

  /** The times go in as text: no number of JavaScript writes them exactly in every case. */
  #write(
    parts: string[],
    event: Readonly<Record<string, unknown>>,
    time?: { readonly start: bigint; readonly duration?: bigint },
  ): void {
    let text = JSON.stringify(event);
    if (time !== undefined) {
      const dur = time.duration === undefined ? "" : `,"dur":${formatMicros(time.duration)}`;
      text = `${text.slice(0, -1)},"ts":${formatMicros(time.start - this.#timeOrigin!)}${dur}}`;
    }
    parts.push(this.#isFirst ? "\n" : ",\n", text);
    this.#isFirst = false;
  }
}

function formatHead(timeOrigin: bigint | undefined): string {
  const other = JSON.stringify({
    creator: "trace",
    time_origin: timeOrigin === undefined ? undefined : formatTimestamp(timeOrigin),
  });
  return `{"displayTimeUnit":"ns","otherData":${other},"traceEvents":[`;
}

function spanArgs(span: Span): Record<string, PlainValue> {
  const args: Record<string, PlainValue | undefined> = {
    trace_id: span.traceId.toWellFormed(),
    span_id: span.spanId.toWellFormed(),
    parent_id: span.parentId?.toWellFormed(),
    state: span.state === "ended" ? undefined : span.state,
    attributes: plainAttributes(span.attributes),
    status: span.status && plainValue(present(span.status)),
    error: span.error,
    indicator: span.indicator,
    trace_state: span.traceState?.toWellFormed(),
    resource: span.resource && plainAttributes(span.resource),
    scope: span.scope && plainValue(present(span.scope)),
    links: span.links?.length
      ? span.links.map((link) =>
        plainValue({
          trace_id: link.traceId,
          span_id: link.spanId,
          attributes: link.attributes,
        })
      )
      : undefined,
    samples: span.samples?.length
      ? span.samples.map((sample) => {
        const { timeUnixNano, ...rest } = sample;
        const time = timeUnixNano === undefined ? undefined : formatTimestamp(timeUnixNano);
        return plainValue(present({ ...rest, time }));
      })
      : undefined,
  };
  return present(args);
}

/** The properties that are not `undefined`. */
function present<T>(
  object: { readonly [key: string]: T | undefined } | object,
): Record<string, Exclude<T, undefined>> {
  const kept: Record<string, Exclude<T, undefined>> = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined) kept[key] = value;
  return kept;
}

function floorToDay(unixNano: bigint): bigint {
  const rest = unixNano % NANOS_PER_DAY;
  return unixNano - (rest < 0n ? rest + NANOS_PER_DAY : rest);
}

/** Nanoseconds as a JSON number of microseconds with all three decimals. */
function formatMicros(nano: bigint): string {
  const sign = nano < 0n ? "-" : "";
  const absolute = nano < 0n ? -nano : nano;
  return `${sign}${absolute / 1000n}.${String(absolute % 1000n).padStart(3, "0")}`;
}
