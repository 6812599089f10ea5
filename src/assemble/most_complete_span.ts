import type { Attributes } from "../model/attributes.ts";
import type { Span, SpanState } from "../model/span.ts";

const RANKS: Readonly<Record<SpanState, number>> = { running: 0, unfinished: 1, ended: 2 };

/**
 * Chooses between two spans of one identity: the one that got further, then the one that says more.
 * The choice does not depend on which of the two came first.
 */
export function mostCompleteSpan(a: Span, b: Span): Span {
  return compareCompleteness(a, b) >= 0 ? a : b;
}

function compareCompleteness(a: Span, b: Span): number {
  return RANKS[a.state] - RANKS[b.state] ||
    Object.keys(a.attributes).length - Object.keys(b.attributes).length ||
    compare(a.endTimeUnixNano ?? 0n, b.endTimeUnixNano ?? 0n) ||
    compare(b.startTimeUnixNano, a.startTimeUnixNano) ||
    compare(a.name, b.name) ||
    compare(a.parentId ?? "", b.parentId ?? "") ||
    compare(describe(a.attributes), describe(b.attributes));
}

function compare(a: bigint | string, b: bigint | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Only for spans that agree in all else, which is rare. */
function describe(attributes: Attributes): string {
  const entries = Object.entries(attributes).sort(([a], [b]) => compare(a, b));
  return JSON.stringify(
    entries,
    (_key, value) => typeof value === "bigint" ? `${value}n` : value,
  );
}
