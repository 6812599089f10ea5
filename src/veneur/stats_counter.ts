/** Counts something elsewhere, as a statsd client does. */
export interface StatsCounter {
  /**
   * Adds to a counter.
   *
   * @param metric Its name.
   * @param n What to add.
   * @param tags Such as `service:shop`.
   * @param rate The share of events that is reported, in (0, 1].
   */
  count(metric: string, n: number, tags: readonly string[], rate: number): void;
}
