/** Formats a count for people: `1,234 spans`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * One line for counts by reason: `Left out: samples (3 spans), time_offset (1 span)`.
 *
 * @returns The line with its line end; empty when nothing was counted.
 */
export function describeReasons(title: string, counts: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(counts);
  if (reasons.length === 0) return "";
  const named = reasons.map(([reason, count]) => `${reason} (${formatCount(count, "span")})`);
  return `${title}: ${named.join(", ")}\n`;
}
