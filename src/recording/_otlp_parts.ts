/** Whether bytes begin like the one message, or like messages behind their lengths. */
export function sniffOtlpProtobuf(
  bytes: Uint8Array,
): "otlp-protobuf" | "otlp-protobuf-frames" | undefined {
  if (isMessageStart(bytes, 0, Infinity)) return "otlp-protobuf";
  const frame = frameAt(bytes, 0, bytes.length);
  return frame !== undefined && isMessageStart(bytes, 4, frame.to)
    ? "otlp-protobuf-frames"
    : undefined;
}

/** A part that may be longer than the bytes that are there. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** The tag of field 1 with a length: that of `TracesData`, and the first of `ResourceSpans`. */
const FIELD_1 = 0x0a;
/** All that a `ResourceSpans` may have: the Collector writes the last of them first. */
const RESOURCE_SPANS_FIELDS: ReadonlySet<number> = new Set([FIELD_1, 0x12, 0x1a]);

/** The message behind a length; `undefined` when the length is not there yet. */
export function frameAt(bytes: Uint8Array, at: number, end: number): Part | undefined {
  if (end - at < 4) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  return { from: at + 4, to: at + 4 + length };
}

/** One field of the message, with its tag and length: a message itself, of one `ResourceSpans`. */
export function fieldAt(bytes: Uint8Array, at: number, end: number): Part | "broken" | undefined {
  if (at >= end) return undefined;
  if (bytes[at] !== FIELD_1) return "broken";
  const length = lengthAt(bytes, at + 1, end);
  return length === undefined || length === "broken"
    ? length
    : { from: at, to: length.to + length.value };
}

function lengthAt(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly to: number } | "broken" | undefined {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    if (at + index >= end) return undefined;
    const byte = bytes[at + index];
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, to: at + index + 1 };
  }
  return "broken";
}

/** Whether a `ResourceSpans` begins there, and the field that it begins with fits into it. */
function isMessageStart(bytes: Uint8Array, at: number, end: number): boolean {
  const field = fieldAt(bytes, at, bytes.length);
  if (field === undefined || field === "broken" || field.to > end) return false;
  const inner = lengthAt(bytes, at + 1, bytes.length);
  if (inner === undefined || inner === "broken") return false;
  const tag = bytes[inner.to];
  const first = lengthAt(bytes, inner.to + 1, bytes.length);
  return RESOURCE_SPANS_FIELDS.has(tag) && first !== undefined && first !== "broken" &&
    first.to + first.value <= field.to;
}
