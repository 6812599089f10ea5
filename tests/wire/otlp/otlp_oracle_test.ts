import { assertEquals } from "@std/assert";
import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from "npm:@bufbuild/protobuf@2.17.0";
import { FileDescriptorProtoSchema } from "npm:@bufbuild/protobuf@2.17.0/wkt";
import type { Attributes, AttributeValue } from "../../../src/model/attributes.ts";
import type { Span } from "../../../src/model/span.ts";
import { toBase64 } from "../../../src/wire/base64.ts";
import { encodeOtlpProtobuf } from "../../../src/wire/otlp/encode_otlp.ts";
import { transcodeOtlpProtobuf } from "../../../src/wire/otlp/transcode_otlp_protobuf.ts";
import { encodeSpanLine } from "../../../src/wire/span_line/encode_span_line.ts";
import { CollectedLines } from "./_collected_lines.ts";
import { generateSpans } from "./_generated_spans.ts";

const TYPES: Readonly<Record<string, number>> = {
  double: 1,
  int64: 3,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
  enum: 5,
};

/**
 * A message as a descriptor tells of it.
 *
 * @param fields A line each, in the notation of .proto files; those between `oneof` and `end` exclude
 * each other. An enum is read as the 32-bit integer that it is on the wire.
 */
function message(name: string, fields: string): Record<string, unknown> {
  const isOneof = fields.includes("oneof");
  const field = [...fields.matchAll(/(repeated )?([\w.]+) (\w+) = (\d+);/g)].map((match) => {
    const [, repeated, type, name, number] = match;
    const jsonName = name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    const base = { name, jsonName, number: Number(number), label: repeated ? 3 : 1 };
    const typed = TYPES[type] === undefined
      ? { ...base, type: 11, typeName: `.otlp.${type}` }
      : { ...base, type: TYPES[type] };
    return isOneof ? { ...typed, oneofIndex: 0 } : typed;
  });
  return { name, field, ...(isOneof && { oneofDecl: [{ name: "value" }] }) };
}

/** The messages as another implementation of protobuf is told of them: trace.proto and common.proto. */
const SCHEMA = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "otlp.proto",
    package: "otlp",
    syntax: "proto3",
    messageType: [
      message("Request", "repeated ResourceSpans resource_spans = 1;"),
      message(
        "ResourceSpans",
        "Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3;",
      ),
      message(
        "Resource",
        "repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2;",
      ),
      message(
        "ScopeSpans",
        "Scope scope = 1; repeated Span spans = 2; string schema_url = 3;",
      ),
      message(
        "Scope",
        `string name = 1; string version = 2; repeated KeyValue attributes = 3;
         uint32 dropped_attributes_count = 4;`,
      ),
      message(
        "Span",
        `bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4;
         string name = 5; enum kind = 6; fixed64 start_time_unix_nano = 7;
         fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
         uint32 dropped_attributes_count = 10; repeated Event events = 11;
         uint32 dropped_events_count = 12; repeated Link links = 13;
         uint32 dropped_links_count = 14; Status status = 15; fixed32 flags = 16;`,
      ),
      message(
        "Event",
        `fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3;
         uint32 dropped_attributes_count = 4;`,
      ),
      message(
        "Link",
        `bytes trace_id = 1; bytes span_id = 2; string trace_state = 3;
         repeated KeyValue attributes = 4; uint32 dropped_attributes_count = 5; fixed32 flags = 6;`,
      ),
      message("Status", "string message = 2; enum code = 3;"),
      message("KeyValue", "string key = 1; AnyValue value = 2;"),
      message(
        "AnyValue",
        `oneof string string_value = 1; bool bool_value = 2; int64 int_value = 3;
         double double_value = 4; ArrayValue array_value = 5; KeyValueList kvlist_value = 6;
         bytes bytes_value = 7; end`,
      ),
      message("ArrayValue", "repeated AnyValue values = 1;"),
      message("KeyValueList", "repeated KeyValue values = 1;"),
    ],
  }),
  () => undefined,
).getMessage("otlp.Request")!;

const KINDS: readonly unknown[] = ["", "internal", "server", "client", "producer", "consumer"];

/** The oracle's JSON for an id: bytes are base64 there. */
function plainId(hex: string | undefined): string {
  return toBase64(Uint8Array.from(hex?.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
}

function plainValue(value: AttributeValue): JsonObject {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") return { doubleValue: plainDouble(value) };
  if (value instanceof Uint8Array) return { bytesValue: toBase64(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(plainValue) } };
  return { kvlistValue: { values: plainAttributes(value as Attributes) } };
}

/** JSON of protobuf has no notation but text for some numbers. */
function plainDouble(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

function plainAttributes(attributes: Attributes = {}): JsonObject[] {
  return Object.keys(attributes).map((key) => ({ key, value: plainValue(attributes[key]) }));
}

/** The oracle's JSON for a span. */
function plainSpan(span: Span): JsonObject {
  return {
    traceId: plainId(span.traceId),
    spanId: plainId(span.spanId),
    traceState: span.traceState ?? "",
    parentSpanId: plainId(span.parentId),
    name: span.name,
    kind: KINDS.indexOf(span.kind),
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano ?? 0n),
    attributes: plainAttributes(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount ?? 0,
    events: (span.events ?? []).map((event) => ({
      timeUnixNano: String(event.timeUnixNano),
      name: event.name,
      attributes: plainAttributes(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    droppedEventsCount: span.droppedEventsCount ?? 0,
    links: (span.links ?? []).map((link) => ({
      traceId: plainId(link.traceId),
      spanId: plainId(link.spanId),
      traceState: link.traceState ?? "",
      attributes: plainAttributes(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
      flags: link.flags ?? 0,
    })),
    droppedLinksCount: span.droppedLinksCount ?? 0,
    ...(span.status !== undefined && {
      status: { message: span.status.message ?? "", code: span.status.code === "ok" ? 1 : 2 },
    }),
    flags: span.flags ?? 0,
  };
}

/** The oracle's JSON for a request in which each span has a resource and a scope of its own. */
function plainRequest(spans: readonly Span[]): JsonObject {
  return {
    resourceSpans: spans.map((span) => ({
      resource: {
        attributes: plainAttributes(span.resource),
        droppedAttributesCount: span.resourceDroppedAttributesCount ?? 0,
      },
      scopeSpans: [{
        scope: {
          name: span.scope?.name ?? "",
          version: span.scope?.version ?? "",
          attributes: plainAttributes(span.scope?.attributes),
          droppedAttributesCount: span.scope?.droppedAttributesCount ?? 0,
        },
        spans: [plainSpan(span)],
        schemaUrl: span.scope?.schemaUrl ?? "",
      }],
      schemaUrl: span.resourceSchemaUrl ?? "",
    })),
  };
}

Deno.test("what another implementation of protobuf writes becomes the right lines", () => {
  for (let seed = 0; seed < 20; seed++) {
    const spans = generateSpans(40, seed);
    const request = toBinary(SCHEMA, fromJson(SCHEMA, plainRequest(spans)));
    const sink = new CollectedLines();
    const unfinished = spans.filter(({ state }) => state === "running").length;
    assertEquals(transcodeOtlpProtobuf(request, sink), {
      accepted: spans.length,
      unfinished,
      rejected: {},
    });
    assertEquals(sink.lines, spans.map((span) => encodeSpanLine(span)));
  }
});

Deno.test("another implementation of protobuf reads what we write", () => {
  for (const span of generateSpans(200, 7)) {
    // The encoder marks a span without an end, which OTLP does not have, with an attribute.
    if (span.state !== "ended") continue;
    const read = toJson(SCHEMA, fromBinary(SCHEMA, encodeOtlpProtobuf([span])), {
      alwaysEmitImplicit: true,
    });
    assertEquals(read, plainRequest([span]));
  }
});
