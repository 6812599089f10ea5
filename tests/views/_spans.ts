import { buildTrace } from "../../src/assemble/build_trace.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import type { Trace } from "../../src/model/trace.ts";

/** 2026-03-11T10:00:00Z */
export const START = 1_773_223_200_000_000_000n;

/** A span of trace `t` from one moment to another, in nanoseconds after {@linkcode START}. */
export function span(
  spanId: string,
  parentId: string | undefined,
  from: number,
  to: number | undefined,
  fields: Partial<Span> = {},
): Span {
  return {
    traceId: "t",
    spanId,
    ...(parentId !== undefined && { parentId }),
    name: `name of ${spanId}`,
    kind: "function",
    startTimeUnixNano: START + BigInt(from),
    ...(to === undefined
      ? { state: "running" as const }
      : { endTimeUnixNano: START + BigInt(to), state: "ended" as const }),
    attributes: createAttributes(),
    ...fields,
  };
}

/** A span that sends a statement. */
export function query(
  spanId: string,
  parentId: string | undefined,
  at: number,
  text: string,
  fields: Partial<Span> = {},
): Span {
  return span(spanId, parentId, at, at + 10, {
    kind: "sql",
    name: "query",
    attributes: createAttributes([["query", text]]),
    ...fields,
  });
}

/** Statements that differ in their values, the first of them beginning at a moment. */
export function queries(
  count: number,
  parentId: string | undefined,
  at = 0,
  table = "orders",
): Span[] {
  return Array.from(
    { length: count },
    (_, i) =>
      query(`${table}${i}`, parentId, at + i * 10, `SELECT * FROM ${table} WHERE id = ${i}`),
  );
}

export function traceOf(...spans: readonly Span[]): Trace {
  return buildTrace("t", spans);
}

/** A chain of so many spans, each the child of the one before. */
export function chain(count: number): Trace {
  return traceOf(
    ...Array.from(
      { length: count },
      (_, i) => span(`s${i}`, i === 0 ? undefined : `s${i - 1}`, i, 2 * count - i),
    ),
  );
}
