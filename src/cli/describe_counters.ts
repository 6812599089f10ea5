import type { Summary } from "./session.ts";

/**
 * One line for people: what was received and what became of it. Reasons are named only where
 * something was lost.
 */
export function describeCounters(summary: Summary): string {
  const parts = [
    `received ${count(summary.received)}`,
    `spans ${count(summary.spans)}`,
    `traces ${count(summary.traces)}`,
  ];
  if (summary.unfinished > 0) parts.push(`unfinished ${count(summary.unfinished)}`);
  if (summary.recorded > 0) parts.push(`recorded ${count(summary.recorded)}`);
  if (summary.logs > 0) {
    const { attached, dropped } = summary.log_events;
    parts.push(`log records ${count(summary.logs)}, on spans ${count(attached)}`);
    parts.push(...reasons("log records too late or without their span", dropped));
  }
  if (summary.metrics > 0) parts.push(`metric points ${count(summary.metrics)}`);
  parts.push(...reasons("rejected", summary.rejected));
  parts.push(...reasons("dropped", summary.dropped));
  parts.push(...reasons("not recorded", summary.not_recorded));
  if (summary.redacted !== undefined) {
    const rules = Object.entries(summary.redacted).map(([rule, value]) =>
      `${rule} ${count(value)}`
    );
    parts.push(`redacted values ${rules.join(", ")}`);
  }
  for (const target of summary.forward ?? []) {
    const counts = [`sent ${count(target.sent)}`];
    if (target.queued > 0) counts.push(`waiting ${count(target.queued)}`);
    counts.push(...reasons("rejected", target.rejected), ...reasons("dropped", target.dropped));
    parts.push(`to ${target.url}: ${counts.join(", ")}`);
  }
  if (summary.refused_connections > 0) {
    parts.push(`connections refused ${count(summary.refused_connections)}`);
  }
  if (summary.refused_viewers > 0) parts.push(`viewers refused ${count(summary.refused_viewers)}`);
  if (summary.viewers_missed > 0) parts.push(`viewers missed ${count(summary.viewers_missed)}`);
  return parts.join(", ");
}

function reasons(what: string, counts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counts);
  if (entries.length === 0) return [];
  const total = entries.reduce((sum, [, value]) => sum + value, 0);
  const named = entries.map(([reason, value]) => `${reason} ${count(value)}`).join(", ");
  return [`${what} ${count(total)} (${named})`];
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
