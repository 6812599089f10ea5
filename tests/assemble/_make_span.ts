import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";

/** What a test says of a span; times in milliseconds after `EPOCH`. */
export interface SpanSketch extends Partial<Omit<Span, "attributes">> {
  readonly at?: number;
  /** Absent for a span without an end. */
  readonly ms?: number;
  readonly attrs?: Readonly<Record<string, AttributeValue>>;
}

/** 2026-11-20 11:03:12.000 UTC. */
export const EPOCH = 1_795_172_592_000_000_000n;

/** Makes a span of trace `t` from little. */
export function makeSpan(spanId: string, sketch: SpanSketch = {}): Span {
  const { at = 0, ms, attrs, ...rest } = sketch;
  const start = EPOCH + BigInt(Math.round(at * 1e6));
  return {
    traceId: "t",
    spanId,
    name: spanId,
    kind: "function",
    startTimeUnixNano: start,
    endTimeUnixNano: ms === undefined ? undefined : start + BigInt(Math.round(ms * 1e6)),
    state: ms === undefined ? "running" : "ended",
    attributes: createAttributes(Object.entries(attrs ?? {})),
    ...rest,
  };
}

/** Numbers in [0, 1) that are the same in every run. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** The same things in another order. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
  }
  return shuffled;
}
