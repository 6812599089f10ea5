import { assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { LOGS_REQUEST, MAX_MESSAGE_DEPTH } from "../../../src/wire/otlp/otlp_schema.ts";
import {
  type OtlpLogEvent,
  readOtlpLogEvents,
} from "../../../src/wire/otlp/read_otlp_log_events.ts";
import { encodeProtobufJson } from "../../../src/wire/protobuf/encode_protobuf_json.ts";

const TRACE_ID = "ab".repeat(16);
const SPAN_ID = "cd".repeat(8);

function requestOf(...records: Record<string, unknown>[]): Record<string, unknown> {
  return { resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] };
}

/** The events of records, the same from JSON and from protobuf. */
function eventsOf(...records: Record<string, unknown>[]): OtlpLogEvent[] {
  const request = requestOf(...records);
  const fromJson = readOtlpLogEvents(new TextEncoder().encode(JSON.stringify(request)), "json");
  const bytes = encodeProtobufJson(request, LOGS_REQUEST, MAX_MESSAGE_DEPTH);
  assertEquals(readOtlpLogEvents(bytes, "protobuf"), fromJson);
  return fromJson;
}

Deno.test("a log record of a span is an event with its severity and body", () => {
  const [{ traceId, spanId, event }] = eventsOf({
    traceId: TRACE_ID.toUpperCase(),
    spanId: SPAN_ID,
    timeUnixNano: "1773223200123456789",
    observedTimeUnixNano: "5",
    eventName: "user.login",
    severityNumber: 9,
    body: { kvlistValue: { values: [{ key: "tries", value: { intValue: "2" } }] } },
    attributes: [{ key: "user", value: { stringValue: "ada" } }],
    droppedAttributesCount: 4,
  });
  assertEquals([traceId, spanId], [TRACE_ID, SPAN_ID]);
  assertEquals({ ...event, attributes: { ...event.attributes, body: undefined } }, {
    timeUnixNano: 1_773_223_200_123_456_789n,
    name: "user.login",
    attributes: { user: "ada", severity: "INFO", body: undefined },
    droppedAttributesCount: 4,
  });
  assertEquals({ ...(event.attributes.body as object) }, { tries: 2n });
});

Deno.test("a record without an event name has its text for one, or is just a log", () => {
  const ids = { traceId: TRACE_ID, spanId: SPAN_ID };
  const events = eventsOf(
    {
      ...ids,
      observedTimeUnixNano: "7",
      severityText: "warning",
      severityNumber: 17,
      body: {
        stringValue: "disk is full",
      },
    },
    { ...ids, body: { intValue: 3 }, severityNumber: "SEVERITY_NUMBER_ERROR2" },
    { ...ids, severityNumber: 99, attributes: [{ key: "severity", value: { boolValue: true } }] },
  ).map(({ event }) => ({ ...event, attributes: { ...event.attributes } }));
  assertEquals(events, [
    { timeUnixNano: 7n, name: "disk is full", attributes: { severity: "warning" } },
    { timeUnixNano: 0n, name: "log", attributes: { severity: "ERROR", body: 3n } },
    { timeUnixNano: 0n, name: "log", attributes: { severity: true } },
  ]);
});

Deno.test("records of no span, or that cannot be read, are left out", () => {
  assertEquals(
    eventsOf(
      {},
      { traceId: TRACE_ID },
      { traceId: TRACE_ID, spanId: "0".repeat(16) },
      { traceId: "0".repeat(32), spanId: SPAN_ID },
      { traceId: TRACE_ID, spanId: SPAN_ID, eventName: "good" },
    ).map(({ event }) => event.name),
    ["good"],
  );
  const bytes = encodeProtobufJson(
    requestOf(
      { traceId: TRACE_ID, spanId: SPAN_ID, eventName: "bad!" },
      { traceId: TRACE_ID, spanId: SPAN_ID, eventName: "good" },
    ),
    LOGS_REQUEST,
    MAX_MESSAGE_DEPTH,
  );
  bytes[bytes.indexOf("!".charCodeAt(0))] = 0xff;
  assertEquals(readOtlpLogEvents(bytes, "protobuf").map(({ event }) => event.name), ["good"]);
});

Deno.test("a message that is cut off is a DecodeError", () => {
  const record = { traceId: TRACE_ID, spanId: SPAN_ID, body: { stringValue: "x" } };
  const bytes = encodeProtobufJson(requestOf(record), LOGS_REQUEST, MAX_MESSAGE_DEPTH);
  for (let cut = 1; cut < bytes.length; cut++) {
    assertThrows(() => readOtlpLogEvents(bytes.subarray(0, cut), "protobuf"), DecodeError);
  }
  assertThrows(() => readOtlpLogEvents(new TextEncoder().encode("[]"), "json"), DecodeError);
});
