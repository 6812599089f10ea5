import type { Operation } from "./operation.ts";
import type { OperationGroup } from "./operation_group.ts";
import type { RepeatedCallStats } from "./repeated_call_table.ts";
import { compareWith, matchOperation, type Rule, type RuleMetric } from "./rule.ts";

/** Whether a recording keeps to a rule. */
export interface CheckResult {
  readonly rule: Rule;
  readonly passes: boolean;
  /**
   * The figure that is nearest to breaking the rule, or breaks it most, in nanoseconds, a number, or a
   * share; absent when there is none.
   */
  readonly figure?: number;
  /** Whose figure it is; absent where the rule counts, and when there is none. */
  readonly operation?: Operation;
  /** How many operations the rule is about. */
  readonly operationCount: number;
  /** How many of them break it. */
  readonly brokenCount: number;
}

/** What is checked: the operations of a recording and what is repeated in it. */
export interface CheckedStats {
  readonly operations: readonly OperationGroup[];
  readonly repeatedCalls: readonly RepeatedCallStats[];
}

/**
 * Tells whether each operation that a rule is about keeps to it. A rule about no operation at all is
 * broken, for it guards nothing, unless it is about a number, which is 0 then.
 *
 * @param rule What must be true; about a value, for there is nothing before that could have changed.
 * @throws {RangeError} When the rule is about a change.
 */
export function evaluateCheckRule(rule: Rule, stats: CheckedStats): CheckResult {
  const { metric, operator, value } = rule;
  if (value.type !== "value" || metric === "new" || metric === "gone") {
    throw new RangeError(`Cannot check "${rule.text}": it is about a change`);
  }
  const matches = matchOperation(rule.pattern);
  if (metric === "n_plus_one") {
    const figure = stats.repeatedCalls.filter(({ operation, parent }) =>
      matches(operation) || (parent !== undefined && matches(parent))
    ).length;
    return countResult(rule, figure, figure);
  }
  const operations = stats.operations.filter(matches);
  if (operations.length === 0 && COUNTS.has(metric)) return countResult(rule, 0, 0);
  let worst: { figure: number; operation: Operation } | undefined;
  let brokenCount = 0;
  const wantsSmall = operator === "<" || operator === "<=";
  for (const operation of operations) {
    const figure = figureOf(operation, metric);
    // Of spans that never ended there is no time, so nothing says that they keep to it.
    if (figure === undefined || !compareWith(operator, figure, value.amount)) brokenCount++;
    if (figure === undefined) continue;
    if (
      worst === undefined || (wantsSmall ? figure > worst.figure : figure < worst.figure)
    ) worst = { figure, operation };
  }
  return {
    rule,
    passes: operations.length > 0 && brokenCount === 0,
    ...worst,
    operationCount: operations.length,
    brokenCount,
  };
}

const COUNTS: ReadonlySet<RuleMetric> = new Set(["count", "errors"]);

function countResult(rule: Rule, figure: number, operationCount: number): CheckResult {
  const passes = compareWith(rule.operator, figure, rule.value.amount);
  return { rule, passes, figure, operationCount, brokenCount: passes ? 0 : operationCount };
}

function figureOf(group: OperationGroup, metric: RuleMetric): number | undefined {
  const { durations, spanCount } = group;
  if (metric === "count") return spanCount;
  if (metric === "errors") return group.errorCount;
  if (metric === "error_rate") return group.errorCount / spanCount;
  if (durations.count === 0) return undefined;
  switch (metric) {
    case "avg":
      return durations.averageNano;
    case "total":
      return durations.totalNano;
    case "p50":
      return durations.percentileNano(0.5);
    case "p95":
      return durations.percentileNano(0.95);
    default:
      return durations.percentileNano(0.99);
  }
}
