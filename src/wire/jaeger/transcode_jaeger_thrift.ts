import { type AttributeValue, createAttributes } from "../../model/attributes.ts";
import { DecodeError } from "../decode_error.ts";
import { InvalidUtf8Error } from "../protobuf/protobuf_reader.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import { SpanLineWriter } from "../span_line/span_line_writer.ts";
import type { SpanLineSink } from "../span_line/span_line_sink.ts";
import type { TranscodeResult } from "../span_line/transcode_result.ts";
import type { Tags } from "../opentelemetry_tags.ts";
import {
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  jaegerSpanToSpan,
} from "./_jaeger_model.ts";
import { ThriftReader, ThriftType } from "./thrift_reader.ts";

/**
 * Writes the spans of a Jaeger message as span lines: a `Batch` of jaeger.thrift in Thrift's binary protocol,
 * as programs post it to `/api/traces` with the type `application/x-thrift`.
 *
 * | struct | fields |
 * | --- | --- |
 * | `Batch` | 1 process, 2 spans |
 * | `Process` | 1 serviceName, 2 tags |
 * | `Span` | 1 traceIdLow, 2 traceIdHigh, 3 spanId, 4 parentSpanId, 5 operationName, 6 references, 7 flags, 8 startTime µs, 9 duration µs, 10 tags, 11 logs |
 * | `SpanRef` | 1 refType (0 child of, 1 follows from), 2 traceIdLow, 3 traceIdHigh, 4 spanId |
 * | `Tag` | 1 key, 2 vType, 3 vStr, 4 vDouble, 5 vBool, 6 vLong, 7 vBinary |
 * | `Log` | 1 timestamp µs, 2 fields |
 *
 * What they become: see `jaegerSpanToSpan`. Fields that are unknown, or of another type, are passed over.
 * Reasons to reject a span: `malformed`, `invalid_id`, `invalid_time`, `invalid_utf8`, `too_long`.
 *
 * Specification: https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift
 *
 * @param body The message, unpacked.
 * @throws {DecodeError} When it is no such message, or is cut off. Nothing has been written then.
 * @example
 * ```ts
 * import { LineBuffer } from "../../assemble/line_buffer.ts";
 * import { transcodeJaegerThrift } from "./transcode_jaeger_thrift.ts";
 *
 * const empty = Uint8Array.of(12, 0, 1, 0, 15, 0, 2, 12, 0, 0, 0, 0, 0);
 * const result = transcodeJaegerThrift(empty, new LineBuffer(() => {}));
 * if (result.accepted !== 0) throw new Error("there are no spans");
 * ```
 */
export function transcodeJaegerThrift(body: Uint8Array, sink: SpanLineSink): TranscodeResult {
  // Twice over the message: the first time proves that it is whole, so that the spans of the second
  // need not be kept until its end.
  const process = findProcess(body);
  const writer = new SpanLineWriter(sink);
  const reader = new ThriftReader(body);
  while (reader.next()) {
    if (reader.field !== BatchField.spans || reader.type !== ThriftType.list) {
      reader.skip();
      continue;
    }
    for (let left = reader.readList(ThriftType.struct); left > 0; left--) {
      writer.write(() => jaegerSpanToSpan(readSpan(reader), process));
    }
  }
  return writer.result;
}

function findProcess(body: Uint8Array): JaegerProcess {
  const reader = new ThriftReader(body);
  let process: JaegerProcess | undefined;
  while (reader.next()) {
    if (reader.field === BatchField.process && reader.type === ThriftType.struct) {
      process = readProcess(reader);
    } else reader.skip();
  }
  const { offset } = reader;
  if (offset < body.length) {
    throw new DecodeError(`Message has ${body.length - offset} bytes too many`, offset);
  }
  if (process === undefined) throw new DecodeError("Message has no process", 0);
  return process;
}

function readProcess(reader: ThriftReader): JaegerProcess {
  let serviceName = "";
  let tags: Tags = createAttributes();
  while (reader.next()) {
    if (reader.field === 1 && reader.is(ThriftType.string)) serviceName = reader.readString();
    else if (reader.field === 2 && reader.is(ThriftType.list)) {
      tags = readTags(reader, (error) => {
        throw error;
      });
    } else if (reader.field > 2 || reader.field < 1) reader.skip();
  }
  return { serviceName, tags };
}

/** Reads a span to its end, so that the next can be read, whatever is wrong inside. */
function readSpan(reader: ThriftReader): JaegerSpan {
  let problem: RejectedSpanError | undefined;
  const onProblem = (error: Error): void => {
    problem ??= new RejectedSpanError("invalid_utf8", error.message);
  };
  const numbers: (bigint | undefined)[] = [];
  let name: string | undefined;
  let flags = 0;
  let references: JaegerReference[] = [];
  let tags: Tags = createAttributes();
  let logs: JaegerLog[] = [];
  while (reader.next()) {
    switch (reader.field) {
      case SpanField.traceIdLow:
      case SpanField.traceIdHigh:
      case SpanField.spanId:
      case SpanField.parentSpanId:
      case SpanField.startTime:
      case SpanField.duration:
        if (reader.is(ThriftType.i64)) numbers[reader.field] = reader.readI64();
        break;
      case SpanField.operationName:
        if (reader.is(ThriftType.string)) name = readText(reader, onProblem);
        break;
      case SpanField.references:
        if (reader.is(ThriftType.list)) references = readReferences(reader);
        break;
      case SpanField.flags:
        if (reader.is(ThriftType.i32)) flags = reader.readI32();
        break;
      case SpanField.tags:
        if (reader.is(ThriftType.list)) tags = readTags(reader, onProblem);
        break;
      case SpanField.logs:
        if (reader.is(ThriftType.list)) logs = readLogs(reader, onProblem);
        break;
      default:
        reader.skip();
    }
  }
  if (problem !== undefined) throw problem;
  const low = numbers[SpanField.traceIdLow] ?? 0n;
  const high = numbers[SpanField.traceIdHigh] ?? 0n;
  const id = numbers[SpanField.spanId] ?? 0n;
  const parentId = numbers[SpanField.parentSpanId] ?? 0n;
  const start = numbers[SpanField.startTime];
  const duration = numbers[SpanField.duration];
  if (id === 0n || low === 0n && high === 0n) {
    throw new RejectedSpanError("invalid_id", "A span has no trace id or no id");
  }
  if (start === undefined) throw new RejectedSpanError("invalid_time", "A span has no startTime");
  if (name === undefined) throw new RejectedSpanError("malformed", "A span has no operationName");
  return {
    traceId: formatTraceId(low, high),
    spanId: formatId(id),
    parentId: parentId === 0n || parentId === id ? undefined : formatId(parentId),
    name,
    references,
    flags,
    startUnixNano: start * NANOS_PER_MICRO,
    endUnixNano: duration === undefined ? undefined : (start + duration) * NANOS_PER_MICRO,
    tags,
    logs,
    warnings: [],
  };
}

function readReferences(reader: ThriftReader): JaegerReference[] {
  const references: JaegerReference[] = [];
  for (let left = reader.readList(ThriftType.struct); left > 0; left--) {
    let type = 0;
    const ids = [0n, 0n, 0n];
    while (reader.next()) {
      const { field } = reader;
      if (field === 1 && reader.is(ThriftType.i32)) type = reader.readI32();
      else if (field >= 2 && field <= 4) {
        if (reader.is(ThriftType.i64)) ids[field - 2] = reader.readI64();
      } else if (field !== 1) reader.skip();
    }
    const [low, high, id] = ids;
    if (id === 0n || low === 0n && high === 0n) continue;
    references.push({
      isChildOf: type === 0,
      traceId: formatTraceId(low, high),
      spanId: formatId(id),
    });
  }
  return references;
}

function readLogs(reader: ThriftReader, onProblem: (error: Error) => void): JaegerLog[] {
  const logs: JaegerLog[] = [];
  for (let left = reader.readList(ThriftType.struct); left > 0; left--) {
    let timeUnixNano = 0n;
    let fields: Tags = createAttributes();
    while (reader.next()) {
      if (reader.field === 1) {
        if (reader.is(ThriftType.i64)) timeUnixNano = reader.readI64() * NANOS_PER_MICRO;
      } else if (reader.field === 2) {
        if (reader.is(ThriftType.list)) fields = readTags(reader, onProblem);
      } else reader.skip();
    }
    logs.push({ timeUnixNano, fields });
  }
  return logs;
}

function readTags(reader: ThriftReader, onProblem: (error: Error) => void): Tags {
  const tags = createAttributes();
  for (let left = reader.readList(ThriftType.struct); left > 0; left--) {
    let key: string | undefined;
    let type = TagType.string;
    const values: AttributeValue[] = ["", 0, false, 0n, new Uint8Array()];
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          if (reader.is(ThriftType.string)) key = readText(reader, onProblem);
          break;
        case 2:
          if (reader.is(ThriftType.i32)) type = reader.readI32();
          break;
        case 3:
          if (reader.is(ThriftType.string)) values[TagType.string] = readText(reader, onProblem);
          break;
        case 4:
          if (reader.is(ThriftType.double)) values[TagType.double] = reader.readDouble();
          break;
        case 5:
          if (reader.is(ThriftType.bool)) values[TagType.bool] = reader.readBool();
          break;
        case 6:
          if (reader.is(ThriftType.i64)) values[TagType.long] = reader.readI64();
          break;
        case 7:
          if (reader.is(ThriftType.string)) values[TagType.binary] = reader.readBinary();
          break;
        default:
          reader.skip();
      }
    }
    const value = values[type];
    if (key !== undefined && value !== undefined) tags[key] = value;
  }
  return tags;
}

const BatchField = { process: 1, spans: 2 };
const SpanField = {
  traceIdLow: 1,
  traceIdHigh: 2,
  spanId: 3,
  parentSpanId: 4,
  operationName: 5,
  references: 6,
  flags: 7,
  startTime: 8,
  duration: 9,
  tags: 10,
  logs: 11,
} as const;
const TagType = { string: 0, double: 1, bool: 2, long: 3, binary: 4 };
const NANOS_PER_MICRO = 1000n;

function readText(reader: ThriftReader, onProblem: (error: Error) => void): string {
  try {
    return reader.readString();
  } catch (error) {
    if (!(error instanceof InvalidUtf8Error)) throw error;
    onProblem(error);
    return "";
  }
}

function formatId(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, "0");
}

function formatTraceId(low: bigint, high: bigint): string {
  return high === 0n ? formatId(low) : formatId(high) + formatId(low);
}
