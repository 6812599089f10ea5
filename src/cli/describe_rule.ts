import type { DiffRuleResult, RuleHit } from "../analysis/evaluate_diff_rule.ts";
import { isTimeMetric, type RuleMetric } from "../analysis/rule.ts";
import { count, nanoText, operationText, percentText, shareText } from "./describe_finding.ts";

/** A figure of a rule, for people. */
export function figureText(metric: RuleMetric, figure: number): string {
  if (isTimeMetric(metric)) return nanoText(figure);
  if (metric === "error_rate") return shareText(figure);
  return figure.toLocaleString("en-US");
}

/** What became of a rule of `trace diff`, one line for each operation it applies to. Not escaped. */
export function ruleLines({ rule, hits, operationCount, unclearCount }: DiffRuleResult): string[] {
  if (hits.length > 0) {
    return hits.map((hit) => `broken  ${rule.text}: ${hitText(rule.metric, hit)}`);
  }
  const notes = [
    operationCount === 0 && rule.pattern !== undefined ? "no operation has such a name" : "",
    unclearCount > 0 ? `${count(unclearCount, "operation")} with too few samples to tell` : "",
  ].filter((note) => note !== "");
  return [`kept    ${rule.text}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`];
}

/** What a rule found. Not escaped. */
export function hitText(metric: RuleMetric, { operation, before, after }: RuleHit): string {
  const figures = before === undefined
    ? figureText(metric, after)
    : `${figureText(metric, before)} → ${figureText(metric, after)}`;
  const ratio = before !== undefined && before > 0 && isTimeMetric(metric)
    ? ` (${percentText(after / before)})`
    : "";
  const name = operation === undefined ? "" : `${operationText(operation)}: `;
  return name + figures + ratio;
}
