import { fromBase64 } from "../base64.ts";
import { DecodeError } from "../decode_error.ts";
import { isJsonRecord, type JsonRecord } from "../json/parse_json_body.ts";
import { quoteValue } from "../quote_value.ts";
import type { MessageField, MessageShape, ScalarType } from "./message_shape.ts";
import { ProtobufWriter } from "./protobuf_writer.ts";

/**
 * Encodes a message from protobuf's JSON form, so that whoever reads its bytes needs no second way for
 * text. Names come in lowerCamelCase or in snake_case, numbers as numbers or as text, enums as numbers
 * or as words; `null` is absent; fields and words that the shape does not know are passed over. Half of
 * a surrogate pair becomes U+FFFD.
 *
 * A `hex` that is no hexadecimal becomes one byte of zero: its reader finds that this is no id, and can
 * do without its span, where an error here would cost the whole message.
 *
 * @param message What `parseJsonBody` made of it, its large integers as text.
 * @param maxDepth How many messages may lie in each other.
 * @throws {DecodeError} When a field has the wrong type; it names the field. The offset is always 0.
 * Specification: https://protobuf.dev/programming-guides/json/
 */
export function encodeProtobufJson(
  message: unknown,
  shape: MessageShape,
  maxDepth: number,
): Uint8Array<ArrayBuffer> {
  if (!isJsonRecord(message)) {
    throw new DecodeError(`Message is ${quoteValue(message)}, not a JSON object`, 0);
  }
  const writer = new ProtobufWriter();
  writeMessage(writer, shape, message, maxDepth);
  return writer.finish();
}

function writeMessage(
  writer: ProtobufWriter,
  shape: MessageShape,
  message: JsonRecord,
  depthLeft: number,
): void {
  for (const name in message) {
    const field = shape.byName.get(name);
    const value = message[name];
    if (field === undefined || value === null) continue;
    if (!field.isRepeated) {
      writeField(writer, field, value, depthLeft);
      continue;
    }
    if (!Array.isArray(value)) throw wrongType(field, value, "a list");
    for (const item of value) writeField(writer, field, item, depthLeft);
  }
}

function writeField(
  writer: ProtobufWriter,
  field: MessageField,
  value: unknown,
  depthLeft: number,
): void {
  const { type, shape, number } = field;
  if (shape !== undefined) {
    if (!isJsonRecord(value)) throw wrongType(field, value, "an object");
    if (depthLeft === 0) {
      throw new DecodeError(`Field "${field.name}" is nested too deep in others of its kind`, 0);
    }
    const at = writer.begin(number);
    writeMessage(writer, shape, value, depthLeft - 1);
    writer.end(at);
  } else if (typeof type === "string") {
    writeScalar(writer, field, type, value);
  } else if (typeof value === "string") {
    const index = (type as readonly string[]).indexOf(value);
    if (index >= 0) writer.writeInt32(number, index);
  } else {
    writer.writeInt32(number, Number(readInteger(field, value, INT32_MIN, INT32_MAX)));
  }
}

function writeScalar(
  writer: ProtobufWriter,
  field: MessageField,
  type: ScalarType,
  value: unknown,
): void {
  const { number } = field;
  switch (type) {
    case "string":
      return writer.writeString(number, readText(field, value));
    case "bytes": {
      const bytes = readBase64(readText(field, value));
      if (bytes === undefined) throw wrongType(field, value, "base64");
      return writer.writeBytes(number, bytes);
    }
    case "hex":
      return writer.writeBytes(number, readHex(readText(field, value)) ?? NO_ID);
    case "bool":
      if (typeof value !== "boolean") throw wrongType(field, value, "true or false");
      return writer.writeBool(number, value);
    case "int64":
      return writer.writeInt64(number, readInteger(field, value, INT64_MIN, INT64_MAX));
    case "uint32":
      return writer.writeInt64(number, readInteger(field, value, 0n, UINT32_MAX));
    case "fixed32":
      return writer.writeFixed32(number, Number(readInteger(field, value, 0n, UINT32_MAX)));
    case "fixed64":
      return writer.writeFixed64(number, readInteger(field, value, 0n, UINT64_MAX));
    case "double": {
      const double = typeof value === "string" && DOUBLE.test(value) ? Number(value) : value;
      if (typeof double !== "number") throw wrongType(field, value, "a number");
      return writer.writeDouble(number, double);
    }
  }
}

function readText(field: MessageField, value: unknown): string {
  if (typeof value === "string") return value;
  throw wrongType(field, value, "text");
}

function readInteger(field: MessageField, value: unknown, least: bigint, most: bigint): bigint {
  const isInteger = typeof value === "number"
    ? Number.isInteger(value)
    : typeof value === "string" && INTEGER.test(value);
  if (isInteger) {
    const integer = BigInt(value as number | string);
    if (integer >= least && integer <= most) return integer;
  }
  throw wrongType(field, value, `a whole number from ${least} to ${most}`);
}

/** Bytes of hexadecimal digits of either case; `undefined` for anything else. */
function readHex(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length >>> 1);
  if (text.length % 2 !== 0) return undefined;
  for (let index = 0; index < bytes.length; index++) {
    const high = hexDigit(text.charCodeAt(index * 2));
    const low = hexDigit(text.charCodeAt(index * 2 + 1));
    if ((high | low) < 0) return undefined;
    bytes[index] = high << 4 | low;
  }
  return bytes;
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter <= 5 ? letter + 10 : -1;
}

/** With or without padding, of either alphabet. */
function readBase64(text: string): Uint8Array | undefined {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, "="));
}

function wrongType(field: MessageField, value: unknown, expected: string): DecodeError {
  return new DecodeError(`Field "${field.name}" is ${quoteValue(value)}, not ${expected}`, 0);
}

const NO_ID = new Uint8Array(1);
const INTEGER = /^-?\d{1,20}$/;
const DOUBLE = /^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;
const INT32_MIN = -(2n ** 31n);
const INT32_MAX = 2n ** 31n - 1n;
const UINT32_MAX = 2n ** 32n - 1n;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
