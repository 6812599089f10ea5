import { formatDuration } from "../model/duration.ts";
import type { ReplayProgress, ReplaySummary } from "../replay/replay_summary.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { describeReasons, formatCount } from "./describe_reasons.ts";

/** The line that `trace replay --json` prints, with names that stay. */
export function replaySummaryJson(summary: ReplaySummary, url: string): string {
  const { lagMs } = summary;
  return JSON.stringify({
    event: "summary",
    outcome: summary.outcome,
    error: summary.error,
    to: url,
    spans: summary.spanCount,
    sent_spans: summary.sentSpanCount,
    sent_events: summary.sentEventCount,
    rejected: summary.rejected,
    not_sent: summary.notSent,
    filtered: summary.filteredCount,
    refusal: summary.firstRefusal,
    left_out: summary.dropped,
    changed: summary.changed,
    out_of_order: summary.outOfOrderCount,
    passes: summary.passCount,
    elapsed_ms: round(summary.elapsedMs),
    rate: round(summary.spansPerSecond),
    lag_p50_ms: lagMs && round(lagMs.p50),
    lag_p95_ms: lagMs && round(lagMs.p95),
    lag_max_ms: lagMs && round(lagMs.max),
    retries: summary.retryCount,
    broken_connections: summary.brokenConnectionCount,
  }) + "\n";
}

/** What came of a replay, for people. */
export function describeReplay(summary: ReplaySummary): string {
  const { outcome, lagMs, rejected, notSent, firstRefusal } = summary;
  const events = summary.sentEventCount > 0
    ? ` (${formatCount(summary.sentEventCount, "event")})`
    : "";
  const pace = lagMs === undefined
    ? `${formatCount(Math.round(summary.spansPerSecond), "span")}/s`
    : `lag p95 ${formatMs(lagMs.p95)}`;
  let text = `sent ${formatCount(summary.sentSpanCount, "span")}${events}`;
  if (summary.elapsedMs > 0) text += ` in ${formatMs(summary.elapsedMs)}, ${pace}`;
  else if (outcome === "done" && summary.spanCount === 0) text += ": there are none";
  text += "\n";
  if (summary.filteredCount > 0) {
    text += `Not chosen: ${formatCount(summary.filteredCount, "span")}\n`;
  }
  text += describeReasons("Rejected by the target", rejected);
  if (firstRefusal !== undefined) text += `It said: ${escapeText(firstRefusal.trim())}\n`;
  text += describeReasons("Not sent", notSent);
  if ((notSent.connection_lost ?? 0) + (notSent.write_timeout ?? 0) > 0) {
    text += "The connection broke while some were under way: they may have arrived\n";
  }
  if (summary.outOfOrderCount > 0) {
    const count = summary.outOfOrderCount;
    const what = count === 1 ? "start or end" : "starts or ends";
    text += `${count.toLocaleString("en-US")} ${what} came too late to be ` +
      "sent in the order of time; hold more back with --window\n";
  }
  text += describeReasons("Left out, for the protocol has no place for it", summary.dropped) +
    describeReasons("Sent in another form (see docs/replay.md)", summary.changed);
  if (outcome === "stopped") text += `trace: Stopped${describeRest(notSent.stopped ?? 0)}\n`;
  return text;
}

/** How far a replay is, on one line. */
export function describeProgress(progress: ReplayProgress): string {
  const { sentSpanCount, rejectedCount, notSentCount, lagP95Ms } = progress;
  const lag = lagP95Ms === undefined ? "" : `, lag p95 ${formatMs(lagP95Ms)}`;
  const lost = notSentCount > 0 ? `, ${notSentCount.toLocaleString("en-US")} not sent` : "";
  return `Sent ${formatCount(sentSpanCount, "span")}, ` +
    `${rejectedCount.toLocaleString("en-US")} rejected${lost}${lag}`;
}

function describeRest(count: number): string {
  return count === 0 ? "" : ` with ${formatCount(count, "span")} left of those read so far`;
}

function formatMs(ms: number): string {
  return formatDuration(BigInt(Math.round(ms * 1e6)));
}

/** Microseconds are enough. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
