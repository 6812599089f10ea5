import type { Span } from "../../model/span.ts";
import { fromBase64 } from "../base64.ts";
import type { Losses } from "../losses.ts";
import { ProtobufWriter } from "../protobuf/protobuf_writer.ts";
import { OtlpGroups, type OtlpResourceSpans } from "./otlp_groups.ts";
import type { OtlpEvent, OtlpForm, OtlpLink, OtlpSpan, OtlpStatus } from "./otlp_span.ts";
import type { OtlpKeyValue, OtlpValue } from "./otlp_value.ts";

/**
 * Encodes spans as an ExportTraceServiceRequest of OTLP in protobuf's JSON form. The table of `otlpSpan`
 * says what becomes of each field.
 *
 * @param losses Counts what OTLP cannot hold.
 * @example
 * ```ts
 * import { encodeOtlpJson } from "./encode_otlp.ts";
 *
 * if (encodeOtlpJson([]) !== '{"resourceSpans":[]}') throw new Error("wrong");
 * ```
 */
export function encodeOtlpJson(spans: readonly Span[], losses?: Losses): string {
  return formatOtlpRequest(groupSpans(spans, losses));
}

/** Encodes spans as an ExportTraceServiceRequest of OTLP: the same content as {@linkcode encodeOtlpJson}. */
export function encodeOtlpProtobuf(
  spans: readonly Span[],
  losses?: Losses,
  form?: OtlpForm,
): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  for (const { resource, scopeSpans, schemaUrl } of groupSpans(spans, losses, form)) {
    const resourceSpansAt = writer.begin(1);
    const resourceAt = writer.begin(1);
    writeAttributes(writer, 1, resource.attributes);
    writeCount(writer, 2, resource.droppedAttributesCount);
    writer.end(resourceAt);
    for (const { scope, spans, schemaUrl } of scopeSpans) {
      const scopeSpansAt = writer.begin(2);
      const scopeAt = writer.begin(1);
      writeText(writer, 1, scope.name);
      writeText(writer, 2, scope.version);
      if (scope.attributes !== undefined) writeAttributes(writer, 3, scope.attributes);
      writeCount(writer, 4, scope.droppedAttributesCount);
      writer.end(scopeAt);
      for (const span of spans) writeSpan(writer, span);
      writeText(writer, 3, schemaUrl);
      writer.end(scopeSpansAt);
    }
    writeText(writer, 3, schemaUrl);
    writer.end(resourceSpansAt);
  }
  return writer.finish();
}

/** A request as JSON text. */
export function formatOtlpRequest(resourceSpans: readonly OtlpResourceSpans[]): string {
  return JSON.stringify({ resourceSpans });
}

function groupSpans(
  spans: readonly Span[],
  losses?: Losses,
  form?: OtlpForm,
): OtlpResourceSpans[] {
  const groups = new OtlpGroups(losses, form);
  for (const span of spans) groups.add(span);
  return groups.take();
}

function writeSpan(writer: ProtobufWriter, span: OtlpSpan): void {
  const at = writer.begin(2);
  writer.writeHex(1, span.traceId);
  writer.writeHex(2, span.spanId);
  writeText(writer, 3, span.traceState);
  if (span.parentSpanId !== undefined) writer.writeHex(4, span.parentSpanId);
  writeText(writer, 5, span.name);
  writer.writeInt32(6, span.kind);
  writer.writeFixed64(7, BigInt(span.startTimeUnixNano));
  writer.writeFixed64(8, BigInt(span.endTimeUnixNano));
  writeAttributes(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedAttributesCount);
  for (const event of span.events ?? []) writeEvent(writer, event);
  writeCount(writer, 12, span.droppedEventsCount);
  for (const link of span.links ?? []) writeLink(writer, link);
  writeCount(writer, 14, span.droppedLinksCount);
  writeStatus(writer, span.status);
  if (span.flags) writer.writeFixed32(16, span.flags);
  writer.end(at);
}

function writeEvent(writer: ProtobufWriter, event: OtlpEvent): void {
  const at = writer.begin(11);
  writer.writeFixed64(1, BigInt(event.timeUnixNano));
  writeText(writer, 2, event.name);
  writeAttributes(writer, 3, event.attributes);
  writeCount(writer, 4, event.droppedAttributesCount);
  writer.end(at);
}

function writeLink(writer: ProtobufWriter, link: OtlpLink): void {
  const at = writer.begin(13);
  writer.writeHex(1, link.traceId);
  writer.writeHex(2, link.spanId);
  writeText(writer, 3, link.traceState);
  writeAttributes(writer, 4, link.attributes);
  writeCount(writer, 5, link.droppedAttributesCount);
  if (link.flags) writer.writeFixed32(6, link.flags);
  writer.end(at);
}

function writeStatus(writer: ProtobufWriter, status: OtlpStatus): void {
  if (status.code === undefined) return;
  const at = writer.begin(15);
  writeText(writer, 2, status.message);
  writer.writeInt32(3, status.code);
  writer.end(at);
}

function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: readonly OtlpKeyValue[],
): void {
  for (const { key, value } of attributes) {
    const at = writer.begin(field);
    writeText(writer, 1, key);
    const valueAt = writer.begin(2);
    writeValue(writer, value);
    writer.end(valueAt);
    writer.end(at);
  }
}

/** As deep as `otlpValue` made it, which has a limit. */
function writeValue(writer: ProtobufWriter, value: OtlpValue): void {
  if ("stringValue" in value) writer.writeString(1, value.stringValue);
  else if ("boolValue" in value) writer.writeBool(2, value.boolValue);
  else if ("intValue" in value) writer.writeInt64(3, BigInt(value.intValue));
  else if ("doubleValue" in value) writer.writeDouble(4, Number(value.doubleValue));
  else if ("bytesValue" in value) {
    writer.writeBytes(7, fromBase64(value.bytesValue) as Uint8Array);
  } else if ("arrayValue" in value) {
    const at = writer.begin(5);
    for (const item of value.arrayValue.values) {
      const itemAt = writer.begin(1);
      writeValue(writer, item);
      writer.end(itemAt);
    }
    writer.end(at);
  } else {
    const at = writer.begin(6);
    writeAttributes(writer, 1, value.kvlistValue.values);
    writer.end(at);
  }
}

function writeCount(writer: ProtobufWriter, field: number, count: number | undefined): void {
  if (count) writer.writeInt64(field, BigInt(count));
}

function writeText(writer: ProtobufWriter, field: number, text: string | undefined): void {
  if (text !== undefined && text !== "") writer.writeString(field, text);
}
