import { DecodeError } from "../decode_error.ts";
import { isJsonRecord, type JsonRecord, parseJsonBody } from "../json/parse_json_body.ts";
import { ProtobufReader } from "../protobuf/protobuf_reader.ts";

/** How an OTLP message is written. */
export type OtlpFormat = "protobuf" | "json";

/**
 * Counts the log records of an `ExportLogsServiceRequest`, without reading what is in them.
 *
 * @throws {DecodeError} When the bytes are no such message.
 */
export function countOtlpLogRecords(request: Uint8Array, format: OtlpFormat): number {
  return countOtlpRecords(request, format, LOG_RECORDS);
}

/** Counts the data points of an `ExportMetricsServiceRequest`, see {@linkcode countOtlpLogRecords}. */
export function countOtlpDataPoints(request: Uint8Array, format: OtlpFormat): number {
  return countOtlpRecords(request, format, DATA_POINTS);
}

/** One step from a message to the messages inside it: numbers and names of its fields. */
type Step = ReadonlyMap<number, string>;

const LOG_RECORDS: readonly Step[] = [
  new Map([[1, "resourceLogs"]]),
  new Map([[2, "scopeLogs"]]),
  new Map([[2, "logRecords"]]),
];

const DATA_POINTS: readonly Step[] = [
  new Map([[1, "resourceMetrics"]]),
  new Map([[2, "scopeMetrics"]]),
  new Map([[2, "metrics"]]),
  new Map([
    [5, "gauge"],
    [7, "sum"],
    [9, "histogram"],
    [10, "exponentialHistogram"],
    [11, "summary"],
  ]),
  new Map([[1, "dataPoints"]]),
];

function countOtlpRecords(
  request: Uint8Array,
  format: OtlpFormat,
  steps: readonly Step[],
): number {
  if (format === "protobuf") return countFields(new ProtobufReader(request), steps, 0);
  const body = parseJsonBody(request);
  if (!isJsonRecord(body)) throw new DecodeError("Message is not a JSON object", 0);
  return countMembers(body, steps, 0);
}

function countFields(reader: ProtobufReader, steps: readonly Step[], depth: number): number {
  let count = 0;
  while (reader.next()) {
    if (!steps[depth].has(reader.field)) {
      reader.skip();
    } else if (depth === steps.length - 1) {
      reader.readRange();
      count++;
    } else {
      const end = reader.enter();
      count += countFields(reader, steps, depth + 1);
      reader.leave(end);
    }
  }
  return count;
}

function countMembers(record: JsonRecord, steps: readonly Step[], depth: number): number {
  let count = 0;
  for (const name of steps[depth].values()) {
    const value = record[name] ?? record[toSnakeCase(name)];
    if (value === undefined || value === null) continue;
    const items = Array.isArray(value) ? value : [value];
    for (const item of items) {
      if (!isJsonRecord(item)) throw new DecodeError(`"${name}" holds what is no object`, 0);
      count += depth === steps.length - 1 ? 1 : countMembers(item, steps, depth + 1);
    }
  }
  return count;
}

/** Protobuf's JSON form allows both spellings of a name. */
function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
