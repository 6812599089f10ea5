import { createAttributes } from "../../model/attributes.ts";
import type { SpanEvent } from "../../model/span.ts";
import { isJsonRecord, type JsonRecord } from "../json/parse_json_body.ts";
import { readMicros, readRecords } from "../json/span_fields.ts";
import { quoteValue } from "../quote_value.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import {
  earliest,
  readEndpoint,
  readIdentity,
  readTagValue,
  type ZipkinKind,
  type ZipkinSpan,
} from "./_zipkin_span.ts";

/** Reads a span of Zipkin's second model. */
export function readZipkinV2(record: JsonRecord): ZipkinSpan {
  const annotations = readRecords(record, "annotations").map(readAnnotation);
  // 0 stands for "not known", and a span that only adds to another has no time of its own.
  const startUnixNano = readMicros(record, "timestamp") || earliest(annotations);
  if (startUnixNano === undefined) {
    throw new RejectedSpanError("invalid_time", "A span has neither timestamp nor annotations");
  }
  const duration = readMicros(record, "duration");
  const kind = readKind(record.kind);
  return {
    ...readIdentity(record),
    kind,
    startUnixNano,
    endUnixNano: duration === undefined ? undefined : startUnixNano + duration,
    local: readEndpoint(record.localEndpoint),
    remote: readEndpoint(record.remoteEndpoint),
    annotations,
    tags: readTags(record.tags),
    // The JavaScript client says it of client spans, too, when it has seen both halves.
    isShared: record.shared === true && kind !== "client",
  };
}

/** Reads an annotation of either model, without its endpoint. */
export function readAnnotation(record: JsonRecord): SpanEvent {
  const timeUnixNano = readMicros(record, "timestamp");
  if (timeUnixNano === undefined || typeof record.value !== "string") {
    throw new RejectedSpanError("malformed", "An annotation lacks its timestamp or its value");
  }
  return { timeUnixNano, name: record.value, attributes: NO_ATTRIBUTES };
}

const NO_ATTRIBUTES = createAttributes();
const KINDS: ReadonlySet<string> = new Set<ZipkinKind>([
  "client",
  "server",
  "producer",
  "consumer",
]);

function readKind(value: unknown): ZipkinKind | undefined {
  if (value === undefined || value === null) return undefined;
  const kind = String(value).toLowerCase();
  if (KINDS.has(kind)) return kind as ZipkinKind;
  throw new RejectedSpanError("malformed", `A span's kind is ${quoteValue(value)}`);
}

function readTags(value: unknown): ZipkinSpan["tags"] {
  const tags = createAttributes();
  if (value === undefined || value === null) return tags;
  if (!isJsonRecord(value)) {
    throw new RejectedSpanError("malformed", "A span's tags are no object");
  }
  for (const key of Object.keys(value)) {
    if (value[key] !== null) tags[key] = readTagValue(key, value[key]);
  }
  return tags;
}
