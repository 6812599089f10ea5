import * as z from "zod";
import { compareProfiles, type ProfileComparison } from "../analysis/compare_profiles.ts";
import type { Finding, PlaceFigures } from "../analysis/finding.ts";
import { TraceProfile } from "../analysis/trace_profile.ts";
import { matchesTrace } from "../views/matches_trace.ts";
import { Answer, describeCall, shownText } from "./answer.ts";
import { countText, describeOperation, formatNano, sourceNotes } from "./describe_trace.ts";
import { eachTrace } from "./each_trace.ts";
import { QUERY, readQuery } from "./query_parameter.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters } from "./tool.ts";
import { ToolError } from "./tool_error.ts";
import type { TraceSource } from "./trace_source.ts";

const INPUT = parameters({
  before: z.string().min(1).describe("Source of the traces before a change, as in list_sources"),
  after: z.string().min(1).optional().describe(
    "Source of those after it; default: the default source",
  ),
  query: QUERY,
  limit: z.number().int().min(1).max(1000).default(20).describe("Most findings"),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Compares two runs. */
export const diff = defineTool({
  name: "diff",
  description:
    "Compares two recordings or sessions of a program: which operations became slower or faster themselves, are called " +
    "more or less often, fail more, are new or gone; only what chance does not explain.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const query = await readQuery(args.query);
    const before = await catalog.open(args.before, signal);
    const after = await catalog.open(args.after, signal);
    if (before === after) {
      throw new ToolError(
        `before and after are the same, "${before.title}"; pass two different sources (see list_sources)`,
      );
    }
    const profiles = [
      await profileOf(before, query, signal),
      await profileOf(after, query, signal),
    ] as const;
    const comparison = compareProfiles(...profiles);
    const answer = new Answer(args.max_bytes);
    answer.add(`before: ${describeProfile(before, profiles[0])}`);
    answer.add(`after: ${describeProfile(after, profiles[1])}`);
    for (const line of describeCommon(comparison)) answer.add(line);
    const { findings } = comparison;
    if (findings.length === 0) answer.add("Nothing differs beyond what chance explains.");
    let shown = args.offset;
    for (const finding of findings.slice(args.offset, args.offset + args.limit)) {
      if (!answer.add(describeFinding(finding))) break;
      shown++;
    }
    if (shown < findings.length) {
      answer.note(
        `${countText(findings.length - shown, "more finding")}: ${
          describeCall("diff", INPUT, args, { offset: shown })
        }`,
      );
    }
    const unclearCount = comparison.unclear.length + comparison.unclearTimeCount;
    if (unclearCount > 0) {
      answer.note(
        `${
          countText(unclearCount, "place")
        } may differ, but there are too few samples: record more traces`,
      );
    }
    for (const note of [...sourceNotes(before), ...sourceNotes(after)]) answer.note(note);
    return answer.toString();
  },
});

async function profileOf(
  { traces }: TraceSource,
  query: SpanQuery | undefined,
  signal: AbortSignal,
): Promise<TraceProfile> {
  const profile = new TraceProfile();
  for await (const { traceId } of eachTrace(traces, signal)) {
    if (query !== undefined && !matchesTrace(query, traces, traceId)) continue;
    const trace = traces.trace(traceId);
    if (trace !== undefined) profile.add(trace);
  }
  return profile;
}

function describeProfile(source: TraceSource, profile: TraceProfile): string {
  return `${shownText(source.title, 200)}, ${countText(profile.traceCount, "trace")}, ` +
    countText(profile.spanCount, "span");
}

function describeCommon({ common }: ProfileComparison): string[] {
  return common.filter(({ factor }) => Math.abs(factor - 1) >= 0.01).map(({ category, factor }) =>
    `All ${category ?? "operations"} take ${
      percentChange(factor)
    } in common; that is left out below.`
  );
}

function describeFinding({ kind, operation, places, operationsBelow }: Finding): string {
  const [{ path, before, after }] = places;
  const where = path.length === 0
    ? ""
    : ` under ${path.slice(-MAX_PATH).map(describeOperation).join(" > ")}`;
  const figures = kind === "slower" || kind === "faster"
    ? ["self time", change(before, after, ({ selfNano }) => formatNano(selfNano))]
    : kind === "more_calls" || kind === "fewer_calls"
    ? ["calls per parent", change(before, after, ({ callsPerParent }) => rounded(callsPerParent))]
    : kind === "more_errors" || kind === "fewer_errors"
    ? ["errors", change(before, after, ({ errorRate }) => `${rounded(errorRate * 100)}%`)]
    : [];
  return [
    `${kind}: ${describeOperation(operation)}`,
    ...(figures.length === 0 ? [] : [`  ${figures.join(" ")}`]),
    ...(where === "" ? [] : [` ${where}`]),
    ...(places.length > 1 ? [`  and at ${countText(places.length - 1, "other place")}`] : []),
    ...(operationsBelow > 0 ? [`  with ${countText(operationsBelow, "operation")} below it`] : []),
  ].join("\n");
}

function change(
  before: PlaceFigures | undefined,
  after: PlaceFigures | undefined,
  show: (figures: PlaceFigures) => string,
): string {
  return `${before === undefined ? "none" : show(before)} → ${
    after === undefined ? "none" : show(after)
  }`;
}

function percentChange(factor: number): string {
  const percent = Math.round(Math.abs(factor - 1) * 100);
  return `${percent}% ${factor >= 1 ? "longer" : "less time"}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

const MAX_PATH = 4;
