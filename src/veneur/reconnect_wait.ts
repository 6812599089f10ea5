/**
 * How long to wait before the next attempt to connect, in milliseconds: longer by the same amount after
 * each failure up to a limit, of which a random part, less than half, is taken off, so that programs
 * that lost the same veneur do not all come back at once.
 *
 * @param failureCount How many attempts have failed in a row, from 1 on.
 * @param random A number in [0, 1).
 */
export function reconnectWaitMs(
  failureCount: number,
  backoffTimeMs: number,
  maxBackoffTimeMs: number,
  random: number = Math.random(),
): number {
  return Math.min(failureCount * backoffTimeMs, maxBackoffTimeMs) * (1 - random / 2);
}
