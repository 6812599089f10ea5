import type { MessageField, MessageShape } from "./message_shape.ts";
import { ProtobufReader, WireType } from "./protobuf_reader.ts";

/**
 * Reads a message to its end, and every message inside it that its shape names, to be sure that no
 * value is cut off or laid out otherwise than its field wants. Whoever reads the same bytes again then
 * meets no {@linkcode DecodeError}, except for text that is no UTF-8.
 *
 * @param maxDepth How many messages deep to look; what lies deeper is taken for bytes.
 * @throws {DecodeError} At the first place that is wrong.
 */
export function checkMessage(bytes: Uint8Array, shape: MessageShape, maxDepth: number): void {
  // Not recursive, and no object a message: a request has some twenty messages a span. Fields whose tag
  // and length have one byte, which nearly all do, are passed over here in a third of the time that
  // the reader needs; it gets all others, and whatever is wrong.
  const reader = new ProtobufReader(bytes);
  const outerFields: (readonly (MessageField | undefined)[])[] = [];
  const outerEnds: number[] = [];
  let depth = 0;
  let fields: readonly (MessageField | undefined)[] = shape.byNumber;
  let end = bytes.length;
  for (let at = 0;;) {
    if (at === end) {
      if (depth === 0) return;
      depth--;
      end = outerEnds[depth];
      fields = outerFields[depth];
      continue;
    }
    const tag = bytes[at];
    let field = tag < 0x80 && tag >>> 3 < fields.length ? fields[tag >>> 3] : undefined;
    if (field !== undefined && field.wireType === (tag & 7)) {
      const next = pastUsualValue(bytes, at + 1, end, field.wireType);
      if (next >= 0) {
        if (field.shape === undefined || depth >= maxDepth) {
          at = next;
        } else {
          outerEnds[depth] = end;
          outerFields[depth++] = fields;
          fields = field.shape.byNumber;
          at += 2;
          end = next;
        }
        continue;
      }
    }
    reader.moveTo(at, end);
    reader.next();
    field = reader.field < fields.length ? fields[reader.field] : undefined;
    if (field === undefined) {
      reader.skip();
    } else if (field.shape !== undefined && depth < maxDepth) {
      outerEnds[depth] = reader.enter();
      outerFields[depth++] = fields;
      fields = field.shape.byNumber;
      end = reader.end;
    } else {
      reader.skipAs(field.wireType);
    }
    at = reader.offset;
  }
}

/** Offset one past the value at `at`; -1 when it is long, or does not fit in. */
function pastUsualValue(bytes: Uint8Array, at: number, end: number, wireType: number): number {
  let next: number;
  if (wireType === WireType.fixed64) next = at + 8;
  else if (wireType === WireType.fixed32) next = at + 4;
  else if (at >= end || bytes[at] >= 0x80) return -1;
  else next = wireType === WireType.varint ? at + 1 : at + 1 + bytes[at];
  return next <= end ? next : -1;
}
