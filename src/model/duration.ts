/**
 * Formats a length of time for people, three significant digits: `870ns`, `12.3µs`, `4.56ms`,
 * `1.2s`, `2m03s`, `1h05m`.
 *
 * @param nano Nanoseconds; negative lengths keep their sign.
 */
export function formatDuration(nano: bigint): string {
  if (nano < 0n) return "-" + formatDuration(-nano);
  const value = Number(nano);
  if (value < 1e3) return `${value}ns`;
  if (value < 999.5e3) return `${threeDigits(value / 1e3)}µs`;
  if (value < 999.5e6) return `${threeDigits(value / 1e6)}ms`;
  if (value < 59.95e9) return `${threeDigits(value / 1e9)}s`;
  const seconds = Math.round(value / 1e9);
  if (seconds < 3600) return `${Math.trunc(seconds / 60)}m${pad(seconds % 60)}s`;
  const minutes = Math.trunc(seconds / 60);
  return `${Math.trunc(minutes / 60)}h${pad(minutes % 60)}m`;
}

function threeDigits(value: number): string {
  // Number() drops trailing zeros: 1.20 reads better as 1.2.
  return String(Number(value.toPrecision(3)));
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
