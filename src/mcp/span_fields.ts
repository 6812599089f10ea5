import type { Attributes, AttributeValue } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";
import { formatAttributeValue } from "../wire/span_line/format_attribute_value.ts";
import { showTime } from "./describe_trace.ts";

/** One named value of a span. */
export interface SpanField {
  /** An attribute by its key; what else there is with its place: `resource.service.name`, `event[0].name`. */
  readonly name: string;
  /** Makes the text: what nobody looks at need not become one. */
  readonly text: () => string;
}

/** All values of a span that programs put there, in the order in which they are worth knowing. */
export function* spanFields(span: Span): Generator<SpanField> {
  if (span.status?.message) yield field("status.message", span.status.message);
  yield* attributeFields("", span.attributes);
  yield* countField("dropped_attributes", span.droppedAttributesCount);
  for (const [index, event] of (span.events ?? []).entries()) {
    const prefix = `event[${index}].`;
    yield field(`${prefix}name`, event.name);
    yield {
      name: `${prefix}time`,
      text: () =>
        `${showTime(event.timeUnixNano)} (${event.timeUnixNano - span.startTimeUnixNano}ns in)`,
    };
    yield* attributeFields(prefix, event.attributes);
    yield* countField(`${prefix}dropped_attributes`, event.droppedAttributesCount);
  }
  yield* countField("dropped_events", span.droppedEventsCount);
  for (const [index, link] of (span.links ?? []).entries()) {
    const prefix = `link[${index}].`;
    yield field(`${prefix}trace_id`, link.traceId);
    yield field(`${prefix}span_id`, link.spanId);
    yield* attributeFields(prefix, link.attributes);
    yield* countField(`${prefix}dropped_attributes`, link.droppedAttributesCount);
  }
  yield* countField("dropped_links", span.droppedLinksCount);
  for (const [index, sample] of (span.samples ?? []).entries()) {
    yield {
      name: `sample[${index}]`,
      text: () =>
        [sample.metric, sample.name, sample.value, sample.unit, sample.message].filter((part) =>
          part !== undefined && part !== ""
        ).join(" "),
    };
  }
  if (span.traceState) yield field("trace_state", span.traceState);
  if (span.scope !== undefined) {
    yield field("scope.name", span.scope.name);
    if (span.scope.version) yield field("scope.version", span.scope.version);
    yield* attributeFields("scope.", span.scope.attributes ?? {});
  }
  yield* attributeFields("resource.", span.resource ?? {});
}

function* attributeFields(prefix: string, attributes: Attributes): Generator<SpanField> {
  for (const key in attributes) yield field(prefix + key, attributes[key]);
}

function* countField(name: string, count: number | undefined): Generator<SpanField> {
  if (count !== undefined) yield field(name, BigInt(count));
}

function field(name: string, value: AttributeValue): SpanField {
  return { name, text: () => formatAttributeValue(value) };
}
