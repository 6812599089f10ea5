import { type AttributeValue, createAttributes } from "../../model/attributes.ts";
import type { ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";

/** How many lists and maps may lie in each other; OTLP's own decoders stop near here. */
export const MAX_VALUE_DEPTH = 100;

/**
 * Reads the `AnyValue` that the reader is in. One that is empty, which OTLP has for null, becomes the
 * empty text, as
 * https://opentelemetry.io/docs/specs/otel/common/#anyvalue-representation-for-non-otlp-protocols wants.
 *
 * @param depth How many lists and maps it lies in.
 * @param value What earlier parts of the same message hold: protobuf lets a message come in parts.
 * @throws {RejectedSpanError} When it is nested too deep.
 * @throws {InvalidUtf8Error} When text is not UTF-8.
 */
export function readOtlpValue(
  reader: ProtobufReader,
  depth = 0,
  value: AttributeValue = "",
): AttributeValue {
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = reader.readString();
        break;
      case 2:
        value = reader.readBool();
        break;
      case 3:
        value = reader.readInt64();
        break;
      case 4:
        value = reader.readDouble();
        break;
      case 5:
        value = readList(reader, depth + 1, Array.isArray(value) ? value : []);
        break;
      case 6:
        value = readMap(reader, depth + 1, isMap(value) ? value : createAttributes());
        break;
      case 7:
        value = reader.readBytes();
        break;
      default:
        reader.skip();
    }
  }
  return value;
}

/** Reads a `KeyValue` into attributes; of several with one key the last one counts. */
export function readOtlpAttribute(
  reader: ProtobufReader,
  attributes: Record<string, AttributeValue>,
  depth = 0,
): void {
  const end = reader.enter();
  let key = "";
  let value: AttributeValue = "";
  while (reader.next()) {
    if (reader.field === 1) {
      key = reader.readString();
    } else if (reader.field === 2) {
      const valueEnd = reader.enter();
      value = readOtlpValue(reader, depth, value);
      reader.leave(valueEnd);
    } else {
      reader.skip();
    }
  }
  reader.leave(end);
  attributes[key] = value;
}

function readList(
  reader: ProtobufReader,
  depth: number,
  list: AttributeValue[],
): AttributeValue {
  const end = enterNested(reader, depth);
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const valueEnd = reader.enter();
    list.push(readOtlpValue(reader, depth));
    reader.leave(valueEnd);
  }
  reader.leave(end);
  return list;
}

function readMap(
  reader: ProtobufReader,
  depth: number,
  map: Record<string, AttributeValue>,
): AttributeValue {
  const end = enterNested(reader, depth);
  while (reader.next()) {
    if (reader.field === 1) readOtlpAttribute(reader, map, depth);
    else reader.skip();
  }
  reader.leave(end);
  return map;
}

function isMap(value: AttributeValue): value is Record<string, AttributeValue> {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function enterNested(reader: ProtobufReader, depth: number): number {
  if (depth <= MAX_VALUE_DEPTH) return reader.enter();
  throw new RejectedSpanError(
    "too_deep",
    `An attribute has more than ${MAX_VALUE_DEPTH} lists and maps in each other`,
  );
}
