import { ProtobufWriter } from "../protobuf/protobuf_writer.ts";
import {
  SSF_METRICS,
  SSF_SCOPES,
  SSF_STATUSES,
  type SsfSample,
  type SsfSpan,
  type SsfTags,
} from "./ssf_span.ts";

/**
 * Encodes one SSFSpan; the fields are in the table of `decodeSsfSpan`. They are written in the order
 * of their numbers, and none that has its default, which is what veneur's own client sends.
 *
 * @returns The message, without a frame around it.
 * @throws {RangeError} When an integer has more bits than its field.
 * @example
 * ```ts
 * import { encodeSsfSpan } from "./encode_ssf_span.ts";
 * import { createSsfSpan } from "./ssf_span.ts";
 *
 * const bytes = encodeSsfSpan(createSsfSpan({ traceId: 150n }));
 * if (bytes.join() !== "16,150,1") throw new Error("wrong");
 * ```
 */
export function encodeSsfSpan(span: SsfSpan): Uint8Array<ArrayBuffer> {
  const writer = spareWriter ?? new ProtobufWriter();
  // Out of reach while in use: a getter of the span could encode another one.
  spareWriter = undefined;
  writer.reset();
  writeSpan(writer, span);
  const bytes = writer.finish();
  spareWriter = writer;
  return bytes;
}

let spareWriter: ProtobufWriter | undefined;

function writeSpan(writer: ProtobufWriter, span: SsfSpan): void {
  if (span.version !== 0) writer.writeInt32(1, span.version);
  if (span.traceId !== 0n) writer.writeInt64(2, span.traceId);
  if (span.id !== 0n) writer.writeInt64(3, span.id);
  if (span.parentId !== 0n) writer.writeInt64(4, span.parentId);
  if (span.startTimestamp !== 0n) writer.writeInt64(5, span.startTimestamp);
  if (span.endTimestamp !== 0n) writer.writeInt64(6, span.endTimestamp);
  if (span.error) writer.writeBool(7, true);
  if (span.service !== "") writer.writeString(8, span.service);
  for (const sample of span.metrics) {
    const start = writer.begin(10);
    writeSample(writer, sample);
    writer.end(start);
  }
  writeTags(writer, 11, span.tags);
  if (span.indicator) writer.writeBool(12, true);
  if (span.name !== "") writer.writeString(13, span.name);
  if (span.rootStartTimestamp !== 0n) writer.writeInt64(14, span.rootStartTimestamp);
}

function writeSample(writer: ProtobufWriter, sample: SsfSample): void {
  const metric = numberOf(sample.metric, SSF_METRICS);
  if (metric !== 0) writer.writeInt32(1, metric);
  if (sample.name !== "") writer.writeString(2, sample.name);
  // Minus zero is not the default.
  if (!Object.is(sample.value, 0)) writer.writeFloat(3, sample.value);
  if (sample.timestamp !== 0n) writer.writeInt64(4, sample.timestamp);
  if (sample.message !== "") writer.writeString(5, sample.message);
  const status = numberOf(sample.status, SSF_STATUSES);
  if (status !== 0) writer.writeInt32(6, status);
  if (!Object.is(sample.sampleRate, 0)) writer.writeFloat(7, sample.sampleRate);
  writeTags(writer, 8, sample.tags);
  if (sample.unit !== "") writer.writeString(9, sample.unit);
  const scope = numberOf(sample.scope, SSF_SCOPES);
  if (scope !== 0) writer.writeInt32(10, scope);
}

function writeTags(writer: ProtobufWriter, field: number, tags: SsfTags): void {
  for (const key of Object.keys(tags)) {
    const start = writer.begin(field);
    // The two of an entry are always written, as Go does.
    writer.writeString(1, key);
    writer.writeString(2, tags[key]);
    writer.end(start);
  }
}

function numberOf(value: string | number, words: readonly string[]): number {
  return typeof value === "number" ? value : words.indexOf(value);
}
