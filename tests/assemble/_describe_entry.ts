import type { TraceEntry } from "../../src/assemble/trace_list.ts";
import { spanService } from "../../src/model/span_service.ts";
import type { Trace } from "../../src/model/trace.ts";

/** What an entry says of its trace. */
export type EntryDescription = Omit<TraceEntry, "sequence" | "version">;

/** What an entry says of its trace, for comparing. */
export function describeEntry(entry: TraceEntry): EntryDescription {
  const { traceId, spanCount, runningCount, unfinishedCount, errorCount } = entry;
  const { name, kind, service, startTimeUnixNano, durationNano } = entry;
  const counts = { traceId, spanCount, runningCount, unfinishedCount, errorCount };
  return { ...counts, name, kind, service, startTimeUnixNano, durationNano };
}

/** What an entry of a tree has to say. */
export function describeTraceSummary(trace: Trace): EntryDescription {
  const { traceId, runningCount, unfinishedCount, errorCount, rootSpan, nodes } = trace;
  const { startTimeUnixNano, durationNano } = trace;
  const { name, kind } = rootSpan;
  const counts = { traceId, spanCount: nodes.length, runningCount, unfinishedCount, errorCount };
  return { ...counts, name, kind, service: spanService(rootSpan), startTimeUnixNano, durationNano };
}
