/** Makers of go-trace event lines, one place for all tests. */

const encoder = new TextEncoder();

/** A start line with its line end; `fields` override what is usual. */
export function startLine(spanId: string, fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 0,
    span_id: spanId,
    trace_id: "t1",
    parent_id: undefined,
    name: `span ${spanId}`,
    kind: 0,
    time: "2026-03-11T10:00:00.000000001Z",
    ...fields,
  }) + "\n";
}

/** An end line with its line end. */
export function endLine(spanId: string, fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 1,
    span_id: spanId,
    trace_id: "t1",
    parent_id: undefined,
    name: "",
    kind: 0,
    time: "2026-03-11T10:00:01Z",
    ...fields,
  }) + "\n";
}

/** Bytes as a receiver holds them: with the one byte behind them that the assembler needs. */
export function asBuffer(text: string | Uint8Array): { buffer: Uint8Array; to: number } {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const buffer = new Uint8Array(bytes.length + 1);
  buffer.set(bytes);
  return { buffer, to: bytes.length };
}

/** A random number generator that gives the same numbers on every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    // Mulberry32, public domain.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
