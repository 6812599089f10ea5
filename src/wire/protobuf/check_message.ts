import type { MessageField, MessageShape } from "./message_shape.ts";
import type { ProtobufReader } from "./protobuf_reader.ts";

/**
 * Reads a message to its end, and every message inside it that its shape names, to be sure that no
 * value is cut off or laid out otherwise than its field wants. Whoever reads the same bytes again then
 * meets no {@linkcode DecodeError}, except for text that is no UTF-8.
 *
 * @param reader At the beginning of the message.
 * @param maxDepth How many messages deep to look; what lies deeper is taken for bytes.
 * @throws {DecodeError} At the first place that is wrong.
 */
export function checkMessage(reader: ProtobufReader, shape: MessageShape, maxDepth: number): void {
  // Not recursive, and no object a message: a request has some twenty messages a span.
  const outerFields: (readonly (MessageField | undefined)[])[] = [];
  const outerEnds: number[] = [];
  let depth = 0;
  let fields: readonly (MessageField | undefined)[] = shape.byNumber;
  for (;;) {
    if (!reader.next()) {
      if (depth === 0) return;
      depth--;
      reader.leave(outerEnds[depth]);
      fields = outerFields[depth];
      continue;
    }
    const field = reader.field < fields.length ? fields[reader.field] : undefined;
    if (field === undefined) {
      reader.skip();
    } else if (field.shape !== undefined && depth < maxDepth) {
      outerEnds[depth] = reader.enter();
      outerFields[depth] = fields;
      fields = field.shape.byNumber;
      depth++;
    } else {
      reader.skipAs(field.wireType);
    }
  }
}
