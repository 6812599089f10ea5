import { compareProfiles } from "../analysis/compare_profiles.ts";
import { formatDiffJson } from "../analysis/diff_json.ts";
import { ServiceGraph } from "../analysis/service_graph.ts";
import { formatEdgeJson } from "../analysis/service_graph_json.ts";
import { StatsCollector } from "../analysis/stats_collector.ts";
import { formatStatsJson } from "../analysis/stats_tables.ts";
import { TraceProfile } from "../analysis/trace_profile.ts";
import type { TraceList } from "../assemble/trace_list.ts";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { Slices } from "./_slices.ts";

/** What figures are made of. */
export interface FiguresInput {
  readonly traces: TraceList;
  /** What counts. @default everything */
  readonly query: SpanQuery | undefined;
  /** Ends the making. */
  readonly signal: AbortSignal;
}

/** The rows of `trace stats --json`, as the elements of a list of JSON. */
export async function statsJson({ traces, query, signal }: FiguresInput): Promise<string> {
  const collector = new StatsCollector({ filter: query });
  const slices = new Slices(signal);
  for (const traceId of traceIds(traces)) {
    // Large traces must not hold others up for longer than it takes to read them.
    for (const span of traces.spansOf(traceId)) {
      collector.add(span, 0);
      if (slices.isOver) await slices.next();
    }
  }
  collector.finish();
  return joinLines(formatStatsJson(collector));
}

/** The rows of `trace stats --table graph --json`. */
export async function servicesJson({ traces, query, signal }: FiguresInput): Promise<string> {
  const graph = new ServiceGraph();
  const slices = new Slices(signal);
  for (const traceId of traceIds(traces)) {
    const trace = traces.trace(traceId);
    if (trace !== undefined && (query === undefined || query.findSpans(trace).length > 0)) {
      graph.add(trace);
    }
    if (slices.isOver) await slices.next();
  }
  return joinLines(graph.edges.map(formatEdgeJson).join(""));
}

/** The rows of `trace diff --json` for two traces. */
export function diffJson(before: Trace, after: Trace): string {
  const profiles = [before, after].map((trace) => {
    const profile = new TraceProfile();
    profile.add(trace);
    return profile;
  });
  const [one, other] = profiles;
  return joinLines(formatDiffJson({
    before: { name: before.traceId, traceCount: 1, spanCount: one.spanCount },
    after: { name: after.traceId, traceCount: 1, spanCount: other.spanCount },
    comparison: compareProfiles(one, other),
    rules: [],
    limit: Infinity,
  }));
}

/** The ids of all traces that are there now: the list goes on changing meanwhile. */
function traceIds(traces: TraceList): string[] {
  const ids: string[] = [];
  for (let index = 0; index < traces.traceCount; index++) {
    const entry = traces.entryAt(index);
    if (entry !== undefined) ids.push(entry.traceId);
  }
  return ids;
}

function joinLines(lines: string): string {
  return lines.trimEnd().replaceAll("\n", ",");
}
