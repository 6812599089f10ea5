import { Command } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { type CheckResult, evaluateCheckRule } from "../analysis/evaluate_check_rule.ts";
import { OPERATION_CATEGORIES } from "../analysis/operation.ts";
import type { Rule } from "../analysis/rule.ts";
import { StatsCollector } from "../analysis/stats_collector.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { CommandError } from "./command_error.ts";
import { count, operationText } from "../views/describe_finding.ts";
import { figureText } from "./describe_rule.ts";
import { figureJson, operationJson } from "../analysis/diff_json.ts";
import { eachTrace } from "./each_trace.ts";
import type { CliIo } from "./io.ts";
import { collectText, parseLimit } from "./parse_options.ts";
import { readRule } from "./rule_option.ts";
import { describeNoMatch, readWhere, WHERE_OPTION } from "./where_option.ts";

/** Options of `trace check`. */
export interface CheckOptions {
  readonly max?: readonly string[];
  readonly maxNPlusOne?: number;
  readonly maxErrors?: number;
  readonly where?: string;
  readonly json?: boolean;
}

/** Builds `trace check`. */
export function createCheckCommand(
  io: CliIo,
  setExitCode: (code: number) => void,
): AnyCommand {
  return new Command("check")
    .argument("<files...>", "trace files of any format, or - for standard input")
    .option(
      "--max <rule>",
      "what must be true, such as 'p95(GET /x)<200ms'; can be repeated",
      collectText,
    )
    .option("--max-n-plus-one <n>", "how many operations may be called again and again", parseLimit)
    .option("--max-errors <n>", "how many spans may have failed in all", parseLimit)
    .option(...WHERE_OPTION)
    .option("--json", "print one object a line, for each rule")
    .addHelpText("after", RULES_HELP)
    .action(async (files, options) => {
      setExitCode(await runCheck(io, files, options));
    }) as unknown as AnyCommand;
}

/**
 * Runs `trace check`.
 *
 * @returns The exit code: 1 when a rule is broken.
 * @throws {CommandError} When the arguments are wrong, or a file cannot be read or has no spans.
 */
export async function runCheck(
  io: CliIo,
  files: readonly string[],
  options: CheckOptions,
): Promise<number> {
  const rules = (options.max ?? []).map(readCheckRule);
  if (options.maxNPlusOne !== undefined) rules.push(readRule(`n_plus_one<=${options.maxNPlusOne}`));
  if (rules.length === 0 && options.maxErrors === undefined) {
    throw new CommandError(
      "There is nothing to check; add --max 'p95(GET /x)<200ms', --max-n-plus-one 0 or --max-errors 0",
      2,
    );
  }
  const filter = await readWhere(options.where);
  const collector = new StatsCollector({ filter });
  let traceCount = 0;
  for (const source of files) {
    const count = await eachTrace(io, { source }, (trace) => collector.addTrace(trace));
    if (count === undefined) {
      await io.stderr.write("trace: Stopped; nothing was checked\n");
      return 1;
    }
    traceCount += count;
  }
  if (collector.summary.spanCount === 0) {
    const names = files.map((file) => `"${file}"`).join(", ");
    throw new CommandError(
      filter === undefined || traceCount === 0
        ? `There are no spans in ${names}, nothing to check`
        : `${describeNoMatch(filter)} in ${names}, nothing to check`,
    );
  }
  const operations = OPERATION_CATEGORIES.flatMap((category) => collector.groups(category))
    // --where leaves groups of none.
    .filter(({ spanCount }) => spanCount > 0);
  const stats = { operations, repeatedCalls: collector.repeatedCalls };
  const results: CheckResult[] = rules.map((rule) => evaluateCheckRule(rule, stats));
  if (options.maxErrors !== undefined) {
    const figure = operations.reduce((sum, { errorCount }) => sum + errorCount, 0);
    results.push(checkErrors(options.maxErrors, figure));
  }
  const format = options.json ? resultJson : resultLine;
  await io.stdout.write(results.map((result) => format(result)).join(""));
  return results.every(({ passes }) => passes) ? 0 : 1;
}

function readCheckRule(text: string): Rule {
  const rule = readRule(text);
  if (rule.value.type === "value" && rule.metric !== "new" && rule.metric !== "gone") return rule;
  throw new CommandError(
    `Cannot check "${escapeText(text)}": a change needs two recordings; ` +
      "use trace diff BEFORE AFTER --fail-on, or a value without a sign",
    2,
  );
}

function checkErrors(limit: number, figure: number): CheckResult {
  const rule = readRule(`errors<=${limit}`);
  const passes = figure <= limit;
  return { rule, passes, figure, operationCount: 1, brokenCount: passes ? 0 : 1 };
}

function resultLine(result: CheckResult): string {
  const { rule, passes } = result;
  return `${passes ? "pass" : "FAIL"}  ${escapeText(rule.text)}: ${escapeText(figureOf(result))}\n`;
}

function figureOf({ rule, figure, operation, operationCount, brokenCount }: CheckResult): string {
  if (figure === undefined) {
    if (operationCount > 0) return "none of its spans ended";
    return rule.pattern === undefined
      ? "there is no operation"
      : "no operation has such a name; see them with: trace stats FILE";
  }
  const text = figureText(rule.metric, figure);
  if (operation === undefined) return text;
  const others = brokenCount > 1 ? `, and ${count(brokenCount - 1, "other")} break it` : "";
  return rule.pattern === operation.name
    ? text + others
    : `${text} by ${operationText(operation)}${others}`;
}

function resultJson(result: CheckResult): string {
  const { rule, passes, figure, operation, operationCount, brokenCount } = result;
  return JSON.stringify({
    rule: rule.text,
    pass: passes,
    metric: rule.metric,
    ...figureJson(rule.metric, "value", figure),
    ...figureJson(rule.metric, "limit", rule.value.amount),
    operation: operation && operationJson(operation),
    operations: operationCount,
    broken: brokenCount,
  }) + "\n";
}

const RULES_HELP = `
Rules: METRIC or METRIC(OPERATION), then > >= < <=, then a value.
  p95(GET /users/{id})<200ms   the 95th percentile of one operation
  p99(GET *)<1s                of each operation that begins with GET
  count(GET /health)>=1        it is called at least once
  error_rate(*)<1%             each operation fails in less than 1 % of its calls
  n_plus_one(GET /orders)<=0   it calls nothing again and again
Metrics: p50 p95 p99 avg total count errors error_rate n_plus_one.
A rule is about each operation that matches, the line shows the worst. One that no operation
matches is broken, unless it is about count, errors or n_plus_one.
`;
