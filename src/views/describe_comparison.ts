import type { CommonChange } from "../analysis/compare_profiles.ts";
import type { OperationFigures } from "../analysis/operation_comparison.ts";
import { nanoText, percentText } from "./describe_finding.ts";

/** What all operations, or all of a category, have in common, as a sentence; none when it is little. */
export function commonLines({ category, factor }: CommonChange): string[] {
  if (Math.abs(Math.log(factor)) < Math.log(category === undefined ? 1.05 : 1.1)) return [];
  const what = category === undefined ? "Everything" : `Everything of category ${category}`;
  const how = factor > 1
    ? `${percentText(factor).slice(1)} slower`
    : `${percentText(1 / factor).slice(1)} faster`;
  return [`${what} is ${how}; what follows is beyond that.`];
}

/** A figure before and after: `1→2`, or one of them when both are the same. */
export function pairText(before: string | undefined, after: string | undefined): string {
  if (before === after) return before ?? "";
  return `${before ?? "-"}→${after ?? "-"}`;
}

/** A time of an operation; spans that never ended have none. */
export function figureTime({ endedCount }: OperationFigures, nano: number): string {
  return endedCount === 0 ? "-" : nanoText(nano);
}

/** A count in at most five characters. */
export function shortCount(number: number): string {
  if (number < 100_000) return String(number);
  const [unit, name] = number < 99.5e6 ? [1e3, "k"] : [1e6, "M"];
  return `${Math.round(number / unit)}${name}`;
}
