import { spanKindToNumber } from "../model/span_kind.ts";
import { attributeText } from "./attribute_text.ts";
import { detailAttributes } from "./detail_attributes.ts";
import type { RecordingSpan } from "./recording_span.ts";
import type { SpanAttributeValue } from "./tracer_span.ts";

/**
 * Formats the start event of a span in go-trace's protocol, with its line end: the same text as
 * `formatEvent` of `src/wire/gotrace` makes, spliced by hand because this runs for every span.
 */
export function formatStartEvent(span: RecordingSpan): string {
  const parent = span.parentId === undefined ? "" : ',"parent_id":' + quote(span.parentId);
  return '{"type":0,"span_id":' + quote(span.spanId) + ',"trace_id":' + quote(span.traceId) +
    parent +
    ',"name":' + quoteUpTo(span.name, MAX_NAME_LENGTH) + ',"kind":' + spanKindToNumber(span.kind) +
    ',"time":"' + span.startTime + '"}\n';
}

/**
 * Formats the end event of a span. It carries all attributes, because collectors take them from here.
 * Text that would make the line longer than a collector accepts is cut and ends in `…`.
 */
export function formatEndEvent(span: RecordingSpan): string {
  const head = '{"type":1,"span_id":' + quote(span.spanId) + ',"trace_id":' + quote(span.traceId) +
    ',"name":"","kind":0,"time":"' + span.endTime + '"';
  const list = hasDetails(span)
    ? [...span.attributeList, ...detailAttributes(span)]
    : span.attributeList;
  if (list.length === 0) return head + "}\n";
  let attributes = formatAttributes(list, MAX_VALUE_LENGTH);
  if (attributes.length > MAX_LINE_LENGTH) {
    attributes = formatAttributes(
      list,
      list.length > MANY ? SHORTEST_VALUE_LENGTH : SHORT_VALUE_LENGTH,
    );
  }
  return head + ',"attrs":{' + attributes + "}}\n";
}

function hasDetails({ kind, details }: RecordingSpan): boolean {
  return details !== undefined || (kind !== "function" && kind !== "http" && kind !== "sql");
}

function formatAttributes(list: readonly SpanAttributeValue[], maxLength: number): string {
  let text = "";
  for (let index = 0; index < list.length; index += 2) {
    if (index > 0) text += ",";
    text += quoteUpTo(list[index] as string, MAX_KEY_LENGTH) + ":" +
      quoteUpTo(attributeText(list[index + 1]), maxLength);
  }
  return text;
}

function quoteUpTo(text: string, maxLength: number): string {
  return quote(text.length > maxLength ? text.slice(0, maxLength) + "…" : text);
}

function quote(text: string): string {
  if (text.length <= SHORT_LENGTH) return isPlain(text) ? '"' + text + '"' : quoteEscaped(text);
  return NEEDS_ESCAPE.test(text) ? quoteEscaped(text) : '"' + text + '"';
}

/** Whether short text can be quoted as it is; quicker than a regular expression. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

function quoteEscaped(text: string): string {
  // Half a surrogate pair is not Unicode text: Go would replace it, too.
  return JSON.stringify(text.toWellFormed());
}

// deno-lint-ignore no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
const SHORT_LENGTH = 24;
const MAX_NAME_LENGTH = 4096;
const MAX_KEY_LENGTH = 256;
const MAX_VALUE_LENGTH = 64 * 1024;
/** Three bytes a character stay under the 1 MiB that a collector accepts. */
const MAX_LINE_LENGTH = 300_000;
/** 128 attributes with keys and values of this length, all escaped, stay under it, too. */
const SHORT_VALUE_LENGTH = 1000;
/** More keys and values than 128 attributes: there are details. */
const MANY = 256;
/** 256 attributes with values of this length stay under it. */
const SHORTEST_VALUE_LENGTH = 300;
