import { assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import {
  countOtlpDataPoints,
  countOtlpLogRecords,
} from "../../../src/wire/otlp/count_otlp_records.ts";
import { ProtobufWriter } from "../../../src/wire/protobuf/protobuf_writer.ts";

/** A field with a message inside it. */
interface Field {
  readonly number: number;
  readonly inside: readonly Field[];
}

function field(number: number, ...inside: Field[]): Field {
  return { number, inside };
}

function bytesOf(...fields: Field[]): Uint8Array {
  const writer = new ProtobufWriter();
  for (const { number, inside } of fields) writer.writeBytes(number, bytesOf(...inside));
  return writer.finish();
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const RECORDS: readonly Field[] = [field(2), field(2), field(1), field(3)];

Deno.test("log records of all resources and scopes are counted, whatever is in them", () => {
  const request = bytesOf(
    field(1, field(1), field(2, ...RECORDS)),
    field(1, field(2, ...RECORDS), field(2)),
  );
  assertEquals(countOtlpLogRecords(request, "protobuf"), 4);
  assertEquals(countOtlpLogRecords(new Uint8Array(), "protobuf"), 0);
  const group = { scopeLogs: [{ logRecords: [{ body: null }, {}] }] };
  assertEquals(countOtlpLogRecords(json({ resourceLogs: [group, group] }), "json"), 4);
});

Deno.test("data points of every kind of metric are counted", () => {
  const metrics = [5, 7, 9, 10, 11].map((kind) => field(2, field(kind, field(1), field(1))));
  assertEquals(countOtlpDataPoints(bytesOf(field(1, field(2, ...metrics))), "protobuf"), 10);
  const kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
  const inJson = kinds.map((kind) => ({ name: kind, [kind]: { dataPoints: [{}, {}] } }));
  const request = json({ resourceMetrics: [{ scopeMetrics: [{ metrics: inJson }] }] });
  assertEquals(countOtlpDataPoints(request, "json"), 10);
});

Deno.test("names in snake_case count the same", () => {
  const logs = { resource_logs: [{ scope_logs: [{ log_records: [{}] }] }] };
  assertEquals(countOtlpLogRecords(json(logs), "json"), 1);
  const metrics = [{ exponential_histogram: { data_points: [{}] } }];
  const request = json({ resource_metrics: [{ scope_metrics: [{ metrics }] }] });
  assertEquals(countOtlpDataPoints(request, "json"), 1);
});

Deno.test("a message that is no such request is a DecodeError", () => {
  const request = bytesOf(field(1, field(2, ...RECORDS)));
  for (let cut = 1; cut < request.length; cut++) {
    assertThrows(() => countOtlpLogRecords(request.subarray(0, cut), "protobuf"), DecodeError);
  }
  for (const bad of [[], { resourceLogs: [1] }, "x"]) {
    assertThrows(() => countOtlpLogRecords(json(bad), "json"), DecodeError);
  }
});
