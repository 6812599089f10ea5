import type { Finding, FindingPlace, PlaceFigures } from "./finding.ts";
import type { OperationComparison, OperationFigures } from "./operation_comparison.ts";
import type { DiffRuleResult } from "./evaluate_diff_rule.ts";
import type { Operation } from "./operation.ts";
import { isTimeMetric, type RuleMetric } from "./rule.ts";
import type { DiffReport } from "./diff_report.ts";

/** What `trace diff --json` prints: one object a line, each with its `type`. */
export function formatDiffJson({ before, after, comparison, rules }: DiffReport): string {
  const objects = [
    { type: "before", ...sideJson(before) },
    { type: "after", ...sideJson(after) },
    ...comparison.common.map(({ category, factor }) => ({
      type: "common",
      category,
      factor: round(factor),
    })),
    ...comparison.findings.map((finding) => ({ type: "finding", ...findingJson(finding) })),
    ...comparison.unclear.map((finding) => ({ type: "unclear", ...findingJson(finding) })),
    ...comparison.operations.map((each) => ({ type: "operation", ...comparisonJson(each) })),
    ...rules.map(ruleJson),
    {
      type: "summary",
      findings: comparison.findings.length,
      unclear: comparison.unclear.length,
      unclear_times: comparison.unclearTimeCount,
      broken_rules: rules.filter(({ isBroken }) => isBroken).length,
    },
  ];
  return objects.map((each) => JSON.stringify(each) + "\n").join("");
}

/** The fields of an operation. */
export function operationJson({ category, service, name }: Operation): Record<string, string> {
  return { category, service, name };
}

/** A figure of a rule under a name that has its unit. */
export function figureJson(
  metric: RuleMetric,
  prefix: string,
  figure: number | undefined,
): Record<string, number | undefined> {
  if (isTimeMetric(metric)) {
    return { [`${prefix}_ns`]: figure === undefined ? undefined : Math.round(figure) };
  }
  return { [prefix]: figure };
}

function sideJson(side: DiffReport["before"]): Record<string, unknown> {
  return { source: side.name, traces: side.traceCount, spans: side.spanCount };
}

function findingJson(finding: Finding): Record<string, unknown> {
  return {
    kind: finding.kind,
    operation: operationJson(finding.operation),
    is_only_here: finding.isOnlyHere,
    operations_below: finding.operationsBelow,
    places: finding.places.map(placeJson),
  };
}

function placeJson({ path, before, after, probability }: FindingPlace): Record<string, unknown> {
  return {
    path: path.map(operationJson),
    before: before && placeFiguresJson(before),
    after: after && placeFiguresJson(after),
    probability,
  };
}

function placeFiguresJson(figures: PlaceFigures): Record<string, number> {
  return {
    samples: figures.sampleCount,
    self_p50_ns: Math.round(figures.selfNano),
    calls_per_parent: round(figures.callsPerParent),
    own_error_rate: round(figures.errorRate),
  };
}

function comparisonJson(comparison: OperationComparison): Record<string, unknown> {
  const { operation, before, after, adjustedCount } = comparison;
  return {
    operation: operationJson(operation),
    before: before && figuresJson(before),
    after: after && figuresJson(after),
    adjusted_count: round(adjustedCount),
  };
}

function figuresJson(figures: OperationFigures): Record<string, number> {
  return {
    count: figures.count,
    errors: figures.errorCount,
    error_rate: round(figures.errorRate),
    ...(figures.endedCount === 0 ? {} : {
      avg_ns: Math.round(figures.averageNano),
      p50_ns: Math.round(figures.p50Nano),
      p95_ns: Math.round(figures.p95Nano),
      p99_ns: Math.round(figures.p99Nano),
      total_ns: Math.round(figures.totalNano),
    }),
  };
}

function ruleJson(result: DiffRuleResult): unknown {
  const { rule, isBroken, hits, operationCount, unclearCount } = result;
  return {
    type: "rule",
    rule: rule.text,
    broken: isBroken,
    operations: operationCount,
    unclear: unclearCount,
    hits: hits.map(({ operation, before, after }) => ({
      operation: operation && operationJson(operation),
      ...figureJson(rule.metric, "before", before),
      ...figureJson(rule.metric, "after", after),
    })),
  };
}

/** Six digits: more are noise. */
function round(number: number): number {
  return Number(number.toPrecision(6));
}
