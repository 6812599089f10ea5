import { TRACE_REQUEST } from "../../../src/wire/otlp/otlp_schema.ts";
import type { MessageShape } from "../../../src/wire/protobuf/message_shape.ts";
import { ProtobufReader } from "../../../src/wire/protobuf/protobuf_reader.ts";
import { ProtobufWriter } from "../../../src/wire/protobuf/protobuf_writer.ts";

/**
 * Writes a request as the OpenTelemetry Collector does: in each message the field with the highest number comes
 * first, the items of one field in their order.
 */
export function backwards(
  request: Uint8Array,
  shape: MessageShape | undefined = TRACE_REQUEST,
): Uint8Array {
  const reader = new ProtobufReader(request);
  const fields: { number: number; bytes: Uint8Array }[] = [];
  for (let from = reader.offset; reader.next(); from = reader.offset) {
    const number = reader.field;
    const inner = shape?.byNumber[number]?.shape;
    if (inner === undefined) {
      reader.skip();
      fields.push({ number, bytes: request.subarray(from, reader.offset) });
    } else {
      const writer = new ProtobufWriter();
      writer.writeBytes(number, backwards(reader.readBytes(), inner));
      fields.push({ number, bytes: writer.finish() });
    }
  }
  fields.sort((a, b) => b.number - a.number);
  const length = fields.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const written = new Uint8Array(length);
  let at = 0;
  for (const { bytes } of fields) {
    written.set(bytes, at);
    at += bytes.length;
  }
  return written;
}
