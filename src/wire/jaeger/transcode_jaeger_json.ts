import { type AttributeValue, createAttributes } from "../../model/attributes.ts";
import { fromBase64 } from "../base64.ts";
import { DecodeError } from "../decode_error.ts";
import { isUnsetId, normalizeHexId } from "../hex_id.ts";
import { isJsonRecord, type JsonRecord, parseJsonBody } from "../json/parse_json_body.ts";
import { readHexId, readMicros, readRecords } from "../json/span_fields.ts";
import type { Tags } from "../opentelemetry_tags.ts";
import { quoteValue } from "../quote_value.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import { SpanLineWriter } from "../span_line/span_line_writer.ts";
import type { SpanLineSink } from "../span_line/span_line_sink.ts";
import type { TranscodeResult } from "../span_line/transcode_result.ts";
import {
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  jaegerSpanToSpan,
} from "./_jaeger_model.ts";

/**
 * Writes the spans of a Jaeger answer as span lines: what `/api/traces` of the query service says, and what
 * its page saves.
 *
 * ```json
 * { "data": [{ "traceID": "…", "spans": [{ "traceID": "…", "spanID": "…", "operationName": "…",
 *   "references": [{ "refType": "CHILD_OF", "traceID": "…", "spanID": "…" }], "startTime": 1, "duration": 1,
 *   "tags": [{ "key": "…", "type": "int64", "value": 1 }],
 *   "logs": [{ "timestamp": 1, "fields": [] }], "processID": "p1", "warnings": null }],
 *   "processes": { "p1": { "serviceName": "…", "tags": [] } } }] }
 * ```
 *
 * Times are microseconds. A list of traces without the object around it, and one trace alone, are taken,
 * too. What fields become: see `jaegerSpanToSpan`. Reasons to reject a span: `malformed`, `invalid_id`,
 * `invalid_time`, `invalid_attribute`, `too_long`.
 *
 * Specification: https://www.jaegertracing.io/docs/latest/architecture/apis/
 *
 * @param body The answer, unpacked.
 * @throws {DecodeError} When it is no JSON, or holds no traces. Nothing has been written then.
 * @example
 * ```ts
 * import { LineBuffer } from "../../assemble/line_buffer.ts";
 * import { transcodeJaegerJson } from "./transcode_jaeger_json.ts";
 *
 * const span = { traceID: "1a", spanID: "2b", operationName: "get", startTime: 1, duration: 1 };
 * const answer = { data: [{ traceID: "1a", spans: [span], processes: {} }] };
 * const sink = new LineBuffer((batch) => console.log(new TextDecoder().decode(batch.lines)));
 * const result = transcodeJaegerJson(new TextEncoder().encode(JSON.stringify(answer)), sink);
 * sink.flush();
 * if (result.accepted !== 1) throw new Error(result.firstProblem);
 * ```
 */
export function transcodeJaegerJson(body: Uint8Array, sink: SpanLineSink): TranscodeResult {
  const traces = tracesOf(parseJsonBody(body));
  const writer = new SpanLineWriter(sink);
  for (const trace of traces) {
    const processes = readProcesses(trace.processes);
    for (const record of trace.spans as unknown[]) {
      if (!isJsonRecord(record)) {
        writer.reject("malformed", "A span is no JSON object");
        continue;
      }
      writer.write(() => jaegerSpanToSpan(readSpan(record), processOf(record, processes)));
    }
  }
  return writer.result;
}

type Processes = ReadonlyMap<string, JaegerProcess>;

function tracesOf(message: unknown): readonly JsonRecord[] {
  const data = isJsonRecord(message) && Array.isArray(message.data) ? message.data : message;
  const traces = Array.isArray(data) ? data : [data];
  for (const trace of traces) {
    if (!isJsonRecord(trace) || !Array.isArray(trace.spans)) {
      throw new DecodeError("Message holds no Jaeger traces: there is no list of spans", 0);
    }
  }
  return traces;
}

function readProcesses(value: unknown): Processes {
  const processes = new Map<string, JaegerProcess>();
  if (!isJsonRecord(value)) return processes;
  for (const key of Object.keys(value)) {
    const process = value[key];
    if (isJsonRecord(process)) processes.set(key, readProcess(process));
  }
  return processes;
}

function readProcess(process: JsonRecord): JaegerProcess {
  const { serviceName } = process;
  let resource: Tags;
  try {
    resource = readTags(process, "tags");
  } catch (error) {
    if (!(error instanceof RejectedSpanError)) throw error;
    // A program's spans are worth more than what it says of itself.
    resource = createAttributes();
  }
  return { serviceName: typeof serviceName === "string" ? serviceName : "", tags: resource };
}

function processOf(span: JsonRecord, processes: Processes): JaegerProcess {
  if (typeof span.processID === "string") {
    const process = processes.get(span.processID);
    if (process !== undefined) return process;
  }
  // Stored spans, as Elasticsearch has them, carry theirs.
  return isJsonRecord(span.process) ? readProcess(span.process) : NO_PROCESS;
}

const NO_PROCESS: JaegerProcess = { serviceName: "", tags: createAttributes() };

function readSpan(record: JsonRecord): JaegerSpan {
  const traceId = readHexId(record, "traceID", 32);
  const spanId = readHexId(record, "spanID", 16);
  const parentId = isUnsetId(record.parentSpanID)
    ? undefined
    : readHexId(record, "parentSpanID", 16);
  const { operationName } = record;
  if (typeof operationName !== "string") {
    throw new RejectedSpanError("malformed", "A span's operationName is no string");
  }
  const startUnixNano = readTime(record, "startTime");
  const duration = readMicros(record, "duration");
  return {
    traceId,
    spanId,
    parentId: parentId === spanId ? undefined : parentId,
    name: operationName,
    references: readRecords(record, "references").flatMap(readReference),
    flags: typeof record.flags === "number" ? record.flags : 0,
    startUnixNano,
    endUnixNano: duration === undefined ? undefined : startUnixNano + duration,
    tags: readTags(record, "tags"),
    logs: readRecords(record, "logs").map(readLog),
    warnings: Array.isArray(record.warnings)
      ? record.warnings.filter((warning) => typeof warning === "string")
      : [],
  };
}

/** A reference that names no span is none. */
function readReference(record: JsonRecord): JaegerReference[] {
  const traceId = normalizeHexId(record.traceID, 32);
  const spanId = normalizeHexId(record.spanID, 16);
  if (traceId === undefined || spanId === undefined) return [];
  return [{ isChildOf: record.refType !== "FOLLOWS_FROM", traceId, spanId }];
}

function readLog(record: JsonRecord): JaegerLog {
  return { timeUnixNano: readTime(record, "timestamp"), fields: readTags(record, "fields") };
}

function readTags(record: JsonRecord, field: "tags" | "fields"): Tags {
  const tags = createAttributes();
  for (const { key, type, value: tagValue } of readRecords(record, field)) {
    if (typeof key !== "string") throw new RejectedSpanError("malformed", "A tag has no key");
    if (tagValue !== null && tagValue !== undefined) {
      tags[key] = readTagValue(key, String(type).toLowerCase(), tagValue);
    }
  }
  return tags;
}

/** Stored spans have every value as text. */
function readTagValue(key: string, type: string, value: unknown): AttributeValue {
  if (typeof value === "string") {
    if (type === "int64" && INTEGER.test(value)) return BigInt(value);
    if (type === "bool" && (value === "true" || value === "false")) return value === "true";
    if (type === "float64" && value.trim() !== "" && !isNaNOf(value)) return Number(value);
    return type === "binary" ? fromBase64(value) ?? value : value;
  }
  if (typeof value === "boolean") return value;
  if (typeof value === "number") {
    return type !== "float64" && Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  throw new RejectedSpanError(
    "invalid_attribute",
    `A span's tag ${quoteValue(key)} is ${quoteValue(value)}`,
  );
}

const INTEGER = /^-?\d{1,19}$/;

/** Whether text is neither a number nor the name of "not a number". */
function isNaNOf(text: string): boolean {
  return text !== "NaN" && Number.isNaN(Number(text));
}

function readTime(record: JsonRecord, field: string): bigint {
  const time = readMicros(record, field);
  if (time !== undefined) return time;
  throw new RejectedSpanError("invalid_time", `A span lacks a ${field}`);
}
