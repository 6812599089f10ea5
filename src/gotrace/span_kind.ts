/** The type of operation that a span tracks, as go-trace numbers it. */
export const SpanKind = { function: 0, http: 1, sql: 2 } as const;
/** See {@linkcode SpanKind}; numbers without a name occur in the wild and are kept. */
export type SpanKind = number;

/** The name of a kind: `function`, `http`, `sql`, or `unknown(7)`. */
export function spanKindName(kind: SpanKind): string {
  const entry = Object.entries(SpanKind).find(([, number]) => number === kind);
  return entry?.[0] ?? `unknown(${kind})`;
}
