import type { RepeatedCallStats } from "./repeated_call_table.ts";
import type { StatsSummary } from "./stats_collector.ts";
import type { StatsRow } from "./stats_row.ts";
import { formatTimestamp } from "../model/time.ts";

/** What `--json` prints for a row of a table: one line. The names are described in docs/stats.md. */
export function formatRowJson(row: StatsRow): string {
  return line({
    table: row.table,
    service: row.service,
    name: row.name,
    count: row.count,
    errors: row.errorCount,
    rate: row.ratePerSecond ?? null,
    total_ns: Math.round(row.totalNano),
    avg_ns: Math.round(row.averageNano),
    min_ns: row.minNano,
    p50_ns: Math.round(row.p50Nano),
    p95_ns: Math.round(row.p95Nano),
    p99_ns: Math.round(row.p99Nano),
    max_ns: row.maxNano,
    self_ns: Math.round(row.selfNano),
    exact: row.isExact,
    running: row.runningCount,
    unfinished: row.unfinishedCount,
    clock_skew: row.clockSkewCount,
  });
}

/** The same for a repeated call. */
export function formatRepeatedCallJson(calls: RepeatedCallStats): string {
  return line({
    table: "nplusone",
    category: calls.operation.category,
    service: calls.operation.service,
    name: calls.operation.name,
    parent_service: calls.parent?.service ?? null,
    parent: calls.parent?.name ?? null,
    caller: calls.caller ?? null,
    parents: calls.parentCount,
    count: calls.callCount,
    max_count: calls.maxCallCount,
    total_ns: Math.round(calls.totalNano),
    wall_ns: Math.round(calls.wallNano),
    parallel: calls.isParallel,
    samples: calls.samples,
    trace_id: calls.traceId,
    parent_span_id: calls.parentSpanId ?? null,
  });
}

/** The last line: what there was at all. */
export function formatSummaryJson(summary: StatsSummary): string {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = summary;
  return line({
    table: "summary",
    spans: summary.spanCount,
    traces: summary.traceCount,
    running: summary.runningCount,
    unfinished: summary.unfinishedCount,
    clock_skew: summary.clockSkewCount,
    duplicate_spans: summary.duplicateSpanCount,
    late_spans: summary.lateSpanCount,
    other_nplusone: summary.otherRepeatedCallCount,
    start_time: start === undefined ? null : formatTimestamp(start),
    end_time: end === undefined ? null : formatTimestamp(end),
  });
}

function line(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(record) + "\n";
}
