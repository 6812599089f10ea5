import { DecodeError } from "../decode_error.ts";
import { ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { ProtobufWriter } from "../protobuf/protobuf_writer.ts";

/** What a receiver says of a request of which it took only a part: `ExportTracePartialSuccess`. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  /** For people. */
  readonly errorMessage: string;
}

/**
 * Encodes an `ExportTraceServiceResponse`. The responses of the logs and metrics services have the same
 * fields.
 */
export function encodeOtlpResponse(partial?: PartialSuccess): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  if (partial !== undefined) {
    const at = writer.begin(1);
    if (partial.rejectedSpans !== 0) writer.writeInt64(1, BigInt(partial.rejectedSpans));
    if (partial.errorMessage !== "") writer.writeString(2, partial.errorMessage);
    writer.end(at);
  }
  return writer.finish();
}

/** The same in protobuf's JSON form. */
export function encodeOtlpResponseJson(partial?: PartialSuccess): string {
  if (partial === undefined) return "{}";
  const { rejectedSpans, errorMessage } = partial;
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } });
}

/**
 * Reads an `ExportTraceServiceResponse`.
 *
 * @returns `undefined` when everything was taken, or when the answer says nothing that can be understood:
 * what was sent has arrived all the same.
 */
export function decodeOtlpResponse(body: Uint8Array): PartialSuccess | undefined {
  try {
    const reader = new ProtobufReader(body);
    let partial: PartialSuccess | undefined;
    while (reader.next()) {
      if (reader.field !== 1) {
        reader.skip();
        continue;
      }
      const end = reader.enter();
      let rejectedSpans = 0;
      let errorMessage = "";
      while (reader.next()) {
        if (reader.field === 1) rejectedSpans = Number(reader.readInt64());
        else if (reader.field === 2) errorMessage = reader.readString();
        else reader.skip();
      }
      reader.leave(end);
      partial = { rejectedSpans, errorMessage };
    }
    return isSaying(partial) ? partial : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Reads an `ExportTraceServiceResponse` in protobuf's JSON form, see {@linkcode decodeOtlpResponse}. */
export function decodeOtlpResponseJson(text: string): PartialSuccess | undefined {
  let answer: { partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown } } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { rejectedSpans, errorMessage } = answer?.partialSuccess ?? {};
  const count = Number(rejectedSpans ?? 0);
  const partial = {
    rejectedSpans: Number.isSafeInteger(count) ? count : 0,
    errorMessage: typeof errorMessage === "string" ? errorMessage : "",
  };
  return isSaying(partial) ? partial : undefined;
}

/** A receiver may also send a warning although it took everything; an empty one means nothing. */
function isSaying(partial: PartialSuccess | undefined): boolean {
  return partial !== undefined && (partial.rejectedSpans > 0 || partial.errorMessage !== "");
}
