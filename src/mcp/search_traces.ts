import * as z from "zod";
import { Answer, describeCall } from "./answer.ts";
import { countText, describeTrace, nowOf, sourceNotes } from "./describe_trace.ts";
import { createIdShortener } from "./short_ids.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE } from "./tool.ts";
import { summarizeTraces, type TraceSummary } from "./trace_summary.ts";

const SORTS = ["newest", "slowest", "errors"] as const;

const INPUT = parameters({
  source: SOURCE,
  sort: z.enum(SORTS).default("newest").describe("What comes first"),
  limit: z.number().int().min(1).max(1000).default(20),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Finds traces. */
export const searchTraces = defineTool({
  name: "search_traces",
  description: "",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const source = await catalog.open(args.source, signal);
    const { store } = source;
    const nowUnixNano = nowOf(source);
    const found: TraceSummary[] = [...summarizeTraces(source, nowUnixNano)];
    found.sort(ORDERS[args.sort]);
    const answer = new Answer(args.max_bytes);
    answer.add(countText(found.length, "trace"));
    const shortId = createIdShortener(store.traceIds, TRACE_ID_LENGTH);
    let shown = args.offset;
    for (const { traceId } of found.slice(args.offset, args.offset + args.limit)) {
      const trace = store.trace(traceId);
      if (trace === undefined) continue;
      if (!answer.add(describeTrace(trace, shortId(traceId), nowUnixNano))) break;
      shown++;
    }
    if (shown < found.length) {
      answer.note(
        `${found.length - shown} more: ${
          describeCall("search_traces", INPUT, args, { offset: shown })
        }`,
      );
    }
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

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
