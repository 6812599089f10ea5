import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { OtlpIntake } from "../../src/receivers/otlp_intake.ts";
import { SpanIntake, type SpanIntakeOptions } from "../../src/receivers/span_intake.ts";
import { DecodeError } from "../../src/wire/decode_error.ts";
import { encodeOtlpProtobuf } from "../../src/wire/otlp/encode_otlp.ts";
import { transcodeOtlpProtobuf } from "../../src/wire/otlp/transcode_otlp_protobuf.ts";
import { ProtobufWriter } from "../../src/wire/protobuf/protobuf_writer.ts";

interface Setup {
  readonly intake: OtlpIntake;
  readonly spans: SpanIntake;
  /** The lines that have come out, parsed. */
  readonly lines: Record<string, unknown>[];
  /** How many lines each batch had. */
  readonly batches: number[];
}

function setup(options: Partial<SpanIntakeOptions> = {}): Setup {
  const lines: Record<string, unknown>[] = [];
  const batches: number[] = [];
  const spans = new SpanIntake({
    onSpans: (batch) => {
      const texts = new TextDecoder().decode(batch.lines).split("\n").slice(0, -1);
      assertEquals(texts.length, batch.spanCount);
      lines.push(...texts.map((text) => JSON.parse(text)));
      batches.push(texts.length);
    },
    ...options,
  });
  const transcode = { protobuf: transcodeOtlpProtobuf, json: transcodeOtlpProtobuf };
  return { intake: new OtlpIntake({ spans, transcode }), spans, lines, batches };
}

function span(spanId: number, traceId: number, fields: Partial<Span> = {}): Span {
  return {
    traceId: traceId.toString(16).padStart(32, "0"),
    spanId: spanId.toString(16).padStart(16, "0"),
    name: `span ${spanId}`,
    kind: "internal",
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    state: "ended",
    attributes: {},
    ...fields,
  };
}

function message(...fields: [field: number, value: Uint8Array | bigint][]): Uint8Array {
  const writer = new ProtobufWriter();
  for (const [field, value] of fields) {
    if (typeof value === "bigint") writer.writeFixed64(field, value);
    else writer.writeBytes(field, value);
  }
  return writer.finish();
}

/** A request with what our own encoder does not write: bad ids, spans without an end. */
function unusual(...spans: { id: number; isRunning?: boolean }[]): Uint8Array {
  return message([
    1,
    message([
      2,
      message(...spans.map(({ id, isRunning }): [number, Uint8Array] => [
        2,
        message(
          [1, new Uint8Array(16).fill(1)],
          [2, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, id)],
          [5, new TextEncoder().encode(`span ${id}`)],
          [7, 1n],
          [8, isRunning ? 0n : 2n],
        ),
      ])),
    ]),
  ]);
}

/** A request as the receivers hand it over: in a buffer that is used again. */
function take(intake: OtlpIntake, spans: readonly Span[]): ReturnType<OtlpIntake["take"]> {
  const request = encodeOtlpProtobuf(spans);
  const partial = intake.take("traces", request, "protobuf");
  request.fill(0);
  return partial;
}

Deno.test("spans of several requests come out together, within moments", async () => {
  let onBatch = (): void => {};
  const handedOver = new Promise<void>((resolve) => onBatch = resolve);
  const sizes: number[] = [];
  const { intake, spans } = setup({
    onSpans: ({ spanCount }) => {
      sizes.push(spanCount);
      onBatch();
    },
  });
  for (let id = 1; id <= 5; id++) assertEquals(take(intake, [span(id, 1)]), undefined);
  assertEquals(sizes, []);
  await handedOver;
  assertEquals(sizes, [5]);
  assertEquals([spans.counters.received, spans.counters.accepted, spans.counters.spans], [5, 5, 5]);
});

Deno.test("traces are counted once each, also when their ids differ in one half only", () => {
  const { intake, spans } = setup();
  const high = { traceId: "0000000000000001" + "0".repeat(16) };
  take(intake, [span(1, 1), span(2, 1), span(3, 2), span(4, 1), span(5, 0, high)]);
  take(intake, [span(6, 2), span(7, 0, high), span(8, 3)]);
  take(intake, Array.from({ length: 5000 }, (_, index) => span(index + 10, index + 1)));
  spans.close();
  assertEquals(spans.counters.traces, 5001);
});

Deno.test("one bad span costs one span, and its sender is told", () => {
  const { intake, spans, lines } = setup();
  const request = unusual(...Array.from({ length: 100 }, (_, id) => ({ id })));
  const partial = intake.take("traces", request, "protobuf");
  spans.close();
  assertEquals(partial?.rejectedSpans, 1);
  assertStringIncludes(partial!.errorMessage, "1 of 100 spans were not taken (invalid_id: 1)");
  assertStringIncludes(partial!.errorMessage, "0000000000000000");
  assertEquals(lines.length, 99);
  const { received, accepted, rejected } = spans.counters;
  assertEquals({ received, accepted, rejected }, {
    received: 100,
    accepted: 99,
    rejected: { invalid_id: 1 },
  });
});

Deno.test("a request that cannot be read counts as one, and the next is taken", () => {
  const { intake, spans, lines } = setup();
  const cut = encodeOtlpProtobuf([span(1, 1), span(2, 1)]).slice(0, -1);
  assertThrows(() => intake.take("traces", cut, "protobuf"), DecodeError);
  take(intake, [span(3, 1)]);
  spans.close();
  assertEquals(lines.map(({ name }) => name), ["span 3"]);
  const { received, accepted, rejected, dropped } = spans.counters;
  assertEquals({ received, accepted, rejected, dropped }, {
    received: 2,
    accepted: 1,
    rejected: { malformed: 1 },
    dropped: {},
  });
});

Deno.test("a span without an end waits for it, and is recorded as unfinished when it never comes", () => {
  const { intake, spans, lines } = setup();
  const running = unusual({ id: 1, isRunning: true }, { id: 2 }, { id: 3, isRunning: true });
  intake.take("traces", running, "protobuf");
  spans.flush();
  assertEquals(lines.map(({ name }) => name), ["span 2"]);
  assertEquals(spans.running.size, 2);
  intake.take("traces", unusual({ id: 1 }), "protobuf");
  spans.flush();
  assertEquals(lines.map(({ name }) => name), ["span 2", "span 1"]);
  spans.close();
  assertEquals([lines[2].name, lines[2].unfinished, lines[2].running], ["span 3", true, undefined]);
  const { accepted, spans: ended, unfinished } = spans.counters;
  assertEquals({ accepted, ended, unfinished }, { accepted: 4, ended: 2, unfinished: 1 });
});

Deno.test("a large request is handed over in batches, whole and in order", () => {
  const { intake, spans, lines, batches } = setup();
  take(intake, Array.from({ length: 10_000 }, (_, index) => span(index + 1, 1)));
  spans.close();
  assertEquals(lines.map(({ name }) => name), lines.map((_, index) => `span ${index + 1}`));
  assertEquals([lines.length, batches.length > 1], [10_000, true]);
});

Deno.test("log records and data points are counted; requests that cannot be read count as messages", () => {
  const { intake, spans } = setup();
  const empty = new Uint8Array();
  const logs = message([1, message([1, empty], [2, message([2, empty], [2, empty])])], [1, empty]);
  assertEquals(intake.take("logs", logs, "protobuf"), undefined);
  const gauge = message([1, empty], [5, message([1, empty], [1, empty], [1, empty])]);
  const summary = message([11, message([1, empty])]);
  const metrics = message([1, message([2, message([2, gauge], [2, summary])])]);
  assertEquals(intake.take("metrics", metrics, "protobuf"), undefined);
  assertEquals([intake.logRecordCount, intake.dataPointCount], [2, 4]);

  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const logRecords = [{ body: { stringValue: "hello" } }, {}, {}];
  intake.take("logs", json({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), "json");
  const points = [{ sum: { dataPoints: [{}, {}] } }, { gauge: null }, { histogram: {} }];
  intake.take(
    "metrics",
    json({ resourceMetrics: [{ scopeMetrics: [{ metrics: points }] }] }),
    "json",
  );
  assertEquals([intake.logRecordCount, intake.dataPointCount], [5, 6]);

  for (const bad of [logs.subarray(0, -3), Uint8Array.of(0x0a, 5)]) {
    assertThrows(() => intake.take("logs", bad, "protobuf"), DecodeError);
  }
  for (const bad of ["{", [], { resourceLogs: "x" }, { resourceLogs: [{ scopeLogs: [1] }] }]) {
    const body = typeof bad === "string" ? new TextEncoder().encode(bad) : json(bad);
    assertThrows(() => intake.take("logs", body, "json"), DecodeError);
  }
  assertThrows(() => intake.take("metrics", Uint8Array.of(0x0a, 5), "protobuf"), DecodeError);
  assertEquals([intake.logRecordCount, intake.dataPointCount], [5, 6]);
  assertEquals([spans.counters.received, spans.counters.rejected], [7, { malformed: 7 }]);
});

Deno.test("a log record that names its span becomes an event of it, also when it comes just behind", () => {
  const { intake, spans, lines } = setup();
  const { traceId, spanId } = span(1, 1);
  const logRecords = [
    { timeUnixNano: "3", severityText: "WARN", body: { stringValue: "slow" }, traceId, spanId },
    { timeUnixNano: "1", body: { stringValue: "begins" }, traceId, spanId },
    { timeUnixNano: "1", body: { stringValue: "of no span" } },
    { timeUnixNano: "1", body: { stringValue: "of another" }, traceId, spanId: "f".repeat(16) },
  ];
  const logs = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  const own = { timeUnixNano: 2n, name: "own", attributes: { big: 2n ** 60n } };
  // More than one batch.
  const others = Array.from({ length: 3000 }, (_, index) => span(index + 2, 2));
  take(intake, [...others, span(1, 1, { events: [own], attributes: { big: 2n ** 60n } })]);
  intake.take("logs", new TextEncoder().encode(logs), "json");
  take(intake, [span(1, 2)]);
  spans.close();
  const line = lines[3000];
  const events = line.events as Record<string, unknown>[];
  assertEquals(events.map(({ name }) => name), ["begins", "own", "slow"]);
  assertEquals([events[2].attrs, events[0].attrs], [{ severity: "WARN" }, undefined]);
  assertEquals([lines.length, lines[3001].events], [3002, undefined]);
  assertEquals([intake.logRecordCount, spans.events.attachedCount, spans.events.dropped], [
    4,
    2,
    { no_span: 1 },
  ]);
});
