/** go-trace's kinds in the order of their numbers: `function` is 0, `http` 1, `sql` 2. */
export const GOTRACE_KINDS = ["function", "http", "sql"] as const;

/**
 * What a span stands for: go-trace's words, OpenTelemetry's words, or the number of a go-trace kind
 * that has no word, kept as it came.
 */
export type SpanKind =
  | typeof GOTRACE_KINDS[number]
  | "internal"
  | "server"
  | "client"
  | "producer"
  | "consumer"
  | number;

const KIND_WORDS: ReadonlySet<unknown> = new Set<SpanKind>([
  ...GOTRACE_KINDS,
  "internal",
  "server",
  "client",
  "producer",
  "consumer",
]);

/** Whether a kind is one of go-trace's words. */
export function isGoTraceKind(kind: SpanKind): kind is typeof GOTRACE_KINDS[number] {
  return kind === "function" || kind === "http" || kind === "sql";
}

/** The kind a go-trace number stands for: a word where there is one, else the number itself. */
export function spanKindFromNumber(number: number): SpanKind {
  return GOTRACE_KINDS[number] ?? number;
}

/**
 * The number that go-trace's programs understand for a kind. Kinds go-trace does not know become
 * the nearest one it has: `server`, `client`, `producer` and `consumer` become `http`, `internal`
 * becomes `function`.
 */
export function spanKindToNumber(kind: SpanKind): number {
  if (typeof kind === "number") return kind;
  const number = (GOTRACE_KINDS as readonly string[]).indexOf(kind);
  if (number >= 0) return number;
  return kind === "internal" ? 0 : 1;
}

/** Reads a kind as a recording or a viewer writes it: a word or a number; `undefined` if neither. */
export function parseSpanKind(value: unknown): SpanKind | undefined {
  if (typeof value === "number") {
    return Number.isInteger(value) ? spanKindFromNumber(value) : undefined;
  }
  return KIND_WORDS.has(value) ? value as SpanKind : undefined;
}
