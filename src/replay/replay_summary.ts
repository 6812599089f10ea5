/** How far a replay is. The numbers change while it runs. */
export interface ReplayProgress {
  /** Spans read so far, once for each copy and pass. */
  readonly spanCount: number;
  /** Spans that the target took whole. */
  readonly sentSpanCount: number;
  /** Events of go-trace that the target took; 0 for protocols that send spans as a whole. */
  readonly sentEventCount: number;
  /** Spans that the target did not take. */
  readonly rejectedCount: number;
  /** Spans that were not sent, or of which nobody knows whether they arrived. */
  readonly notSentCount: number;
  /** 95 % of the sending so far was at most this late, in milliseconds; absent at `max`. */
  readonly lagP95Ms: number | undefined;
}

/**
 * What came of a replay. `spanCount` = `sentSpanCount` + `filteredCount` + the sums of `rejected` and
 * `notSent`, always.
 */
export interface ReplaySummary {
  /** `stopped`: by the signal; `failed`: given up, see `error`. */
  readonly outcome: "done" | "stopped" | "failed";
  /** Why it was given up. */
  readonly error?: string;
  /** Spans read, once for each copy and pass: all that there are, unless the replay was stopped. */
  readonly spanCount: number;
  /** Spans that the target took whole. */
  readonly sentSpanCount: number;
  /** Events of go-trace that the target took; 0 for protocols that send spans as a whole. */
  readonly sentEventCount: number;
  /** Spans that were not to be sent. */
  readonly filteredCount: number;
  /** Spans that the target did not take, by reason: `refused` of a message whose rest it took, `http_400`, … */
  readonly rejected: Readonly<Record<string, number>>;
  /**
   * Spans that were not sent, by reason: `unencodable`, `too_long`, `time_out_of_range` for the protocol;
   * `stopped`, `gave_up`; `connection_lost` and `write_timeout` when they were under way and may have arrived.
   */
  readonly notSent: Readonly<Record<string, number>>;
  /** Spans that were sent without something that the protocol has no place for, by what it was. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Spans that were sent with something in another form, by what it was. */
  readonly changed: Readonly<Record<string, number>>;
  /** Starts and ends that were sent after some that happened later, because the window was too small. */
  readonly outOfOrderCount: number;
  /** What the target said of the first spans that it did not take. */
  readonly firstRefusal?: string;
  /** Passes begun. */
  readonly passCount: number;
  /** From the first sending until the last was taken, in milliseconds. */
  readonly elapsedMs: number;
  /** Spans sent in a second. */
  readonly spansPerSecond: number;
  /** How late things were sent, in milliseconds: half of them, 95 %, and all at most; absent at `max`. */
  readonly lagMs?: { readonly p50: number; readonly p95: number; readonly max: number };
  /** Attempts to send the same again. */
  readonly retryCount: number;
  /** Connections that broke while something was under way. */
  readonly brokenConnectionCount: number;
}
