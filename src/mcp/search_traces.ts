import * as z from "zod";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { matchesTrace } from "../views/matches_trace.ts";
import { Answer, describeCall } from "./answer.ts";
import { countText, describeTrace, nowOf, shownName, sourceNotes } from "./describe_trace.ts";
import { eachTrace, traceIds } from "./each_trace.ts";
import { EXPLAINED_QUERY, readQuery } from "./query_parameter.ts";
import { createIdShortener, showId } from "./short_ids.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE } from "./tool.ts";
import type { TraceSource } from "./trace_source.ts";
import { summarizeTrace, type TraceSummary } from "./trace_summary.ts";

const SORTS = ["newest", "slowest", "errors"] as const;

const INPUT = parameters({
  source: SOURCE,
  query: EXPLAINED_QUERY,
  sort: z.enum(SORTS).default("newest").describe("What comes first"),
  limit: z.number().int().min(1).max(1000).default(20).describe("Most traces"),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Finds traces. */
export const searchTraces = defineTool({
  name: "search_traces",
  description:
    "Finds traces, all or those with a span that a query finds. A line: #id, root span, [service], duration, " +
    "start, counts; with a query also how many spans match (◀) and the first of them.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const query = await readQuery(args.query);
    const source = await catalog.open(args.source, signal);
    const { traces } = source;
    const nowUnixNano = nowOf(source);
    const found: TraceSummary[] = [];
    for await (const entry of eachTrace(traces, signal)) {
      if (query !== undefined && !matchesTrace(query, traces, entry.traceId)) continue;
      found.push(summarizeTrace(entry, nowUnixNano));
    }
    found.sort(ORDERS[args.sort]);
    const answer = new Answer(args.max_bytes);
    answer.add(describeCount(source, found.length, query));
    const shortId = createIdShortener(traceIds(traces), TRACE_ID_LENGTH);
    let shown = args.offset;
    for (const { traceId } of found.slice(args.offset, args.offset + args.limit)) {
      const trace = traces.trace(traceId);
      // A session goes on while an answer is made.
      if (trace === undefined) continue;
      const line = describeTrace(trace, shortId(traceId), nowUnixNano) +
        describeMatch(query, trace);
      if (!answer.add(line)) break;
      shown++;
    }
    if (shown < found.length) {
      answer.note(
        `${countText(found.length - shown, "more trace")}: ${
          describeCall("search_traces", INPUT, args, { offset: shown })
        }`,
      );
    }
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

function describeCount(
  source: TraceSource,
  count: number,
  query: SpanQuery | undefined,
): string {
  const { traceCount } = source.traces;
  if (traceCount === 0) {
    return source.isLive
      ? "No spans have come yet. Use the program, or wait with wait_for_trace."
      : "This source has no spans.";
  }
  if (query === undefined) return countText(count, "trace");
  return count === 0
    ? `None of ${countText(traceCount, "trace")} matches.`
    : `${count} of ${countText(traceCount, "trace")} match${count === 1 ? "es" : ""}`;
}

function describeMatch(query: SpanQuery | undefined, trace: Trace): string {
  if (query === undefined) return "";
  const indexes = query.findSpans(trace);
  if (indexes.length === 0) return "";
  const { span } = trace.nodes[indexes[0]];
  return `  ◀ ${indexes.length}, #${showId(span.spanId)} ${shownName(span)}`;
}

const ORDERS: Readonly<
  Record<typeof SORTS[number], (a: TraceSummary, b: TraceSummary) => number>
> = {
  newest: (a, b) => compare(b.startUnixNano, a.startUnixNano),
  slowest: (a, b) => compare(b.durationNano, a.durationNano),
  errors: (a, b) => b.errorCount - a.errorCount || compare(b.startUnixNano, a.startUnixNano),
};

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const TRACE_ID_LENGTH = 12;
