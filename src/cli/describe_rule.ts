import type { DiffRuleResult, RuleHit } from "../analysis/evaluate_diff_rule.ts";
import { isTimeMetric, type RuleMetric } from "../analysis/rule.ts";
import {
  count,
  nanoText,
  operationText,
  percentText,
  shareText,
} from "../views/describe_finding.ts";

/** A figure of a rule, for people. */
export function figureText(metric: RuleMetric, figure: number): string {
  if (isTimeMetric(metric)) return nanoText(figure);
  if (metric === "error_rate") return shareText(figure);
  return figure.toLocaleString("en-US");
}

/** What became of a rule of `trace diff`, one line for each operation it applies to. Not escaped. */
export function ruleLines(result: DiffRuleResult): string[] {
  const { rule, isBroken, unclearCount } = result;
  if (isBroken) return brokenTexts(result).map((text) => `broken  ${rule.text}: ${text}`);
  const note = unclearCount === 0
    ? ""
    : ` (${count(unclearCount, "operation")} with too few samples to tell)`;
  return [`kept    ${rule.text}${note}`];
}

/** Why a rule is broken, by operation. Not escaped. */
export function brokenTexts({ rule, hits }: DiffRuleResult): string[] {
  return hits.length === 0
    ? ["no operation has such a name, so that it guards nothing"]
    : hits.map((hit) => hitText(rule.metric, hit));
}

function hitText(metric: RuleMetric, { operation, before, after }: RuleHit): string {
  const figures = before === undefined
    ? figureText(metric, after)
    : `${figureText(metric, before)} → ${figureText(metric, after)}`;
  const ratio = before !== undefined && before > 0 && isTimeMetric(metric)
    ? ` (${percentText(after / before)})`
    : "";
  const name = operation === undefined ? "" : `${operationText(operation)}: `;
  return name + figures + ratio;
}
