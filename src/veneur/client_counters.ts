import type { StatsCounter } from "./stats_counter.ts";

/** What became of the spans: `recorded` = `sent` + the sum of `dropped` + `queued`, always. */
export interface ClientCounters {
  recorded: number;
  /** Taken by the kernel, or by the backend. */
  sent: number;
  /** Waiting, on their way, or in a buffer. */
  queued: number;
  /** Lost, by reason: `would_block`, `closed`, the reasons of `SendError`, or `backend_error`. */
  dropped: Record<string, number>;
}

/** What a client has been asked since this was last reported. */
export interface ClientStatistics {
  flushesFailed: number;
  flushesSucceeded: number;
  /** Spans that were refused. */
  recordsFailed: number;
  /** Spans that were taken. */
  recordsSucceeded: number;
}

/** Statistics that have counted nothing. */
export function emptyStatistics(): ClientStatistics {
  return { flushesFailed: 0, flushesSucceeded: 0, recordsFailed: 0, recordsSucceeded: 0 };
}

/** Adds statistics to the counters of the same meaning elsewhere, and sets them to 0. */
export function moveStatistics(
  statistics: ClientStatistics,
  counter: StatsCounter,
  tags: readonly string[],
): void {
  for (const [key, name] of NAMES) {
    try {
      counter.count(`trace_client.${name}`, statistics[key], tags, 1);
      statistics[key] = 0;
    } catch {
      // It stays for the next time.
    }
  }
}

const NAMES = [
  ["flushesFailed", "flushes_failed_total"],
  ["flushesSucceeded", "flushes_succeeded_total"],
  ["recordsFailed", "records_failed_total"],
  ["recordsSucceeded", "records_succeeded_total"],
] as const;
