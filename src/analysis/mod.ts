/**
 * Analysis of traces: what operations there are, how often they are carried out, how long they take and
 * which are repeated; how much of its time a span spent itself, what a trace waited for, who calls whom,
 * and what is different in another run.
 *
 * ```ts
 * import { buildTrace, findRepeatedCalls, StatsCollector } from "./mod.ts";
 *
 * const collector = new StatsCollector();
 * // For each span: collector.add(span); at the end:
 * collector.finish();
 * for (const group of collector.groups("endpoint")) {
 *   console.log(group.name, group.durations.count, group.durations.percentileNano(0.95));
 * }
 * // For the spans of one trace: findRepeatedCalls(buildTrace(traceId, spans))
 * console.log(buildTrace.name, findRepeatedCalls.name);
 * ```
 *
 * @module
 */
export { buildTrace } from "../assemble/build_trace.ts";
export type { Attributes, AttributeValue } from "../model/attributes.ts";
export type {
  InstrumentationScope,
  MetricSample,
  Span,
  SpanEvent,
  SpanLink,
  SpanState,
  SpanStatus,
} from "../model/span.ts";
export type { SpanKind } from "../model/span_kind.ts";
export type { SpanNode, Trace } from "../model/trace.ts";
export {
  type CommonChange,
  type CompareOptions,
  compareProfiles,
  type ProfileComparison,
} from "./compare_profiles.ts";
export { criticalPath, type CriticalSegment } from "./critical_path.ts";
export {
  type CriticalOperation,
  CriticalPathTable,
  type CriticalPathTableOptions,
} from "./critical_path_table.ts";
export {
  DurationDistribution,
  type DurationDistributionOptions,
  type ValueBudget,
} from "./duration_distribution.ts";
export { type CheckedStats, type CheckResult, evaluateCheckRule } from "./evaluate_check_rule.ts";
export {
  type DiffRuleOptions,
  type DiffRuleResult,
  evaluateDiffRule,
  type RuleHit,
} from "./evaluate_diff_rule.ts";
export * from "./finding.ts";
export { normalizePath } from "./normalize_path.ts";
export { normalizeSql, type NormalizeSqlOptions } from "./normalize_sql.ts";
export {
  type Operation,
  OPERATION_CATEGORIES,
  type OperationCategory,
  operationOf,
  type ValueListener,
} from "./operation.ts";
export { type GroupTable, OperationGroup, OTHER_GROUP } from "./operation_group.ts";
export { type RepeatedCallStats } from "./repeated_call_table.ts";
export {
  findRepeatedCalls,
  type FindRepeatedCallsOptions,
  type RepeatedCall,
} from "./repeated_calls.ts";
export {
  parseRule,
  type Rule,
  RULE_METRICS,
  RuleError,
  type RuleMetric,
  type RuleOperator,
  type RuleValue,
} from "./rule.ts";
export { selfTimesNano } from "./self_time.ts";
export {
  type ServiceEdge,
  ServiceGraph,
  type ServiceGraphOptions,
  type ServiceNode,
  type ServiceNodeType,
} from "./service_graph.ts";
export { type SqlDialect, sqlDialectOf } from "./sql_dialect.ts";
export {
  type AttributeGrouping,
  type SpanFilter,
  StatsCollector,
  type StatsCollectorOptions,
  type StatsSummary,
} from "./stats_collector.ts";
export {
  sortRepeatedCalls,
  sortStatsRows,
  STATS_SORT_KEYS,
  type StatsRow,
  statsRows,
  type StatsSortKey,
} from "./stats_row.ts";
export {
  type OperationProfile,
  PlaceProfile,
  TraceProfile,
  type TraceProfileOptions,
} from "./trace_profile.ts";
