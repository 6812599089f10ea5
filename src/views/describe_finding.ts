import type { Finding, FindingKind, FindingPlace, PlaceFigures } from "../analysis/finding.ts";
import type { Operation } from "../analysis/operation.ts";
import { formatDuration } from "../model/duration.ts";

/** What a kind of finding is called, for people. */
export const FINDING_WORDS: Readonly<Record<FindingKind, string>> = {
  slower: "slower",
  faster: "faster",
  more_calls: "more calls",
  fewer_calls: "fewer calls",
  more_errors: "more errors",
  fewer_errors: "fewer errors",
  new: "new",
  gone: "gone",
};

/** An operation as people read it: `[shop] GET /users/{id}`. Not escaped. */
export function operationText({ service, name }: Operation): string {
  const shown = name === "" ? "(no name)" : name;
  return service === "" ? shown : `[${service}] ${shown}`;
}

/** Where a finding was made: `under A in B`, and in how many places more. Not escaped. */
export function placeText({ places }: Finding): string {
  const [{ path }] = places;
  const more = places.length > 1 ? `, and in ${count(places.length - 1, "other place")}` : "";
  const parent = path.at(-1);
  if (parent === undefined) return `a root${more}`;
  const root = path.length > 1 ? ` in ${operationText(path[0])}` : "";
  return `under ${operationText(parent)}${root}${more}`;
}

/** What has changed, in figures. */
export function changeText(finding: Finding): string {
  const [place] = finding.places;
  switch (finding.kind) {
    case "slower":
    case "faster":
      return selfTimeText(place);
    case "more_errors":
    case "fewer_errors":
      return errorText(place);
    default:
      return callText(finding, place);
  }
}

/** A length of time that statistics gave. */
export function nanoText(nano: number): string {
  return formatDuration(BigInt(Math.round(nano)));
}

/** How much larger a number is than another, as `+12%`. */
export function percentText(ratio: number): string {
  const percent = (ratio - 1) * 100;
  const digits = Math.abs(percent) < 9.95 && Math.round(percent) !== percent ? 1 : 0;
  return `${percent < 0 ? "" : "+"}${percent.toFixed(digits)}%`;
}

/** A share as `1.5%`. */
export function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}

/** A number with its word: `1 trace`, `2 traces`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

function selfTimeText({ before, after }: FindingPlace): string {
  const [a, b] = [before as PlaceFigures, after as PlaceFigures];
  return `own time ${nanoText(a.selfNano)} → ${nanoText(b.selfNano)} ` +
    `(${percentText((b.selfNano + 1) / (a.selfNano + 1))}), ` +
    `medians of ${a.sampleCount} and ${count(b.sampleCount, "sample")}`;
}

function errorText({ before, after }: FindingPlace): string {
  return `fails on its own account in ${shareText(before?.errorRate ?? 0)} → ` +
    `${shareText(after?.errorRate ?? 0)} of its calls`;
}

function callText(finding: Finding, { path, before, after }: FindingPlace): string {
  const by = path.length === 0 ? "by trace" : "by each of these";
  const calls = `${callsText(before)} → ${callsText(after)} calls ${by}`;
  const isStatement = finding.operation.category === "sql";
  const novelty = !finding.isOnlyHere || !isStatement
    ? ""
    : finding.kind === "new"
    ? ", a new statement"
    : ", the statement is gone";
  const below = finding.operationsBelow === 0
    ? ""
    : `, with ${count(finding.operationsBelow, "operation")} under it`;
  return calls + novelty + below;
}

function callsText(figures: PlaceFigures | undefined): string {
  return String(Number((figures?.callsPerParent ?? 0).toPrecision(3)));
}
