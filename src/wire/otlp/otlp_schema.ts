import { MessageShape } from "../protobuf/message_shape.ts";
import { MAX_VALUE_DEPTH } from "./read_otlp_value.ts";

// Only what somebody here reads: https://github.com/open-telemetry/opentelemetry-proto

const ANY_VALUE = new MessageShape();

const KEY_VALUE = new MessageShape()
  .one(1, "key", "string")
  .one(2, "value", ANY_VALUE);

ANY_VALUE
  .one(1, "string_value", "string")
  .one(2, "bool_value", "bool")
  .one(3, "int_value", "int64")
  .one(4, "double_value", "double")
  .one(5, "array_value", new MessageShape().many(1, "values", ANY_VALUE))
  .one(6, "kvlist_value", new MessageShape().many(1, "values", KEY_VALUE))
  .one(7, "bytes_value", "bytes");

const RESOURCE = new MessageShape()
  .many(1, "attributes", KEY_VALUE)
  .one(2, "dropped_attributes_count", "uint32");

const SCOPE = new MessageShape()
  .one(1, "name", "string")
  .one(2, "version", "string")
  .many(3, "attributes", KEY_VALUE)
  .one(4, "dropped_attributes_count", "uint32");

const EVENT = new MessageShape()
  .one(1, "time_unix_nano", "fixed64")
  .one(2, "name", "string")
  .many(3, "attributes", KEY_VALUE)
  .one(4, "dropped_attributes_count", "uint32");

const LINK = new MessageShape()
  .one(1, "trace_id", "hex")
  .one(2, "span_id", "hex")
  .one(3, "trace_state", "string")
  .many(4, "attributes", KEY_VALUE)
  .one(5, "dropped_attributes_count", "uint32")
  .one(6, "flags", "fixed32");

const KIND_WORDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]
  .map((word) => `SPAN_KIND_${word}`);

const STATUS = new MessageShape()
  .one(2, "message", "string")
  .one(3, "code", ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"]);

const SPAN = new MessageShape()
  .one(1, "trace_id", "hex")
  .one(2, "span_id", "hex")
  .one(3, "trace_state", "string")
  .one(4, "parent_span_id", "hex")
  .one(5, "name", "string")
  .one(6, "kind", KIND_WORDS)
  .one(7, "start_time_unix_nano", "fixed64")
  .one(8, "end_time_unix_nano", "fixed64")
  .many(9, "attributes", KEY_VALUE)
  .one(10, "dropped_attributes_count", "uint32")
  .many(11, "events", EVENT)
  .one(12, "dropped_events_count", "uint32")
  .many(13, "links", LINK)
  .one(14, "dropped_links_count", "uint32")
  .one(15, "status", STATUS)
  .one(16, "flags", "fixed32");

/** `ExportTraceServiceRequest` */
export const TRACE_REQUEST: MessageShape = new MessageShape().many(
  1,
  "resource_spans",
  new MessageShape()
    .one(1, "resource", RESOURCE)
    .many(
      2,
      "scope_spans",
      new MessageShape()
        .one(1, "scope", SCOPE)
        .many(2, "spans", SPAN)
        .one(3, "schema_url", "string"),
    )
    .one(3, "schema_url", "string"),
);

const SEVERITY_WORDS = [
  "UNSPECIFIED",
  ...["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
    .flatMap((level) => [level, `${level}2`, `${level}3`, `${level}4`]),
].map((word) => `SEVERITY_NUMBER_${word}`);

const LOG_RECORD = new MessageShape()
  .one(1, "time_unix_nano", "fixed64")
  .one(2, "severity_number", SEVERITY_WORDS)
  .one(3, "severity_text", "string")
  .one(5, "body", ANY_VALUE)
  .many(6, "attributes", KEY_VALUE)
  .one(7, "dropped_attributes_count", "uint32")
  .one(9, "trace_id", "hex")
  .one(10, "span_id", "hex")
  .one(11, "observed_time_unix_nano", "fixed64")
  .one(12, "event_name", "string");

/** `ExportLogsServiceRequest` */
export const LOGS_REQUEST: MessageShape = new MessageShape().many(
  1,
  "resource_logs",
  new MessageShape().many(
    2,
    "scope_logs",
    new MessageShape().many(2, "log_records", LOG_RECORD),
  ),
);

/**
 * How deep messages of these shapes lie in each other when values are nested as deep as they may be: a
 * map takes three messages, and seven are around it.
 */
export const MAX_MESSAGE_DEPTH: number = 7 + 3 * (MAX_VALUE_DEPTH + 1);
