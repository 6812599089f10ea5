import { createAttributes } from "../../model/attributes.ts";
import type { ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { encodeResource, encodeScope } from "../span_line/encode_span_line.ts";
import { readOtlpAttribute } from "./read_otlp_value.ts";

/**
 * Reads the resource of the `ResourceSpans` that the reader is in, wherever in it it is.
 *
 * @returns Its fields of a span line, a comma in front of each.
 * @throws {RejectedSpanError} When a value is nested too deep.
 * @throws {InvalidUtf8Error} When text is not UTF-8.
 */
export function readResource(reader: ProtobufReader): string {
  const resource = createAttributes();
  let resourceDroppedAttributesCount = 0;
  let resourceSchemaUrl = "";
  while (reader.next()) {
    if (reader.field === 3) {
      resourceSchemaUrl = reader.readString();
    } else if (reader.field !== 1) {
      reader.skip();
    } else {
      const end = reader.enter();
      while (reader.next()) {
        if (reader.field === 1) readOtlpAttribute(reader, resource);
        else if (reader.field === 2) resourceDroppedAttributesCount = reader.readInt32() >>> 0;
        else reader.skip();
      }
      reader.leave(end);
    }
  }
  return encodeResource({ resource, resourceDroppedAttributesCount, resourceSchemaUrl });
}

/** Reads the scope of the `ScopeSpans` that the reader is in, likewise; one that is empty is none. */
export function readScope(reader: ProtobufReader): string {
  const attributes = createAttributes();
  let name = "";
  let version = "";
  let droppedAttributesCount = 0;
  let schemaUrl = "";
  while (reader.next()) {
    if (reader.field === 3) {
      schemaUrl = reader.readString();
    } else if (reader.field !== 1) {
      reader.skip();
    } else {
      const end = reader.enter();
      while (reader.next()) {
        if (reader.field === 1) name = reader.readString();
        else if (reader.field === 2) version = reader.readString();
        else if (reader.field === 3) readOtlpAttribute(reader, attributes);
        else if (reader.field === 4) droppedAttributesCount = reader.readInt32() >>> 0;
        else reader.skip();
      }
      reader.leave(end);
    }
  }
  const isEmpty = name === "" && version === "" && schemaUrl === "" &&
    droppedAttributesCount === 0 && Object.keys(attributes).length === 0;
  return isEmpty
    ? ""
    : encodeScope({ name, version, attributes, droppedAttributesCount, schemaUrl });
}
