import { ProtobufReader } from "../protobuf/protobuf_reader.ts";
import {
  createSsfSample,
  createSsfSpan,
  SSF_METRICS,
  SSF_SCOPES,
  SSF_STATUSES,
  type SsfSample,
  type SsfSpan,
} from "./ssf_span.ts";

/** A message that is being filled in. */
type Filled<T> = { -readonly [K in keyof T]: T[K] } & { tags: Record<string, string> };

/**
 * Decodes one SSFSpan, the message of veneur's Sensor Sensibility Format.
 *
 * | field | SSFSpan | SSFSample |
 * | --- | --- | --- |
 * | 1 | `version` int32 | `metric` enum |
 * | 2 | `trace_id` int64 | `name` string |
 * | 3 | `id` int64 | `value` float |
 * | 4 | `parent_id` int64 | `timestamp` int64 |
 * | 5 | `start_timestamp` int64 | `message` string |
 * | 6 | `end_timestamp` int64 | `status` enum |
 * | 7 | `error` bool | `sample_rate` float |
 * | 8 | `service` string | `tags` map of strings |
 * | 9 | – | `unit` string |
 * | 10 | `metrics` repeated SSFSample | `scope` enum |
 * | 11 | `tags` map of strings | |
 * | 12 | `indicator` bool | |
 * | 13 | `name` string | |
 * | 14 | `root_start_timestamp` int64 | |
 *
 * Fields that are not in the table are skipped. Of a field that comes twice the last one holds.
 *
 * @param bytes The message, without a frame around it.
 * @returns The span as it was sent; see `normalizeSsfSpan`.
 * @throws {DecodeError} When the bytes are no such message, with the offset at which that shows;
 * an `InvalidUtf8Error` when it is a text that is not UTF-8.
 * @example
 * ```ts
 * import { decodeSsfSpan } from "./decode_ssf_span.ts";
 *
 * const span = decodeSsfSpan(Uint8Array.of(0x10, 0x96, 0x01));
 * if (span.traceId !== 150n) throw new Error("wrong");
 * ```
 */
export function decodeSsfSpan(bytes: Uint8Array): SsfSpan {
  const reader = new ProtobufReader(bytes);
  const span = createSsfSpan() as Filled<SsfSpan> & { metrics: SsfSample[] };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.version = reader.readInt32();
        break;
      case 2:
        span.traceId = reader.readInt64();
        break;
      case 3:
        span.id = reader.readInt64();
        break;
      case 4:
        span.parentId = reader.readInt64();
        break;
      case 5:
        span.startTimestamp = reader.readInt64();
        break;
      case 6:
        span.endTimestamp = reader.readInt64();
        break;
      case 7:
        span.error = reader.readBool();
        break;
      case 8:
        span.service = reader.readString();
        break;
      case 10:
        span.metrics.push(decodeSample(reader));
        break;
      case 11:
        decodeTag(reader, span.tags);
        break;
      case 12:
        span.indicator = reader.readBool();
        break;
      case 13:
        span.name = reader.readString();
        break;
      case 14:
        span.rootStartTimestamp = reader.readInt64();
        break;
      default:
        reader.skip();
    }
  }
  return span;
}

function decodeSample(reader: ProtobufReader): SsfSample {
  const outerEnd = reader.enter();
  const sample = createSsfSample() as Filled<SsfSample>;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        sample.metric = wordOf(reader.readInt32(), SSF_METRICS);
        break;
      case 2:
        sample.name = reader.readString();
        break;
      case 3:
        sample.value = reader.readFloat();
        break;
      case 4:
        sample.timestamp = reader.readInt64();
        break;
      case 5:
        sample.message = reader.readString();
        break;
      case 6:
        sample.status = wordOf(reader.readInt32(), SSF_STATUSES);
        break;
      case 7:
        sample.sampleRate = reader.readFloat();
        break;
      case 8:
        decodeTag(reader, sample.tags);
        break;
      case 9:
        sample.unit = reader.readString();
        break;
      case 10:
        sample.scope = wordOf(reader.readInt32(), SSF_SCOPES);
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outerEnd);
  return sample;
}

/** Reads one entry of a map: a message of a key and a value, either of which may be left out. */
function decodeTag(reader: ProtobufReader, tags: Record<string, string>): void {
  const outerEnd = reader.enter();
  let key = "";
  let value = "";
  while (reader.next()) {
    if (reader.field === 1) key = reader.readString();
    else if (reader.field === 2) value = reader.readString();
    else reader.skip();
  }
  reader.leave(outerEnd);
  tags[key] = value;
}

function wordOf<T extends string>(number: number, words: readonly T[]): T | number {
  return words[number] ?? number;
}
