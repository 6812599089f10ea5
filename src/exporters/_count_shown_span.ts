import { countReason } from "../model/counters.ts";
import { durationNano, type Span } from "../model/span.ts";
import { countDropped } from "../wire/count_dropped.ts";
import type { Losses } from "../wire/losses.ts";

/** Counts what a span loses in a document for people, which shows its name and when it ran. */
export function countShownSpan(span: Span, losses: Losses): void {
  const duration = durationNano(span);
  if (duration === undefined) countReason(losses.changed, "no_end_time");
  else if (duration < 0n) countReason(losses.changed, "negative_duration");
  countDropped(span, LOST, losses);
}

const LOST = ["attributes", "events", "links", "resource", "samples"] as const;
