import * as z from "zod";
import type { RepeatedCallStats } from "../analysis/repeated_call_table.ts";
import { Answer, describeCall, shownText } from "./answer.ts";
import { collectStats } from "./collect_stats.ts";
import { countText, describeOperation, formatNano, sourceNotes } from "./describe_trace.ts";
import { QUERY, readQuery } from "./query_parameter.ts";
import { showId } from "./short_ids.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE } from "./tool.ts";

const DEFAULT_MIN_CALLS = 5;

const INPUT = parameters({
  source: SOURCE,
  query: QUERY,
  min_calls: z.number().int().min(2).default(DEFAULT_MIN_CALLS).describe(
    "How many calls of one parent count",
  ),
  limit: z.number().int().min(1).max(1000).default(15).describe("Most findings"),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Finds N+1 queries and their like. */
export const nPlusOne = defineTool({
  name: "n_plus_one",
  description:
    "N+1: the same statement, request or cache command that one parent makes many times, the costliest first, " +
    "with where in the code it is made, sample values, and an example trace and span.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const query = await readQuery(args.query);
    const source = await catalog.open(args.source, signal);
    const collector = await collectStats(source, query, {
      // Those of the default are found with the figures, too.
      key: args.min_calls === DEFAULT_MIN_CALLS ? "" : `calls ${args.min_calls}`,
      options: { minRepeatedCalls: args.min_calls },
      signal,
    });
    const found = [...collector.repeatedCalls].sort((a, b) => b.wallNano - a.wallNano);
    const answer = new Answer(args.max_bytes);
    const { traceCount } = collector.summary;
    answer.add(
      found.length === 0
        ? `No parent makes one call ${args.min_calls} times or more, in ${
          countText(traceCount, "trace")
        }.`
        : `${countText(found.length, "repeated call")} in ${countText(traceCount, "trace")}`,
    );
    let shown = args.offset;
    for (const call of found.slice(args.offset, args.offset + args.limit)) {
      if (!answer.add(describeRepeatedCall(call))) break;
      shown++;
    }
    if (shown < found.length) {
      answer.note(
        `${countText(found.length - shown, "more finding")}: ${
          describeCall("n_plus_one", INPUT, args, { offset: shown })
        }`,
      );
    }
    const { otherRepeatedCallCount } = collector.summary;
    if (otherRepeatedCallCount > 0) {
      answer.note(`Note: ${countText(otherRepeatedCallCount, "further finding")} had no room`);
    }
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

/** A finding, on a few lines. */
function describeRepeatedCall(call: RepeatedCallStats): string {
  const { callCount, parentCount, maxCallCount } = call;
  const average = Math.round(callCount / parentCount);
  const times = average === maxCallCount ? `×${average}` : `×${average} (at most ×${maxCallCount})`;
  return [
    `${times} ${describeOperation(call.operation)}`,
    `  by ${
      call.parent === undefined ? "a parent that was not seen" : describeOperation(call.parent)
    }` +
    `, ${countText(parentCount, "time")}: ${countText(callCount, "call")}, ` +
    `${formatNano(call.totalNano)} in all` +
    (call.isParallel ? `, ${formatNano(call.wallNano)} of time as some run at once` : ""),
    ...(call.caller === undefined ? [] : [`  made at ${shownText(call.caller, 200)}`]),
    ...(call.samples.length === 0
      ? []
      : [`  values: ${call.samples.map((value) => shownText(value, 60)).join(" | ")}`]),
    `  see trace ${showId(call.traceId)}` +
    (call.parentSpanId === undefined ? "" : ` span ${showId(call.parentSpanId)}`),
  ].join("\n");
}
