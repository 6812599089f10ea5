import { countReason } from "../model/counters.ts";
import { LagHistogram } from "./_lag_histogram.ts";
import type { ReplayProgress } from "./replay_summary.ts";

/** The counters of a replay while it runs. */
export class ReplayTally implements ReplayProgress {
  spanCount = 0;
  sentSpanCount = 0;
  sentEventCount = 0;
  filteredCount = 0;
  readonly rejected: Record<string, number> = {};
  readonly notSent: Record<string, number> = {};
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  retryCount = 0;
  brokenConnectionCount = 0;
  /** What the target said of the first spans that it did not take. */
  firstRefusal: string | undefined;
  readonly lag: LagHistogram = new LagHistogram();

  get rejectedCount(): number {
    return sum(this.rejected);
  }

  get notSentCount(): number {
    return sum(this.notSent);
  }

  get lagP95Ms(): number | undefined {
    return this.lag.percentileMs(0.95);
  }

  /** Counts spans that the target did not take. */
  reject(reason: string, count: number, message?: string): void {
    if (count === 0) return;
    countReason(this.rejected, reason, count);
    if (message) this.firstRefusal ??= message;
  }

  /** Counts spans that were not sent, or of which nobody knows whether they arrived. */
  lose(reason: string, count = 1): void {
    if (count > 0) countReason(this.notSent, reason, count);
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
