import { createAttributes } from "../../model/attributes.ts";
import type { SpanEvent } from "../../model/span.ts";
import { isJsonRecord, type JsonRecord } from "../json/parse_json_body.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import {
  earliest,
  quote,
  readEndpoint,
  readIdentity,
  readList,
  readMicros,
  readTagValue,
  type ZipkinKind,
  type ZipkinSpan,
} from "./_zipkin_span.ts";

/** Reads a span of Zipkin's second model. */
export function readZipkinV2(record: JsonRecord): ZipkinSpan {
  const annotations = readList(record, "annotations").map(readAnnotation);
  // 0 stands for "not known", and a span that only adds to another has no time of its own.
  const startUnixNano = readMicros(record, "timestamp") || earliest(annotations);
  if (startUnixNano === undefined) {
    throw new RejectedSpanError("invalid_time", "A span has neither timestamp nor annotations");
  }
  const duration = readMicros(record, "duration");
  return {
    ...readIdentity(record),
    kind: readKind(record.kind),
    startUnixNano,
    endUnixNano: duration === undefined ? undefined : startUnixNano + duration,
    local: readEndpoint(record.localEndpoint),
    remote: readEndpoint(record.remoteEndpoint),
    annotations,
    tags: readTags(record.tags),
    isShared: record.shared === true,
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
  throw new RejectedSpanError("malformed", `A span's kind is ${quote(value)}`);
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
