import type { ProfileComparison } from "./compare_profiles.ts";
import { holm } from "./_holm.ts";
import { operationKey } from "./_operation_key.ts";
import { leastProbability } from "./_rank_test.ts";
import type { Operation } from "./operation.ts";
import { type OperationComparison, type TimeMetric, timeOf } from "./operation_comparison.ts";
import type { RepeatedCallStats } from "./repeated_call_table.ts";
import { compareWith, isTimeMetric, matchOperation, type Rule, type RuleMetric } from "./rule.ts";

/** An operation to which the expression of a rule applies. */
export interface RuleHit {
  /** Absent where the rule counts operations. */
  readonly operation?: Operation;
  /** In nanoseconds, a number, or a share; absent where it was not there. */
  readonly before?: number;
  readonly after: number;
}

/** What became of a rule in a comparison. */
export interface DiffRuleResult {
  readonly rule: Rule;
  /**
   * Whether it applies to anything, or names operations that are in neither recording and so guards
   * nothing; a number of spans or operations is 0 then.
   */
  readonly isBroken: boolean;
  /** What it applies to, by more than chance explains. */
  readonly hits: readonly RuleHit[];
  /** Operations that it is about, in either recording. */
  readonly operationCount: number;
  /** Operations to which it would apply if their samples were not too few to tell. */
  readonly unclearCount: number;
}

/** What a change must be to count in {@linkcode evaluateDiffRule}. */
export interface DiffRuleOptions {
  /** How many nanoseconds in each trace a time must differ by. @default 50,000 */
  readonly minTimeNano?: number;
  /** How probable it may be that chance makes a change. @default 0.0025 */
  readonly maxProbability?: number;
}

/**
 * Tells to which operations a rule of `trace diff` applies. A rule about a value is about the recording
 * after; one about a change applies only if the change is more than chance and what all operations
 * have in common explain.
 */
export function evaluateDiffRule(
  rule: Rule,
  comparison: ProfileComparison,
  options: DiffRuleOptions = {},
): DiffRuleResult {
  const matches = matchOperation(rule.pattern);
  const operations = comparison.operations.filter(({ operation }) => matches(operation));
  const found = findHits(rule, comparison, operations, options);
  const guardsNothing = operations.length === 0 && rule.pattern !== undefined &&
    (isTimeMetric(rule.metric) || rule.metric === "error_rate");
  return {
    rule,
    isBroken: found.hits.length > 0 || guardsNothing,
    operationCount: operations.length,
    ...found,
  };
}

type Found = Pick<DiffRuleResult, "hits" | "unclearCount">;

function findHits(
  rule: Rule,
  comparison: ProfileComparison,
  operations: readonly OperationComparison[],
  options: DiffRuleOptions,
): Found {
  switch (rule.metric) {
    case "new":
      return countRule(rule, operations.filter(isNew));
    case "gone":
      return countRule(rule, operations.filter(isGone));
    case "n_plus_one":
      return evaluateRepeated(rule, comparison);
    default:
      return rule.value.type === "value"
        ? evaluateValues(rule, operations)
        : evaluateChanges(rule, operations, {
          minTimeNano: options.minTimeNano ?? 50_000,
          maxProbability: options.maxProbability ?? 0.0025,
        });
  }
}

function isNew({ before, hasCallChange }: OperationComparison): boolean {
  return before === undefined && hasCallChange;
}

function isGone({ after, hasCallChange }: OperationComparison): boolean {
  return after === undefined && hasCallChange;
}

function countRule(rule: Rule, found: readonly OperationComparison[]): Found {
  const isHit = compareWith(rule.operator, found.length, rule.value.amount);
  const hits = found.map(({ operation, before, after }): RuleHit => ({
    operation,
    before: before?.count,
    after: after?.count ?? 0,
  }));
  return { hits: !isHit ? [] : hits.length > 0 ? hits : [{ after: 0 }], unclearCount: 0 };
}

function evaluateRepeated(
  rule: Rule,
  { repeatedBefore, repeatedAfter }: ProfileComparison,
): Found {
  const matches = matchOperation(rule.pattern);
  const isMeant = ({ operation, parent }: RepeatedCallStats): boolean =>
    matches(operation) || (parent !== undefined && matches(parent));
  const before = repeatedBefore.filter(isMeant);
  const after = repeatedAfter.filter(isMeant);
  const isValue = rule.value.type === "value";
  const figure = isValue ? after.length : after.length - before.length;
  if (!compareWith(rule.operator, figure, rule.value.amount)) return { hits: [], unclearCount: 0 };
  const known = new Map(before.map((calls) => [repeatedKey(calls), calls.callCount]));
  const hits = after.filter((calls) => isValue || !known.has(repeatedKey(calls)))
    .map((calls): RuleHit => ({
      operation: calls.operation,
      before: known.get(repeatedKey(calls)) ?? 0,
      after: calls.callCount,
    }));
  return {
    hits: hits.length > 0 ? hits : [{ before: before.length, after: after.length }],
    unclearCount: 0,
  };
}

function repeatedKey({ operation, parent }: RepeatedCallStats): string {
  return `${operationKey(operation)}\0${parent === undefined ? "" : operationKey(parent)}`;
}

function evaluateValues(rule: Rule, operations: readonly OperationComparison[]): Found {
  const hits = operations.flatMap((comparison): RuleHit[] => {
    const after = figureOf(comparison, rule.metric, "after");
    if (after === undefined || !compareWith(rule.operator, after, rule.value.amount)) return [];
    const { operation } = comparison;
    return [{ operation, before: figureOf(comparison, rule.metric, "before"), after }];
  });
  return { hits, unclearCount: 0 };
}

function evaluateChanges(
  rule: Rule,
  operations: readonly OperationComparison[],
  { minTimeNano, maxProbability }: Required<DiffRuleOptions>,
): Found {
  const { metric, operator, value } = rule;
  const changes = operations.flatMap((comparison) => {
    const change = changeOf(comparison, rule, minTimeNano);
    return change === undefined ? [] : [change];
  });
  const probabilities = holm(changes.map(({ probability }) => probability));
  const hits: RuleHit[] = [];
  let unclearCount = 0;
  for (const [index, { comparison, ratio }] of changes.entries()) {
    const before = figureOf(comparison, metric, "before") as number;
    const figure = value.type === "ratio" ? ratio - 1 : (ratio - 1) * before;
    const figureChange = metric === "error_rate" || metric === "errors"
      ? errorChange(comparison, metric, value.type)
      : figure;
    if (!compareWith(operator, figureChange, value.amount)) continue;
    if (isTimeMetric(metric) && !comparison.hasCallChange) {
      // Percentiles of what takes microseconds tell of the machine.
      const nanoPerTrace = Math.abs(ratio - 1) *
        (metric === "total" ? before / (comparison.before?.count ?? 1) : before) *
        comparison.spansPerTrace;
      if (nanoPerTrace < minTimeNano) continue;
    }
    if (probabilities[index] <= maxProbability) {
      const after = figureOf(comparison, metric, "after") as number;
      hits.push({ operation: comparison.operation, before, after });
    } else if (isTooSmall(comparison, maxProbability)) {
      unclearCount++;
    }
  }
  return { hits, unclearCount };
}

interface Change {
  readonly comparison: OperationComparison;
  /** How many times larger the figure became; of errors not used. */
  readonly ratio: number;
  readonly probability: number;
}

/** The change of an operation that is in both recordings. */
function changeOf(
  comparison: OperationComparison,
  rule: Rule,
  minTimeNano: number,
): Change | undefined {
  const { before, after, adjustedCount, hasCallChange } = comparison;
  if (before === undefined || after === undefined) return undefined;
  const { metric } = rule;
  const needsTimes = isTimeMetric(metric);
  if (needsTimes && (before.endedCount === 0 || after.endedCount === 0)) return undefined;
  const countRatio = adjustedCount / before.count;
  switch (metric) {
    case "count":
      // The calls of each parent have been tested already.
      return { comparison, ratio: countRatio, probability: hasCallChange ? 0 : 1 };
    case "errors":
    case "error_rate":
      return { comparison, ratio: 1, probability: comparison.errorProbability() };
    case "total": {
      const timeRatio = comparison.timeRatio("avg") ?? 1;
      return hasCallChange ? { comparison, ratio: countRatio * timeRatio, probability: 0 } : {
        comparison,
        ratio: timeRatio,
        probability: timeProbability(comparison, rule, "avg", minTimeNano),
      };
    }
    default:
      return {
        comparison,
        ratio: comparison.timeRatio(metric as TimeMetric) ?? 1,
        probability: timeProbability(comparison, rule, metric as TimeMetric, minTimeNano),
      };
  }
}

function timeProbability(
  comparison: OperationComparison,
  { value }: Rule,
  metric: TimeMetric,
  minTimeNano: number,
): number {
  const before = timeOf(comparison.before as NonNullable<typeof comparison.before>, metric);
  const minRatio = value.type === "ratio" ? 1 + value.amount : 1 + value.amount / (before + 1);
  return comparison.timeProbability(metric, {
    ratio: Math.max(0, minRatio),
    nano: minTimeNano / comparison.spansPerTrace,
  });
}

/** By how much more errors there are, had there been as many traces as before. */
function errorChange(
  { before, after, adjustedCount }: OperationComparison,
  metric: RuleMetric,
  type: Rule["value"]["type"],
): number {
  if (before === undefined || after === undefined) return 0;
  if (metric === "error_rate") return after.errorRate - before.errorRate;
  const errors = after.errorRate * adjustedCount;
  if (type === "change") return errors - before.errorCount;
  return before.errorCount === 0 ? (errors === 0 ? 0 : Infinity) : errors / before.errorCount - 1;
}

function isTooSmall({ before, after }: OperationComparison, maxProbability: number): boolean {
  return before === undefined || after === undefined ||
    2 * leastProbability(before.count, after.count) > maxProbability;
}

function figureOf(
  comparison: OperationComparison,
  metric: RuleMetric,
  side: "before" | "after",
): number | undefined {
  const figures = comparison[side];
  if (figures === undefined) return metric === "count" || metric === "errors" ? 0 : undefined;
  switch (metric) {
    case "count":
      return figures.count;
    case "errors":
      return figures.errorCount;
    case "error_rate":
      return figures.errorRate;
    case "total":
      return figures.totalNano;
    default:
      // Of spans that never ended there is no time.
      return isTimeMetric(metric) && figures.endedCount > 0
        ? timeOf(figures, metric as TimeMetric)
        : undefined;
  }
}
