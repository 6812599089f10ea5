import type { Finding } from "../analysis/finding.ts";
import type { OperationComparison, OperationFigures } from "../analysis/operation_comparison.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { fitText, textWidth, truncateText } from "../terminal/text_width.ts";
import {
  changeText,
  count,
  FINDING_WORDS,
  operationText,
  placeText,
} from "../views/describe_finding.ts";
import { commonLines, figureTime, pairText, shortCount } from "../views/describe_comparison.ts";
import { ruleLines } from "./describe_rule.ts";
import type { DiffReport, DiffSide } from "../analysis/diff_report.ts";

/** What `trace diff` prints: lines of at most 80 columns. */
export function formatDiffText(report: DiffReport): string {
  const { comparison, rules } = report;
  const { findings, unclear, unclearTimeCount } = comparison;
  const lines = [
    ...sideLines(report.before, report.after),
    ...comparison.common.flatMap(commonLines),
    "",
    findings.length === 0
      ? "No difference found."
      : `${count(findings.length, "difference")} found:`,
    ...findings.flatMap(findingLines),
  ];
  if (unclear.length > 0) {
    const shown = unclear.slice(0, report.limit);
    lines.push("", "Different, but in too few traces to tell:", ...shown.flatMap(findingLines));
    const rest = unclear.length - shown.length;
    if (rest > 0) lines.push(`  and ${rest.toLocaleString("en-US")} more; see them with --limit`);
  }
  if (unclearTimeCount > 0) {
    const what = count(unclearTimeCount, "operation");
    lines.push("", `Too few samples to compare the times of ${what} at their places.`);
  }
  lines.push("", ...tableLines(comparison.operations, report.limit));
  if (rules.length > 0) lines.push("", ...rules.flatMap(ruleLines).map(escapeText));
  return lines.map((line) => line.trimEnd() + "\n").join("");
}

const WIDTH = 80;
const LABEL_WIDTH = 13;

function sideLines(...sides: readonly DiffSide[]): string[] {
  return sides.map(({ name, traceCount, spanCount }, index) => {
    const figures = `${count(traceCount, "trace")}, ${count(spanCount, "span")}`;
    const label = index === 0 ? "before  " : "after   ";
    const room = WIDTH - label.length - figures.length - 2;
    return `${label}${truncateText(escapeText(name), room)}  ${figures}`;
  });
}

function findingLines(finding: Finding): string[] {
  const texts = [operationText(finding.operation), placeText(finding), changeText(finding)];
  return texts.map((text, index) => {
    const label = (index === 0 ? FINDING_WORDS[finding.kind] : "").padEnd(LABEL_WIDTH);
    return "  " + label + truncateText(escapeText(text), WIDTH - LABEL_WIDTH - 2);
  });
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (figures: OperationFigures) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "calls", width: 11, text: (figures) => shortCount(figures.count) },
  { title: "p50", width: 13, text: (figures) => figureTime(figures, figures.p50Nano) },
  { title: "p95", width: 13, text: (figures) => figureTime(figures, figures.p95Nano) },
  { title: "errors", width: 9, text: (figures) => shortCount(figures.errorCount) },
];
const NAME_WIDTH = WIDTH - COLUMNS.reduce((sum, { width }) => sum + width + 1, 0);

function tableLines(operations: readonly OperationComparison[], limit: number): string[] {
  const shown = operations.slice(0, limit);
  const lines = shown.map(({ operation, before, after }) => {
    const cells = COLUMNS.map(({ width, text }) => {
      const cell = pairText(before && text(before), after && text(after));
      return cell.padStart(cell.length + width - textWidth(cell));
    });
    return [fitText(escapeText(operationText(operation)), NAME_WIDTH), ...cells].join(" ");
  });
  const titles = COLUMNS.map(({ title, width }) => title.padStart(width));
  lines.unshift([fitText("operation", NAME_WIDTH), ...titles].join(" "));
  const rest = operations.length - shown.length;
  if (rest > 0) lines.push(`and ${count(rest, "operation")} more; see them with --limit`);
  return lines;
}
