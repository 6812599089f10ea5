import type { SsfSpan, SsfTags } from "./ssf_span.ts";

/**
 * Makes of a span what veneur makes of it on arrival: a span without a name takes that of its tag
 * `name`, which then goes; a sample rate of 0 becomes 1.
 *
 * @returns The same object when there is nothing to change.
 */
export function normalizeSsfSpan(span: SsfSpan): SsfSpan {
  const metrics = span.metrics.some((sample) => sample.sampleRate === 0)
    ? span.metrics.map((s) => s.sampleRate === 0 ? { ...s, sampleRate: 1 } : s)
    : span.metrics;
  const tagName = span.name === "" && Object.hasOwn(span.tags, "name") ? span.tags.name : "";
  if (tagName !== "") return { ...span, metrics, name: tagName, tags: withoutName(span.tags) };
  return metrics === span.metrics ? span : { ...span, metrics };
}

/** Whether a span stands for work in a trace; one that does not only carries samples. */
export function isTraceSpan(span: SsfSpan): boolean {
  return span.id !== 0n && span.traceId !== 0n && span.startTimestamp !== 0n &&
    span.endTimestamp !== 0n && span.name !== "";
}

function withoutName(tags: SsfTags): SsfTags {
  const rest: Record<string, string> = Object.create(null);
  for (const key of Object.keys(tags)) {
    if (key !== "name") rest[key] = tags[key];
  }
  return rest;
}
