import { Command } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { lstat } from "node:fs/promises";
import { compareProfiles } from "../analysis/compare_profiles.ts";
import { evaluateDiffRule } from "../analysis/evaluate_diff_rule.ts";
import { TraceProfile } from "../analysis/trace_profile.ts";
import { CommandError } from "./command_error.ts";
import type { DiffReport } from "../analysis/diff_report.ts";
import type { CliIo } from "./io.ts";
import { collectText, parseCount, parseNano, parsePercent } from "./parse_options.ts";
import { eachTrace, type TraceSelection } from "./each_trace.ts";
import { readRule } from "./rule_option.ts";
import { describeNoMatch, readWhere, WHERE_OPTION } from "./where_option.ts";

/** Options of `trace diff`. */
export interface DiffOptions {
  readonly failOn?: readonly string[];
  readonly minChange?: number;
  readonly minTime?: number;
  readonly limit: number;
  readonly format: string;
  readonly where?: string;
  readonly json?: boolean;
}

const FORMATS = ["table", "markdown", "json"];

/** Builds `trace diff`. */
export function createDiffCommand(
  io: CliIo,
  setExitCode: (code: number) => void,
): AnyCommand {
  return new Command("diff")
    .argument("<before>", "a trace file of any format, - for standard input, or FILE#TRACEID")
    .argument("<after>", "what to compare it with: the same")
    .option(
      "--fail-on <rule>",
      "end with exit code 1 if this applies, such as 'p95>+20%'; can be repeated",
      collectText,
    )
    .option(
      "--min-change <percent>",
      "how much slower or faster an operation must be to be found (default: 15%)",
      parsePercent,
    )
    .option(
      "--min-time <time>",
      "how much slower or faster a trace must be by it, for findings and rules (default: 50us)",
      parseNano,
    )
    .option(...WHERE_OPTION)
    .option("--limit <n>", "how many operations the table shows", parseCount, 20)
    .option(`--format <name>`, `one of ${FORMATS.join(", ")}`, "table")
    .option("--json", "the same as --format json: one object a line")
    .addHelpText("after", RULES_HELP)
    .action(async (before, after, options) => {
      setExitCode(await runDiff(io, [before, after], options));
    }) as unknown as AnyCommand;
}

/**
 * Runs `trace diff`.
 *
 * @param names What to compare: before, after.
 * @returns The exit code: 1 when a rule of `--fail-on` applies.
 * @throws {CommandError} When the arguments are wrong, or a file cannot be read or has no spans.
 */
export async function runDiff(
  io: CliIo,
  names: readonly [before: string, after: string],
  options: DiffOptions,
): Promise<number> {
  const format = options.json ? "json" : options.format;
  if (!FORMATS.includes(format)) {
    throw new CommandError(`Unknown format "${format}"; use one of ${FORMATS.join(", ")}`, 2);
  }
  const rules = (options.failOn ?? []).map(readRule);
  const query = await readWhere(options.where);
  const selections = [await selectTraces(names[0]), await selectTraces(names[1])];
  if (selections.every(({ source }) => source === "-")) {
    throw new CommandError(`Standard input can only be one of the two; name a file`, 2);
  }
  const profiles: TraceProfile[] = [];
  for (const selection of selections) {
    const profile = new TraceProfile();
    const traceCount = await eachTrace(io, { ...selection, query }, (trace) => profile.add(trace));
    if (traceCount === undefined) {
      await io.stderr.write("trace: Stopped; nothing was compared\n");
      return 1;
    }
    if (traceCount === 0) {
      throw new CommandError(
        query === undefined
          ? `There are no spans in "${selection.source}", nothing to compare`
          : `${describeNoMatch(query)} in "${selection.source}", nothing to compare`,
      );
    }
    if (profile.unplacedSpans > 0) {
      await io.stderr.write(
        `trace: ${profile.unplacedSpans} spans of ${selection.source} stand at too many places to be told apart\n`,
      );
    }
    profiles.push(profile);
  }
  const [before, after] = profiles;
  const comparison = compareProfiles(before, after, {
    minChange: options.minChange,
    minTimeNano: options.minTime,
  });
  const report: DiffReport = {
    before: { name: names[0], traceCount: before.traceCount, spanCount: before.spanCount },
    after: { name: names[1], traceCount: after.traceCount, spanCount: after.spanCount },
    comparison,
    rules: rules.map((rule) =>
      evaluateDiffRule(rule, comparison, { minTimeNano: options.minTime })
    ),
    limit: options.limit,
  };
  await io.stdout.write(await formatReport(report, format));
  return report.rules.some(({ isBroken }) => isBroken) ? 1 : 0;
}

async function formatReport(report: DiffReport, format: string): Promise<string> {
  switch (format) {
    case "json":
      return (await import("../analysis/diff_json.ts")).formatDiffJson(report);
    case "markdown":
      return (await import("./diff_markdown.ts")).formatDiffMarkdown(report);
    default:
      return (await import("./diff_text.ts")).formatDiffText(report);
  }
}

/** Reads `FILE#TRACEID`; a file of that whole name comes first. */
async function selectTraces(name: string): Promise<TraceSelection> {
  const at = name.lastIndexOf("#");
  if (at <= 0 || await lstat(name).catch(() => undefined) !== undefined) return { source: name };
  const traceId = name.slice(at + 1);
  if (traceId === "") throw new CommandError(`No trace id follows "#" in "${name}"`, 2);
  return { source: name.slice(0, at), traceId };
}

const RULES_HELP = `
Rules of --fail-on: METRIC or METRIC(OPERATION), then > >= < <=, then a value.
  p95>+20%                 any operation's 95th percentile is 20 % longer than before
  p95(GET /users/*)>200ms  is longer than 200 ms, whatever it was
  count(SELECT *)>+0%      is called more often in the same traces
  error_rate>+1%           fails in one percent point more of its calls
  new>0, gone>0            there are operations that were not there, or are not any more
  n_plus_one>+0            one parent calls the same thing again and again, as it did not before
Metrics: p50 p95 p99 avg total count errors error_rate new gone n_plus_one.
A change (a value with a sign) counts only if chance does not explain it.
`;
