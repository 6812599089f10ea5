import type { Span } from "../model/span.ts";
import type { TraceSource } from "./trace_source.ts";

/** What a list of traces is sorted by. */
export interface TraceSummary {
  readonly traceId: string;
  readonly startUnixNano: bigint;
  /** Up to the latest moment known of any span, up to now while one runs. */
  readonly durationNano: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
}

/**
 * Sums up every trace of a source without building trees, which would take ten times as long.
 *
 * @param nowUnixNano Up to when running traces last; `undefined` when nothing runs any more.
 */
export function* summarizeTraces(
  { store }: TraceSource,
  nowUnixNano: bigint | undefined,
): Generator<TraceSummary> {
  for (let index = 0; index < store.traceCount; index++) {
    const entry = store.entryAt(index);
    if (entry === undefined) return;
    const { traceId, spanCount, errorCount, runningCount } = entry;
    const latestUnixNano = runningCount > 0 ? nowUnixNano : undefined;
    yield { traceId, ...extent(store.spansOf(traceId), latestUnixNano), spanCount, errorCount };
  }
}

function extent(
  spans: Iterable<Span>,
  latestUnixNano = 0n,
): { startUnixNano: bigint; durationNano: bigint } {
  let start: bigint | undefined;
  let end = latestUnixNano;
  for (const { startTimeUnixNano, endTimeUnixNano = startTimeUnixNano } of spans) {
    if (start === undefined || startTimeUnixNano < start) start = startTimeUnixNano;
    if (endTimeUnixNano > end) end = endTimeUnixNano;
  }
  const startUnixNano = start ?? 0n;
  return { startUnixNano, durationNano: end > startUnixNano ? end - startUnixNano : 0n };
}
