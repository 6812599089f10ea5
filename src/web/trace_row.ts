import type { TraceEntry } from "../assemble/trace_list.ts";
import { formatTimestamp } from "../model/time.ts";
import type { ApiTraceRow } from "./api.ts";

/** A row of the list of traces as the page gets it. */
export function traceRow(entry: TraceEntry): ApiTraceRow {
  return {
    sequence: entry.sequence,
    trace_id: entry.traceId,
    name: entry.name,
    kind: entry.kind,
    service: entry.service ?? null,
    start_time: formatTimestamp(entry.startTimeUnixNano),
    duration_ns: String(entry.durationNano),
    spans: entry.spanCount,
    running: entry.runningCount,
    unfinished: entry.unfinishedCount,
    errors: entry.errorCount,
    version: entry.version,
  };
}
