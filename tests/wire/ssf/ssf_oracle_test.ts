import { assertEquals } from "@std/assert";
import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from "npm:@bufbuild/protobuf@2.17.0";
import { FileDescriptorProtoSchema } from "npm:@bufbuild/protobuf@2.17.0/wkt";
import { decodeSsfSpan } from "../../../src/wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../../src/wire/ssf/encode_ssf_span.ts";
import {
  SSF_METRICS,
  SSF_SCOPES,
  SSF_STATUSES,
  type SsfSample,
  type SsfSpan,
} from "../../../src/wire/ssf/ssf_span.ts";
import { generateSpans } from "./_generated_spans.ts";

const { Type, Label } = {
  Type: { float: 2, int64: 3, int32: 5, bool: 8, string: 9, message: 11 },
  Label: { optional: 1, repeated: 3 },
} as const;

/** A field as a descriptor tells of it; a type that is text is the name of a message. */
function field(
  name: string,
  number: number,
  type: number | string,
  isRepeated = false,
): Record<string, unknown> {
  const label = isRepeated ? Label.repeated : Label.optional;
  return typeof type === "string"
    ? { name, number, label, type: Type.message, typeName: type }
    : { name, number, label, type };
}

const TAGS_ENTRY = {
  name: "TagsEntry",
  field: [field("key", 1, Type.string), field("value", 2, Type.string)],
  options: { mapEntry: true },
};

/** The messages as another implementation of protobuf is told of them. */
const SCHEMA = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "ssf.proto",
    package: "ssf",
    syntax: "proto3",
    messageType: [
      {
        name: "Span",
        field: [
          field("version", 1, Type.int32),
          field("trace_id", 2, Type.int64),
          field("id", 3, Type.int64),
          field("parent_id", 4, Type.int64),
          field("start_timestamp", 5, Type.int64),
          field("end_timestamp", 6, Type.int64),
          field("error", 7, Type.bool),
          field("service", 8, Type.string),
          field("metrics", 10, ".ssf.Sample", true),
          field("tags", 11, ".ssf.Span.TagsEntry", true),
          field("indicator", 12, Type.bool),
          field("name", 13, Type.string),
          field("root_start_timestamp", 14, Type.int64),
        ],
        nestedType: [TAGS_ENTRY],
      },
      {
        name: "Sample",
        field: [
          field("metric", 1, Type.int32),
          field("name", 2, Type.string),
          field("value", 3, Type.float),
          field("timestamp", 4, Type.int64),
          field("message", 5, Type.string),
          field("status", 6, Type.int32),
          field("sample_rate", 7, Type.float),
          field("tags", 8, ".ssf.Sample.TagsEntry", true),
          field("unit", 9, Type.string),
          field("scope", 10, Type.int32),
        ],
        nestedType: [TAGS_ENTRY],
      },
    ],
  }),
  () => undefined,
).getMessage("ssf.Span")!;

function numberOf(value: string | number, words: readonly string[]): number {
  return typeof value === "number" ? value : words.indexOf(value);
}

/** JSON of protobuf has no notation but text for some numbers. */
function jsonOf(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The oracle's JSON for a sample. */
function plainSample(sample: SsfSample): JsonObject {
  return {
    metric: numberOf(sample.metric, SSF_METRICS),
    name: sample.name,
    value: jsonOf(sample.value),
    timestamp: sample.timestamp.toString(),
    message: sample.message,
    status: numberOf(sample.status, SSF_STATUSES),
    sample_rate: jsonOf(sample.sampleRate),
    tags: { ...sample.tags },
    unit: sample.unit,
    scope: numberOf(sample.scope, SSF_SCOPES),
  };
}

/** The oracle's JSON for a span. */
function plainSpan(span: SsfSpan): JsonObject {
  return {
    version: span.version,
    trace_id: span.traceId.toString(),
    id: span.id.toString(),
    parent_id: span.parentId.toString(),
    start_timestamp: span.startTimestamp.toString(),
    end_timestamp: span.endTimestamp.toString(),
    error: span.error,
    service: span.service,
    metrics: span.metrics.map(plainSample),
    tags: { ...span.tags },
    indicator: span.indicator,
    name: span.name,
    root_start_timestamp: span.rootStartTimestamp.toString(),
  };
}

/** Without what the oracle cannot hold: it drops the key `__proto__`. */
function oracleSpans(): SsfSpan[] {
  return generateSpans(300, 5).map((span) => {
    for (const { tags } of [span, ...span.metrics]) {
      delete (tags as Record<string, string>)["__proto__"];
    }
    return span;
  });
}

Deno.test("another implementation of protobuf reads what we write", () => {
  for (const span of oracleSpans()) {
    const read = toJson(SCHEMA, fromBinary(SCHEMA, encodeSsfSpan(span)), {
      alwaysEmitImplicit: true,
      useProtoFieldName: true,
    });
    assertEquals(read, plainSpan(span));
  }
});

Deno.test("we read what another implementation of protobuf writes", () => {
  for (const span of oracleSpans()) {
    const written = toBinary(SCHEMA, fromJson(SCHEMA, plainSpan(span)));
    assertEquals(decodeSsfSpan(written), span);
  }
});
