import type { ProfileComparison } from "./compare_profiles.ts";
import type { DiffRuleResult } from "./evaluate_diff_rule.ts";

/** What is compared, and what came of it. */
export interface DiffReport {
  readonly before: DiffSide;
  readonly after: DiffSide;
  readonly comparison: ProfileComparison;
  readonly rules: readonly DiffRuleResult[];
  /** How many operations the table shows. */
  readonly limit: number;
}

/** One of the two recordings. */
export interface DiffSide {
  /** As the user named it. */
  readonly name: string;
  readonly traceCount: number;
  readonly spanCount: number;
}
