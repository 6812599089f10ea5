import { type Attributes, type AttributeValue, createAttributes } from "../../model/attributes.ts";
import type { SpanEvent } from "../../model/span.ts";
import { parseJsonBody } from "../json/parse_json_body.ts";
import { encodeProtobufJson } from "../protobuf/encode_protobuf_json.ts";
import { InvalidUtf8Error, ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import type { OtlpFormat } from "./count_otlp_records.ts";
import { LOGS_REQUEST, MAX_MESSAGE_DEPTH } from "./otlp_schema.ts";
import { readOtlpAttribute, readOtlpValue } from "./read_otlp_value.ts";

/** A log record as an event of the span that was active when it was written. */
export interface OtlpLogEvent {
  /** Lower-case hexadecimal, like a span line has it. */
  readonly traceId: string;
  readonly spanId: string;
  readonly event: SpanEvent;
}

/**
 * Reads the log records of an `ExportLogsServiceRequest` that say which span they belong to.
 *
 * | event | from |
 * | --- | --- |
 * | time | `time_unix_nano`, else `observed_time_unix_nano` |
 * | name | `event_name`, else the body when it is text, else `log` |
 * | attribute `severity` | `severity_text`, else the word for `severity_number` |
 * | attribute `body` | the body, unless it is the name |
 *
 * An attribute that the record itself has of that name stays. Records without both ids, with text that
 * is no UTF-8 or with values nested too deep are left out: `countOtlpLogRecords` counts them all.
 *
 * @throws {DecodeError} When the bytes are no such message.
 */
export function readOtlpLogEvents(request: Uint8Array, format: OtlpFormat): OtlpLogEvent[] {
  const message = format === "protobuf"
    ? request
    : encodeProtobufJson(parseJsonBody(request), LOGS_REQUEST, MAX_MESSAGE_DEPTH);
  const events: OtlpLogEvent[] = [];
  readGroup(new ProtobufReader(message), PATH_TO_RECORDS, events);
  return events;
}

/** `resource_logs`, `scope_logs`, `log_records` */
const PATH_TO_RECORDS: readonly number[] = [1, 2, 2];

function readGroup(
  reader: ProtobufReader,
  [field, ...path]: readonly number[],
  events: OtlpLogEvent[],
): void {
  while (reader.next()) {
    if (reader.field !== field) {
      reader.skip();
      continue;
    }
    const outerEnd = reader.enter();
    const end = reader.end;
    if (path.length > 0) {
      readGroup(reader, path, events);
    } else {
      const event = tryReadRecord(reader);
      if (event !== undefined) events.push(event);
    }
    reader.moveTo(end, outerEnd);
  }
}

function tryReadRecord(reader: ProtobufReader): OtlpLogEvent | undefined {
  try {
    return readRecord(reader);
  } catch (error) {
    if (error instanceof InvalidUtf8Error || error instanceof RejectedSpanError) return undefined;
    throw error;
  }
}

function readRecord(reader: ProtobufReader): OtlpLogEvent | undefined {
  let time = 0n;
  let observedTime = 0n;
  let eventName = "";
  let severityNumber = 0;
  let severityText = "";
  let body: AttributeValue = "";
  let droppedAttributesCount = 0;
  let traceId = "";
  let spanId = "";
  const attributes = createAttributes();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        time = reader.readFixed64();
        break;
      case 2:
        severityNumber = reader.readInt32();
        break;
      case 3:
        severityText = reader.readString();
        break;
      case 5: {
        const end = reader.enter();
        body = readOtlpValue(reader);
        reader.leave(end);
        break;
      }
      case 6:
        readOtlpAttribute(reader, attributes);
        break;
      case 7:
        droppedAttributesCount = reader.readInt32() >>> 0;
        break;
      case 9:
        traceId = toHex(reader.readBytes());
        break;
      case 10:
        spanId = toHex(reader.readBytes());
        break;
      case 11:
        observedTime = reader.readFixed64();
        break;
      case 12:
        eventName = reader.readString();
        break;
      default:
        reader.skip();
    }
  }
  if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined;
  const name = eventName || (typeof body === "string" ? body : "") || "log";
  const severity = severityText || severityWord(severityNumber);
  addMissing(attributes, "severity", severity);
  if (body !== name) addMissing(attributes, "body", body);
  const event: SpanEvent = {
    timeUnixNano: time === 0n ? observedTime : time,
    name,
    attributes: attributes as Attributes,
    ...(droppedAttributesCount > 0 && { droppedAttributesCount }),
  };
  return { traceId, spanId, event };
}

function addMissing(
  attributes: Record<string, AttributeValue>,
  key: string,
  value: AttributeValue,
): void {
  if (value !== "" && attributes[key] === undefined) attributes[key] = value;
}

/** Four numbers have one word: 9 to 12 are INFO. */
function severityWord(number: number): string {
  return SEVERITY_WORDS[Math.floor((number - 1) / 4)] ?? "";
}

function toHex(bytes: Uint8Array): string {
  if (bytes.length > MAX_ID_BYTES) return "";
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const SEVERITY_WORDS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const MAX_ID_BYTES = 16;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
