/**
 * What became of everything that arrived: `received` = `accepted` + the sums of `rejected` and
 * `dropped`, always. A message is an event line of go-trace or a span of another protocol.
 */
export interface Counters {
  received: number;
  accepted: number;
  /** Messages refused for what they are, by reason: `malformed`, `too_long`, `orphan_end`, … */
  rejected: Record<string, number>;
  /** Messages that were good but could not be kept, by reason. */
  dropped: Record<string, number>;
  /** Spans that got their end. */
  spans: number;
  /** Spans given up without an end: at exit, or because too many were open. */
  unfinished: number;
  /** Distinct traces. */
  traces: number;
}

/** Counters that all stand at zero. */
export function createCounters(): Counters {
  return {
    received: 0,
    accepted: 0,
    rejected: {},
    dropped: {},
    spans: 0,
    unfinished: 0,
    traces: 0,
  };
}

/** Adds to the count of one reason. */
export function countReason(counts: Record<string, number>, reason: string, count = 1): void {
  counts[reason] = (counts[reason] ?? 0) + count;
}

/** The sum of several counters: what a session counts that receives in several ways. */
export function addCounters(all: readonly Readonly<Counters>[]): Counters {
  const sum = createCounters();
  for (const counters of all) {
    sum.received += counters.received;
    sum.accepted += counters.accepted;
    sum.spans += counters.spans;
    sum.unfinished += counters.unfinished;
    sum.traces += counters.traces;
    for (const [reason, count] of Object.entries(counters.rejected)) {
      countReason(sum.rejected, reason, count);
    }
    for (const [reason, count] of Object.entries(counters.dropped)) {
      countReason(sum.dropped, reason, count);
    }
  }
  return sum;
}
