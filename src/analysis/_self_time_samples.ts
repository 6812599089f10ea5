import type { TimedSample } from "./_timed_sample.ts";
import type { PlaceProfile } from "./trace_profile.ts";

/** Fewer traces than these tell nothing. */
const MIN_TRACES = 7;
/** What takes the place of traces: so many spans, over so long a time. */
const MIN_SPANS = 50;
const MIN_SPAN_TIME_NANO = 1e9;

/**
 * The samples by which two places can be compared: traces, or where these are few, as of a program that
 * is one long trace, spans. Spans of a moment share what happened at it, and cannot stand for a run.
 */
export function selfTimeSamples(
  before: PlaceProfile,
  after: PlaceProfile,
): [before: TimedSample, after: TimedSample] {
  const hasTraces = [before, after].every(({ selfTimes }) => selfTimes.count >= MIN_TRACES);
  const hasSpans = [before, after].every(({ spanSelfTimes }) =>
    spanSelfTimes.count >= MIN_SPANS && spanSelfTimes.timeSpan >= MIN_SPAN_TIME_NANO
  );
  return hasSpans && !hasTraces
    ? [before.spanSelfTimes, after.spanSelfTimes]
    : [before.selfTimes, after.selfTimes];
}
