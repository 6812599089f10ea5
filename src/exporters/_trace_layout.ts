import type { Span } from "../model/span.ts";
import { NEVER } from "./_lane_table.ts";

/** Spans of one trace that can share a lane: each is apart from the others or nested in its parent. */
export interface SpanChain {
  /** In the order in which they have to be written: a parent before its children. */
  readonly spans: Span[];
  readonly start: bigint;
  /** {@linkcode NEVER} when a span of the chain has no end. */
  end: bigint;
}

interface OpenChain extends SpanChain {
  /** The spans that are open at the current moment of the sweep, outermost first. */
  readonly stack: Span[];
}

// A trace in which thousands of spans run at once gets new chains rather than a search in all of them.
const MAX_CHAINS_SEARCHED = 256;

/**
 * Where a span ends on a timeline: without an end, never; with an end before its start, at its start.
 */
export function layoutEnd(span: Span): bigint {
  const end = span.endTimeUnixNano;
  if (end === undefined) return NEVER;
  return end < span.startTimeUnixNano ? span.startTimeUnixNano : end;
}

/**
 * Splits spans of one trace into chains: a child stays in its parent's chain if it fits inside, else
 * it goes where nothing runs at that moment, so that no span seems to be part of one that is not its
 * parent.
 *
 * @param spans In any order; parents outside of the list, equal ids and rings do no harm.
 */
export function layoutTrace(spans: readonly Span[]): SpanChain[] {
  const byId = new Map<string, Span>();
  for (const span of spans) byId.set(span.spanId, span);
  const depths = measureDepths(spans, byId);
  const sorted = [...spans].sort((a, b) =>
    compare(a.startTimeUnixNano, b.startTimeUnixNano) || compare(layoutEnd(b), layoutEnd(a)) ||
    depths.get(a)! - depths.get(b)!
  );
  const chains: OpenChain[] = [];
  const chainOf = new Map<Span, OpenChain>();
  for (const span of sorted) {
    const parent = span.parentId === undefined ? undefined : byId.get(span.parentId);
    const parentChain = parent === undefined ? undefined : chainOf.get(parent);
    const chain = parentChain !== undefined && fitsInside(parentChain, span, parent!)
      ? parentChain
      : findIdleChain(chains, span) ?? openChain(chains, span);
    const end = layoutEnd(span);
    chain.spans.push(span);
    chain.stack.push(span);
    if (end > chain.end) chain.end = end;
    chainOf.set(span, chain);
  }
  return chains;
}

function fitsInside(chain: OpenChain, span: Span, parent: Span): boolean {
  leaveEnded(chain, span.startTimeUnixNano);
  return chain.stack.at(-1) === parent && layoutEnd(parent) >= layoutEnd(span);
}

function findIdleChain(chains: readonly OpenChain[], span: Span): OpenChain | undefined {
  for (let i = 0; i < chains.length && i < MAX_CHAINS_SEARCHED; i++) {
    leaveEnded(chains[i], span.startTimeUnixNano);
    if (chains[i].stack.length > 0) continue;
    // At the very moment at which an empty span lies here, a second one would be drawn inside of it.
    if (chains[i].spans.at(-1)!.startTimeUnixNano < span.startTimeUnixNano) return chains[i];
  }
  return undefined;
}

function openChain(chains: OpenChain[], span: Span): OpenChain {
  const start = span.startTimeUnixNano;
  const chain: OpenChain = { spans: [], stack: [], start, end: start };
  chains.push(chain);
  return chain;
}

function leaveEnded(chain: OpenChain, now: bigint): void {
  while (chain.stack.length > 0 && layoutEnd(chain.stack.at(-1)!) <= now) chain.stack.pop();
}

/** The number of ancestors of each span within the list; a ring counts as a root. */
function measureDepths(
  spans: readonly Span[],
  byId: ReadonlyMap<string, Span>,
): Map<Span, number> {
  const depths = new Map<Span, number>();
  for (const span of spans) {
    const path: Span[] = [];
    const onPath = new Set<Span>();
    let at: Span | undefined = span;
    while (at !== undefined && !depths.has(at) && !onPath.has(at)) {
      path.push(at);
      onPath.add(at);
      at = at.parentId === undefined ? undefined : byId.get(at.parentId);
    }
    let depth = at === undefined ? 0 : (depths.get(at) ?? -1) + 1;
    for (let i = path.length - 1; i >= 0; i--) depths.set(path[i], depth++);
  }
  return depths;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
