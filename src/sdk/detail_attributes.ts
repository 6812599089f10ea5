import { formatTimestamp } from "../model/time.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanDetails } from "./span_details.ts";
import type { SpanAttributes, SpanAttributeValue } from "./tracer_span.ts";

/**
 * What go-trace's wire has no place for, as attributes of it:
 *
 * | attribute                                             | value                                       |
 * | ----------------------------------------------------- | ------------------------------------------- |
 * | `otel.kind`                                           | `internal`, `server`, `client`, …           |
 * | `otel.name`                                           | the name, when it changed after the start   |
 * | `otel.status_code`                                    | `OK`, `ERROR`                               |
 * | `otel.status_description`                             | the status's message                        |
 * | `error`                                               | that message, the exception's, or `true`    |
 * | `otel.scope.name`, `otel.scope.version`               | the library that made the span              |
 * | `link.N.trace_id`, `link.N.span_id`, `link.N.attrs.*` | links, from 0                               |
 * | `event.N.name`, `event.N.time`, `event.N.attrs.*`     | events, from 0; times are RFC 3339          |
 * | `otel.dropped_{attributes,events,links}_count`        | what was too much                           |
 *
 * At most 128 attributes are made so; an `error` that the program set itself stays.
 *
 * @returns Keys and values in turn.
 */
export function detailAttributes(span: RecordingSpan): SpanAttributeValue[] {
  const list: SpanAttributeValue[] = [];
  if (typeof span.kind === "string" && FOREIGN_KINDS.has(span.kind)) {
    list.push("otel.kind", span.kind);
  }
  const { details } = span;
  if (details === undefined) return list;
  const add = (key: string, value: SpanAttributeValue | undefined): void => {
    if (value !== undefined) list.push(key, value);
  };
  if (details.toldName !== undefined && details.toldName !== span.name) add("otel.name", span.name);
  if (details.status !== undefined) {
    const { code, message } = details.status;
    add("otel.status_code", code.toUpperCase());
    if (message !== "") add("otel.status_description", message);
    if (code === "error" && !hasAttribute(span, "error")) add("error", errorText(details));
  }
  add("otel.scope.name", details.scope?.name || undefined);
  add("otel.scope.version", details.scope?.version || undefined);
  let droppedAttributeCount = span.droppedAttributeCount;
  const addGroup = (
    prefix: string,
    first: [string, string][],
    attributes: SpanAttributes,
  ): boolean => {
    if (list.length / 2 + first.length > MAX_GROUPED) return false;
    for (const [key, value] of first) list.push(prefix + key, value);
    for (const key of Object.keys(attributes)) {
      const value = attributes[key];
      if (value === undefined) continue;
      if (list.length / 2 < MAX_GROUPED) list.push(`${prefix}attrs.${key}`, value);
      else droppedAttributeCount++;
    }
    return true;
  };
  const linkCount = countWhile(
    details.links,
    ({ traceId, spanId, attributes }, index) =>
      addGroup(`link.${index}.`, [["trace_id", traceId], ["span_id", spanId]], attributes),
  );
  const eventCount = countWhile(
    details.events,
    ({ name, timeUnixNano, attributes }, index) =>
      addGroup(
        `event.${index}.`,
        [["name", name], ["time", formatTimestamp(timeUnixNano)]],
        attributes,
      ),
  );
  const addCount = (what: string, count: number): void =>
    add(`otel.dropped_${what}_count`, count > 0 ? count : undefined);
  addCount("attributes", droppedAttributeCount);
  addCount("events", details.droppedEventCount + details.events.length - eventCount);
  addCount("links", details.droppedLinkCount + details.links.length - linkCount);
  return list;
}

/** How many items from the front were taken. */
function countWhile<Item>(
  items: readonly Item[],
  take: (item: Item, index: number) => boolean,
): number {
  let index = 0;
  while (index < items.length && take(items[index], index)) index++;
  return index;
}

function hasAttribute({ attributeList }: RecordingSpan, key: string): boolean {
  for (let index = 0; index < attributeList.length; index += 2) {
    if (attributeList[index] === key) return true;
  }
  return false;
}

function errorText({ status, events }: SpanDetails): SpanAttributeValue {
  const exception = events.findLast(({ name }) => name === "exception")?.attributes;
  return status?.message || exception?.["exception.message"] || "true";
}

/** Kinds for which go-trace has only the nearest of its own. */
const FOREIGN_KINDS: ReadonlySet<string> = new Set([
  "internal",
  "server",
  "client",
  "producer",
  "consumer",
]);
/** 128, less the counts that may follow. */
const MAX_GROUPED = 125;
