import type { ProfileComparison } from "../analysis/compare_profiles.ts";
import type { Finding, FindingKind } from "../analysis/finding.ts";
import type { OperationComparison, OperationFigures } from "../analysis/operation_comparison.ts";
import { fitLine, type Line, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { alignRight } from "../terminal/text_width.ts";
import { commonLines, figureTime, pairText, shortCount } from "../views/describe_comparison.ts";
import {
  changeText,
  count,
  FINDING_WORDS,
  nanoText,
  operationText,
  placeText,
} from "../views/describe_finding.ts";
import type { OwnTimes } from "./own_times.ts";
import { nameSegments } from "./name_segments.ts";
import { ATTENTION, DIM, show } from "./span_text.ts";

/** A row of the diff page. */
export type DiffItem =
  | { readonly type: "text"; readonly text: string; readonly isTitle: boolean }
  | { readonly type: "finding"; readonly finding: Finding }
  /** The titles of the columns. */
  | { readonly type: "titles" }
  | {
    readonly type: "operation";
    readonly comparison: OperationComparison;
    /** How long its spans took themselves, in nanoseconds; `undefined` where there are none. */
    readonly ownBefore: number | undefined;
    readonly ownAfter: number | undefined;
  };

/**
 * What a comparison of two traces comes to: what differs, what may differ, then every operation, the one
 * whose own time changed most first: that is where the traces differ, and not where it is waited for.
 */
export function diffItems(
  result: ProfileComparison,
  before: OwnTimes,
  after: OwnTimes,
): DiffItem[] {
  const { findings, unclear, unclearTimeCount } = result;
  const text = (text: string, isTitle = false): DiffItem => ({ type: "text", text, isTitle });
  const items: DiffItem[] = result.common.flatMap(commonLines).map((line) => text(line));
  items.push(text(
    findings.length === 0 ? "No difference found" : `${count(findings.length, "difference")} found`,
    true,
  ));
  for (const finding of findings) items.push({ type: "finding", finding });
  if (unclear.length > 0) {
    items.push(text("Different, but seen too seldom to tell", true));
    for (const finding of unclear) items.push({ type: "finding", finding });
  }
  if (unclearTimeCount > 0) {
    const what = count(unclearTimeCount, "operation");
    items.push(text(`Too few samples to compare the times of ${what} at their places`));
  }
  items.push(text(""), { type: "titles" });
  const operations = result.operations.map((comparison) => ({
    type: "operation" as const,
    comparison,
    ownBefore: before.of(comparison.operation),
    ownAfter: after.of(comparison.operation),
  }));
  const change = ({ ownBefore = 0, ownAfter = 0 }: typeof operations[number]): number =>
    Math.abs(ownAfter - ownBefore);
  items.push(...operations.sort((a, b) => change(b) - change(a)));
  return items;
}

/** Draws a row, exactly as wide as that. */
export function itemLine(
  item: DiffItem,
  { columns, isSelected }: { columns: number; isSelected: boolean },
): Line {
  const body = itemBody(item, columns);
  const gutter: Segment = isSelected ? { text: "▌", style: { color: "cyan" } } : { text: " " };
  const shown = isSelected
    ? fitLine(body, Math.max(0, columns - 1)).map(({ text }): Segment => ({
      text,
      style: { isInverse: true },
    }))
    : body;
  return fitLine([gutter, ...shown], columns);
}

/** What there is to say of a row in full, a text a line; not escaped. */
export function itemNotes(item: DiffItem): string[] {
  switch (item.type) {
    case "finding": {
      const { finding } = item;
      return [operationText(finding.operation), placeText(finding), changeText(finding)];
    }
    case "operation":
      return [operationText(item.comparison.operation)];
    default:
      return [];
  }
}

const FINDING_STYLES: Readonly<Record<FindingKind, Style>> = {
  slower: { color: "red" },
  more_calls: ATTENTION,
  more_errors: { color: "red" },
  new: ATTENTION,
  gone: { color: "cyan" },
  fewer_errors: { color: "green" },
  fewer_calls: { color: "green" },
  faster: { color: "green" },
};
const WORD_COLUMNS = 13;

interface FigureColumn {
  readonly title: string;
  readonly columns: number;
  readonly text: (figures: OperationFigures, ownNano: number | undefined) => string;
}

type OperationItem = DiffItem & { readonly type: "operation" };

/** The one that matters least is the last, and the first to go where there is no room. */
const FIGURES: readonly FigureColumn[] = [
  { title: "CALLS", columns: 11, text: (figures) => shortCount(figures.count) },
  { title: "OWN TIME", columns: 15, text: (_, ownNano) => nanoText(ownNano ?? 0) },
  { title: "TOTAL", columns: 15, text: (figures) => figureTime(figures, figures.totalNano) },
  { title: "ERRORS", columns: 7, text: (figures) => shortCount(figures.errorCount) },
  { title: "P50", columns: 15, text: (figures) => figureTime(figures, figures.p50Nano) },
  { title: "P95", columns: 15, text: (figures) => figureTime(figures, figures.p95Nano) },
];
const MIN_NAME_COLUMNS = 24;

function itemBody(item: DiffItem, columns: number): Line {
  switch (item.type) {
    case "text":
      return [{ text: item.text, style: item.isTitle ? { isBold: true } : DIM }];
    case "titles":
      return [
        ...shownFigures(columns).map((figure): Segment => ({
          text: alignRight(figure.title, figure.columns) + " ",
          style: DIM,
        })),
        { text: "   OPERATION", style: DIM },
      ];
    case "finding":
      return findingBody(item.finding, columns);
    case "operation":
      return operationBody(item, columns);
  }
}

function findingBody(finding: Finding, columns: number): Line {
  const change = show(changeText(finding));
  const word = FINDING_WORDS[finding.kind].padEnd(WORD_COLUMNS);
  const room = Math.max(12, Math.floor((columns - WORD_COLUMNS) * 0.5));
  return [
    { text: ` ${word}`, style: FINDING_STYLES[finding.kind] },
    ...fitLine(nameSegments(finding.operation), room),
    { text: `  ${change}`, style: DIM },
  ];
}

function operationBody({ comparison, ownBefore, ownAfter }: OperationItem, columns: number): Line {
  const { operation, before, after } = comparison;
  const cells = shownFigures(columns).map((figure): Segment => {
    const old = before && figure.text(before, ownBefore);
    const now = after && figure.text(after, ownAfter);
    const text = alignRight(pairText(old, now), figure.columns) + " ";
    return { text, style: old === now ? DIM : undefined };
  });
  // Without colours, too, one sees what is new, gone, or takes longer.
  const [mark, style] = changeMark(comparison, (ownAfter ?? 0) - (ownBefore ?? 0));
  return [...cells, { text: ` ${mark} `, style }, ...nameSegments(operation)];
}

function changeMark(
  { before, after }: OperationComparison,
  ownChange: number,
): [string, Style | undefined] {
  if (before === undefined) return ["+", ATTENTION];
  if (after === undefined) return ["−", { color: "cyan" }];
  if (after.errorCount > before.errorCount) return ["✗", { color: "red" }];
  const notable = NOTABLE_SHARE * Math.min(before.totalNano, after.totalNano);
  if (Math.abs(ownChange) <= Math.max(NOTABLE_NANO, notable)) return [" ", undefined];
  return ownChange > 0 ? ["▲", { color: "red" }] : ["▼", { color: "green" }];
}

/** By what share of its total an operation's own time must have changed to be marked, and by how much. */
const NOTABLE_SHARE = 0.15;
const NOTABLE_NANO = 50_000;

function shownFigures(columns: number): FigureColumn[] {
  const shown: FigureColumn[] = [];
  let room = columns - MIN_NAME_COLUMNS - 4;
  for (const figure of FIGURES) {
    room -= figure.columns + 1;
    if (room < 0) break;
    shown.push(figure);
  }
  return shown;
}

/** How much longer or shorter, for headers: `+12%`. */
export function lengthChange(before: bigint, after: bigint): string {
  const difference = Number(after - before);
  const sign = difference < 0 ? "−" : "+";
  return `${sign}${nanoText(Math.abs(difference))}`;
}
