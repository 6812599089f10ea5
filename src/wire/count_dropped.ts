import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { Losses } from "./losses.ts";

/** Parts of a span that only some formats have a place for. */
export type LosableField = keyof typeof IS_THERE;

/** Counts those of the fields that a span has, as left out. */
export function countDropped(span: Span, fields: readonly LosableField[], losses: Losses): void {
  for (const field of fields) if (IS_THERE[field](span)) countReason(losses.dropped, field);
}

const IS_THERE = {
  attributes: (span: Span) => Object.keys(span.attributes).length > 0,
  events: (span: Span) => span.events !== undefined && span.events.length > 0,
  event_attributes: (span: Span) =>
    span.events?.some(({ attributes }) => Object.keys(attributes).length > 0) ?? false,
  links: (span: Span) => span.links !== undefined && span.links.length > 0,
  resource: (span: Span) => span.resource !== undefined && Object.keys(span.resource).length > 0,
  scope: (span: Span) => span.scope !== undefined,
  scope_attributes: (span: Span) =>
    span.scope?.attributes !== undefined && Object.keys(span.scope.attributes).length > 0,
  status_message: (span: Span) => Boolean(span.status?.message),
  trace_state: (span: Span) => Boolean(span.traceState),
  flags: (span: Span) => Boolean(span.flags),
  samples: (span: Span) => span.samples !== undefined && span.samples.length > 0,
  indicator: (span: Span) => span.indicator === true,
  time_offset: (span: Span) => Boolean(span.startOffsetMinutes || span.endOffsetMinutes),
  /** How many attributes, events and links its program left out. */
  dropped_counts: (span: Span) =>
    Boolean(
      span.droppedAttributesCount || span.droppedEventsCount || span.droppedLinksCount ||
        span.resourceDroppedAttributesCount || span.scope?.droppedAttributesCount ||
        span.events?.some(({ droppedAttributesCount }) => droppedAttributesCount) ||
        span.links?.some(({ droppedAttributesCount }) => droppedAttributesCount),
    ),
  schema_url: (span: Span) => Boolean(span.resourceSchemaUrl || span.scope?.schemaUrl),
} as const satisfies Record<string, (span: Span) => boolean>;
