import type { Finding } from "../analysis/finding.ts";
import type { OperationComparison, OperationFigures } from "../analysis/operation_comparison.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { truncateText } from "../terminal/text_width.ts";
import {
  changeText,
  count,
  FINDING_WORDS,
  nanoText,
  operationText,
  percentText,
  placeText,
} from "../views/describe_finding.ts";
import { brokenTexts } from "./describe_rule.ts";
import type { DiffReport } from "../analysis/diff_report.ts";
import { commonLines } from "../views/describe_comparison.ts";

/** What `trace diff --format markdown` prints: a comment for a pull request. */
export function formatDiffMarkdown(report: DiffReport): string {
  const { before, after, comparison, rules } = report;
  const { findings, unclear, operations } = comparison;
  const title = findings.length === 0 ? "No difference" : count(findings.length, "difference");
  const lines = [
    `### Traces: ${title}`,
    "",
    `${code(before.name)} (${count(before.traceCount, "trace")}) → ` +
    `${code(after.name)} (${count(after.traceCount, "trace")})`,
    ...comparison.common.flatMap(commonLines).flatMap((line) => ["", line]),
  ];
  if (rules.length > 0) lines.push("", ...ruleList(report));
  if (findings.length > 0) lines.push("", ...findingTable(findings));
  if (unclear.length > 0) {
    const shown = unclear.slice(0, report.limit);
    const rest = unclear.length - shown.length;
    const more = rest > 0 ? ` (${rest} more are not shown)` : "";
    lines.push("", `Different, but in too few traces to tell${more}:`, "", ...findingTable(shown));
  }
  lines.push("", ...operationTable(operations.slice(0, report.limit), operations.length));
  return lines.join("\n") + "\n";
}

function ruleList({ rules }: DiffReport): string[] {
  return rules.flatMap((result) => {
    const name = code(result.rule.text);
    if (!result.isBroken) return [`- ✅ ${name}`];
    return brokenTexts(result).map((text) => `- ❌ ${name}: ${plain(text)}`);
  });
}

function findingTable(findings: readonly Finding[]): string[] {
  return [
    "| what | operation | where | change |",
    "| --- | --- | --- | --- |",
    ...findings.map((finding) => {
      const cells = [
        FINDING_WORDS[finding.kind],
        code(operationText(finding.operation)),
        plain(placeText(finding)),
        plain(changeText(finding)),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

function operationTable(operations: readonly OperationComparison[], total: number): string[] {
  const rows = operations.map(({ operation, before, after }) => {
    const cells = [
      pair(before, after, ({ count }) => String(count)),
      pair(before, after, (figures) => timeText(figures, figures.p50Nano)),
      ratio(before?.p50Nano, after?.p50Nano),
      pair(before, after, (figures) => timeText(figures, figures.p95Nano)),
      ratio(before?.p95Nano, after?.p95Nano),
      pair(before, after, ({ errorCount }) => String(errorCount)),
    ];
    return `| ${code(operationText(operation))} | ${cells.join(" | ")} |`;
  });
  return [
    `<details><summary>${operations.length} of ${count(total, "operation")}</summary>`,
    "",
    "| operation | calls | p50 | | p95 | | errors |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
    "</details>",
  ];
}

function pair(
  before: OperationFigures | undefined,
  after: OperationFigures | undefined,
  text: (figures: OperationFigures) => string,
): string {
  const [a, b] = [
    before === undefined ? "–" : text(before),
    after === undefined ? "–" : text(after),
  ];
  return a === b ? a : `${a} → ${b}`;
}

function timeText({ endedCount }: OperationFigures, nano: number): string {
  return endedCount === 0 ? "–" : nanoText(nano);
}

function ratio(before: number | undefined, after: number | undefined): string {
  return before === undefined || after === undefined || before === 0
    ? ""
    : percentText(after / before);
}

/** Foreign text as code that also stands in a table; shortened, because a comment has a limit. */
function code(text: string): string {
  const shown = truncateText(escapeText(text), MAX_COLUMNS).replace(/\|/g, "\\|");
  // A fence longer than any run of backquotes in the text.
  const fence = "`".repeat(
    1 + Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length)),
  );
  const space = fence.length > 1 ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** Foreign text as text: nothing in it is markup, a mention, a link or a reference. */
function plain(text: string): string {
  return truncateText(escapeText(text), MAX_COLUMNS)
    .replace(/[\\`*_{}[\]()#+!|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/@/g, "@\u200b");
}

const MAX_COLUMNS = 200;
