import type { Operation } from "../analysis/operation.ts";
import { spanService } from "../model/span_service.ts";
import { formatDuration } from "../model/duration.ts";
import { durationNano, isErrorSpan, type Span } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import type { Trace } from "../model/trace.ts";
import { errorMessage, httpStatus, sqlQuery } from "../views/span_facts.ts";
import { shownText } from "./answer.ts";
import type { TraceSource } from "./trace_source.ts";

/** What running spans of a source are measured against; `undefined` when nothing runs any more. */
export function nowOf(source: TraceSource): bigint | undefined {
  return source.isLive ? BigInt(Date.now()) * 1_000_000n : undefined;
}

/** A trace in one line: its id, root span, duration, start and counts. */
export function describeTrace(trace: Trace, id: string, nowUnixNano: bigint | undefined): string {
  const { rootSpan, nodes, rootIndex } = trace;
  const service = spanService(rootSpan);
  return [
    `#${id} `,
    shownName(rootSpan),
    ...(service === undefined ? [] : [`[${shownText(service, MAX_SERVICE_LENGTH)}]`]),
    formatDuration(traceDurationNano(trace, nowUnixNano)),
    showTime(trace.startTimeUnixNano),
    countText(nodes.length, "span"),
    ...(trace.errorCount > 0 ? [countText(trace.errorCount, "error")] : []),
    ...(trace.runningCount > 0
      ? [`${trace.runningCount} ${nowUnixNano === undefined ? "unfinished" : "running"}`]
      : []),
    ...(trace.unfinishedCount > 0 ? [`${trace.unfinishedCount} unfinished`] : []),
    ...(nodes[rootIndex].isOrphan ? ["root span missing"] : []),
  ].join("  ");
}

/** How long a trace took, or has taken up to now while something of it runs. */
export function traceDurationNano(trace: Trace, nowUnixNano: bigint | undefined): bigint {
  if (trace.runningCount === 0 || nowUnixNano === undefined) return trace.durationNano;
  const elapsed = nowUnixNano - trace.startTimeUnixNano;
  return elapsed > trace.durationNano ? elapsed : trace.durationNano;
}

/** What a line about a span can tell besides. */
export interface SpanLineOptions {
  readonly id: string;
  readonly selfNano?: number;
  /** Of its trace, to tell the start relative to it. */
  readonly traceStartUnixNano: bigint;
  readonly nowUnixNano: bigint | undefined;
  /** The service of what stands above it, which need not be told again. */
  readonly knownService?: string;
  readonly isOrphan?: boolean;
}

/** A span in one line: `name  duration self … +start kind status [service] #id ✗ error | statement`. */
export function describeSpan(span: Span, options: SpanLineOptions): string {
  const parts = [`${shownName(span)}  ${describeSpanDuration(span, options.nowUnixNano)}`];
  if (options.selfNano !== undefined && span.state === "ended") {
    parts.push(`self ${formatNano(options.selfNano)}`);
  }
  parts.push(`+${formatDuration(span.startTimeUnixNano - options.traceStartUnixNano)}`);
  if (span.kind !== "function" && span.kind !== "internal") parts.push(String(span.kind));
  const status = httpStatus(span);
  if (status !== undefined) parts.push(status);
  const service = spanService(span);
  if (service !== undefined && service !== options.knownService) {
    parts.push(`[${shownText(service, MAX_SERVICE_LENGTH)}]`);
  }
  if (options.isOrphan) parts.push("(parent missing)");
  parts.push(`#${options.id}`);
  if (isErrorSpan(span)) parts.push(`✗ ${shownText(errorMessage(span), MAX_TEXT_LENGTH)}`);
  const query = sqlQuery(span);
  if (query !== undefined && query !== span.name) {
    parts.push(`| ${shownText(query, MAX_TEXT_LENGTH)}`);
  }
  return parts.join(" ");
}

/** A span's duration in words: `12.3ms`, `running 1.2s`, `unfinished`. */
export function describeSpanDuration(span: Span, nowUnixNano: bigint | undefined): string {
  const duration = durationNano(span);
  if (duration !== undefined) return formatDuration(duration);
  if (span.state === "unfinished" || nowUnixNano === undefined) return "unfinished";
  const elapsed = nowUnixNano - span.startTimeUnixNano;
  return `running ${formatDuration(elapsed > 0n ? elapsed : 0n)}`;
}

/** A span's name in one line. */
export function shownName(span: Span): string {
  return span.name === "" ? "(no name)" : shownText(span.name, MAX_TEXT_LENGTH);
}

/** What spans do, in one line: `[service] name`. */
export function describeOperation({ service, name }: Operation): string {
  const shown = name === "" ? "(no name)" : shownText(name, MAX_OPERATION_LENGTH);
  return service === "" ? shown : `[${shownText(service, MAX_SERVICE_LENGTH)}] ${shown}`;
}

/** A length of time that statistics know as a number. */
export function formatNano(nano: number): string {
  return formatDuration(BigInt(Math.round(nano)));
}

/** A moment as RFC 3339; as nanoseconds where no date stands for it. */
export function showTime(unixNano: bigint): string {
  try {
    return formatTimestamp(unixNano);
  } catch {
    return `${unixNano}ns`;
  }
}

/** A count with its word: `1 span`, `2,000 spans`. */
export function countText(count: number, word: string): string {
  return `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
}

/** What a reader of any answer about a source should know: what is damaged, missing, given up. */
export function sourceNotes(source: TraceSource): string[] {
  const { droppedSpans } = source.traces;
  const notes = source.notices.slice(0, MAX_NOTICES).map((text) => `Note: ${shownText(text, 400)}`);
  const { trace_evicted: evicted = 0, trace_full = 0, store_full = 0 } = droppedSpans;
  if (evicted > 0) {
    notes.push(
      `Note: ${countText(evicted, "span")} of older traces were given up to save memory ` +
        "(trace mcp --max-spans raises the bound)",
    );
  }
  const full = trace_full + store_full;
  if (full > 0) {
    notes.push(
      `Note: ${
        countText(full, "span")
      } found no room in memory (trace mcp --max-spans raises the bound)`,
    );
  }
  return notes;
}

const MAX_NOTICES = 3;
const MAX_TEXT_LENGTH = 120;
const MAX_OPERATION_LENGTH = 200;
const MAX_SERVICE_LENGTH = 60;
