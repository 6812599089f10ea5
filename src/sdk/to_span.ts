import { type Attributes, type AttributeValue, createAttributes } from "../model/attributes.ts";
import type { Span, SpanStatus } from "../model/span.ts";
import { attributeText } from "./attribute_text.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanAttributes, SpanAttributeValue } from "./tracer_span.ts";

/**
 * A span of the model, which every protocol's encoder takes. A number without a fraction is an integer,
 * as OpenTelemetry's own SDK sees it; `recordError` makes the status an error unless one was set.
 *
 * @param span An ended span.
 * @param resource What made it.
 */
export function toSpan(span: RecordingSpan, resource: Attributes): Span {
  const { details } = span;
  const attributes = createAttributes();
  const list = span.attributeList;
  for (let index = 0; index < list.length; index += 2) {
    attributes[list[index] as string] = toAttributeValue(list[index + 1]);
  }
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId === undefined ? {} : { parentId: span.parentId }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    state: "ended",
    attributes,
    resource,
    ...(span.droppedAttributeCount > 0
      ? { droppedAttributesCount: span.droppedAttributeCount }
      : {}),
    ...(span.traceState === undefined ? {} : { traceState: span.traceState }),
    ...statusOf(span, attributes),
    ...(details?.scope === undefined ? {} : { scope: details.scope }),
    ...(details === undefined || details.events.length === 0 ? {} : {
      events: details.events.map(({ name, timeUnixNano, attributes }) => ({
        name,
        timeUnixNano,
        attributes: toAttributes(attributes),
      })),
    }),
    ...(details === undefined || details.links.length === 0 ? {} : {
      links: details.links.map(({ traceId, spanId, attributes }) => ({
        traceId,
        spanId,
        attributes: toAttributes(attributes),
      })),
    }),
    ...(details !== undefined && details.droppedEventCount > 0
      ? { droppedEventsCount: details.droppedEventCount }
      : {}),
    ...(details !== undefined && details.droppedLinkCount > 0
      ? { droppedLinksCount: details.droppedLinkCount }
      : {}),
  };
}

function statusOf({ details }: RecordingSpan, attributes: Attributes): { status?: SpanStatus } {
  if (details?.status !== undefined) return { status: details.status };
  const { error } = attributes;
  if (error === undefined || error === false || error === "") return {};
  return {
    status: typeof error === "string" ? { code: "error", message: error } : { code: "error" },
  };
}

function toAttributes(given: SpanAttributes): Attributes {
  const attributes = createAttributes();
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (value !== undefined && value !== null) attributes[key] = toAttributeValue(value);
  }
  return attributes;
}

function toAttributeValue(value: SpanAttributeValue): AttributeValue {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case "bigint":
      return BigInt.asIntN(64, value) === value ? value : String(value);
    case "string":
    case "boolean":
      return value;
    default:
      return attributeText(value);
  }
}
