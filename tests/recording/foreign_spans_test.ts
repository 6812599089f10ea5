import { assert, assertEquals } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { readForeignSpans } from "../../src/recording/foreign_spans.ts";
import type { ForeignFormat } from "../../src/recording/sniff_format.ts";
import { openRecording } from "../../src/recording/open_recording.ts";
import { sniffFormat } from "../../src/recording/sniff_format.ts";
import { encodeOtlpProtobuf } from "../../src/wire/otlp/encode_otlp.ts";
import { decodeForeignLines } from "../../src/wire/span_line/decode_span_batch.ts";
import { encodeSsfFrame } from "../../src/wire/ssf/ssf_frame.ts";
import { encodeSsfSpan } from "../../src/wire/ssf/encode_ssf_span.ts";
import { ssfSpan } from "../testing/send_ssf.ts";
import { pieces } from "./_recording_fixture.ts";

const UTF8 = new TextEncoder();
/** Spans in each file. */
const COUNT = 3;
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index);

const ZIPKIN = NUMBERS.map((n) => ({
  traceId: "1a",
  id: `a${n}`,
  name: `span ${n} ]}"\\`,
  timestamp: 1_795_169_829_455_123 + n,
  duration: 5,
  tags: { "[]": "[{" },
}));
const ZIPKIN_V1 = ZIPKIN.map(({ tags: _, ...span }) => ({ ...span, binaryAnnotations: [] }));
const JAEGER = {
  data: [{
    traceID: "1a",
    spans: NUMBERS.map((n) => ({
      traceID: "1a",
      spanID: `a${n}`,
      operationName: `span ${n}`,
      startTime: 1,
      duration: 5,
      processID: "p1",
    })),
    processes: { p1: { serviceName: "shop", tags: [] } },
  }],
};
const RESOURCE_SPANS = NUMBERS.map((n) => ({
  resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
  scopeSpans: [{
    spans: [{
      traceId: "5b8efff798038103d269b633813fc60c",
      spanId: `eee19b7ec3c1b17${n}`,
      name: `span ${n}`,
      kind: 2,
      startTimeUnixNano: "1544712660000000000",
      endTimeUnixNano: "1544712661000000000",
    }],
  }],
}));
const OTLP = { resourceSpans: RESOURCE_SPANS };
const OTLP_LINES = RESOURCE_SPANS.map((each) =>
  text(JSON.stringify({ resourceSpans: [each] }) + "\n")
);
const PROTOBUF = NUMBERS.map((n) =>
  encodeOtlpProtobuf([{
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: `eee19b7ec3c1b17${n}`,
    name: `span ${n}`,
    kind: "server",
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    state: "ended",
    attributes: {},
    service: "shop",
  }])
);
/** As the Collector writes them: the fields of a message from the last to the first. */
const PROTOBUF_BACKWARDS = PROTOBUF.map((message) => {
  const [resourceSpans] = fieldsOf(message);
  const schemaUrl = lengthField(3, text("https://example.org/1"));
  const parts = [schemaUrl, ...fieldsOf(resourceSpans.content).map(({ all }) => all).reverse()];
  return lengthField(1, concat(parts));
});
const SSF = NUMBERS.map((n) =>
  encodeSsfFrame(encodeSsfSpan(ssfSpan({ id: BigInt(n + 1), name: `span ${n}`, service: "shop" })))
);

/** Each value as a line of its own. */
function lines(values: readonly unknown[]): Uint8Array[] {
  return values.map((value) => text(JSON.stringify(value) + "\n"));
}

/** Files by name, each in parts that are messages of their own. */
const FILES: readonly (readonly [string, ForeignFormat, readonly Uint8Array[]])[] = [
  ["Zipkin's JSON", "zipkin-json", [json(ZIPKIN)]],
  ["Zipkin's JSON, indented", "zipkin-json", [json(ZIPKIN, 2)]],
  ["Zipkin's JSON, a span a line", "zipkin-json", [
    text(`[\n${ZIPKIN.map((each) => JSON.stringify(each)).join(",\n")}\n]`),
  ]],
  ["Zipkin's traces", "zipkin-json", [json(ZIPKIN.map((each) => [each]))]],
  ["Zipkin's first JSON", "zipkin-json", [json(ZIPKIN_V1)]],
  ["Zipkin's spans, one a line", "zipkin-json-lines", lines(ZIPKIN)],
  ["Zipkin's lists, one a line", "zipkin-json", lines(ZIPKIN.map((each) => [each]))],
  ["Jaeger's JSON", "jaeger-json", [json(JAEGER)]],
  ["Jaeger's JSON, indented", "jaeger-json", [json(JAEGER, 2)]],
  ["Jaeger's traces", "jaeger-json", [json(JAEGER.data)]],
  ["Jaeger's traces, one a line", "jaeger-json-lines", lines(JAEGER.data)],
  [
    "Jaeger's answers, one a line",
    "jaeger-json",
    lines(JAEGER.data.map((each) => ({ data: [each] }))),
  ],
  ["OTLP's JSON", "otlp-json", [json(OTLP)]],
  ["OTLP's JSON, indented", "otlp-json", [json(OTLP, 2)]],
  ["OTLP's JSON lines", "otlp-json", OTLP_LINES],
  ["OTLP's protobuf", "otlp-protobuf", PROTOBUF],
  ["OTLP's protobuf in frames", "otlp-protobuf-frames", PROTOBUF.map(frame)],
  ["OTLP's protobuf, backwards", "otlp-protobuf", PROTOBUF_BACKWARDS],
  ["OTLP's protobuf in frames, backwards", "otlp-protobuf-frames", PROTOBUF_BACKWARDS.map(frame)],
  ["SSF", "ssf-frames", SSF],
];

for (const [name, format, parts] of FILES) {
  const bytes = concat(parts);
  Deno.test(`a file of ${name} is recognised and read, however it arrives`, async () => {
    assertEquals(sniffFormat(bytes), format);
    for (const size of [1, 7, bytes.length]) {
      const opened = await openRecording(pieces(bytes, size));
      assertEquals(opened.format, format);
      const { spans, report } = await read(opened.bytes, format);
      assertEquals(spans.map((span) => span.name.slice(0, 6)), NUMBERS.map((n) => `span ${n}`));
      assertEquals([report.accepted, report.rejected, report.damageCount], [COUNT, {}, 0]);
      if (!format.startsWith("zipkin-json")) assert(spans.every(hasService));
    }
  });

  Deno.test(`a file of ${name} that is cut gives the spans before the cut, and says so`, async () => {
    const { spans: whole } = await read(pieces(bytes, bytes.length), format);
    const ends = new Set<number>();
    for (const part of parts) ends.add(part.length + Math.max(0, ...ends));
    let most = 0;
    for (let cut = 1; cut <= bytes.length; cut++) {
      const { spans, report } = await read(pieces(bytes.subarray(0, cut), 64), format);
      assert(spans.length >= most, `cut at ${cut}: fewer spans than with less`);
      most = spans.length;
      assertEquals(spans.map(identityOf), whole.slice(0, most).map(identityOf));
      // JSON lines need no line end.
      const isWhole = ends.has(cut) || ends.has(cut + 1) && bytes[cut] === 0x0a;
      assertEquals([report.rejected, report.damageCount], [{}, isWhole ? 0 : 1], `cut at ${cut}`);
      if (!isWhole) assertEquals(report.firstDamage, { reason: "the end is missing", offset: cut });
    }
    assertEquals(most, COUNT);
  });
}

Deno.test("a file with any byte changed is read as far as it goes, and never an error", async () => {
  for (const [name, format, parts] of FILES) {
    const bytes = concat(parts);
    const step = Math.max(1, Math.floor(bytes.length / 150));
    for (let at = 0; at < bytes.length; at += step) {
      for (const value of [0, 0x22, 0x5b, 0x7d, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        const { spans } = await read(pieces(changed, 97), format);
        assert(spans.length <= COUNT, `${name}, byte ${at}`);
      }
    }
  }
});

Deno.test("values nested 200,000 deep are refused or passed over", async () => {
  const depth = 200_000;
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
    const deep = open.repeat(depth) + "1" + close.repeat(depth);
    const zipkin = text(`[{"traceId":"1","id":"2","timestamp":1,"tags":{"a":${deep}}},${deep}]`);
    assertEquals((await read(pieces(zipkin, 65536), "zipkin-json")).spans, []);
    const jaeger = text(`{"data":[{"spans":[{"traceID":${deep}}]},${deep}]}`);
    assertEquals((await read(pieces(jaeger, 65536), "jaeger-json")).spans, []);
    const otlp = text(`{"resourceSpans":[{"scopeSpans":${deep}}, ${deep}]}\n`);
    assertEquals((await read(pieces(otlp, 65536), "otlp-json")).spans, []);
    assertEquals(sniffFormat(text(deep)), undefined);
  }
});

Deno.test("a damaged entry costs itself, the entries beside it are read", async () => {
  const [first, second, third] = ZIPKIN.map((each) => JSON.stringify(each));
  const broken = second.replace('"name":', '"name"');
  const zipkin = await read(pieces(text(`[${first},${broken},${third}]`), 100), "zipkin-json");
  assertEquals(zipkin.spans.map(({ spanId }) => spanId.at(-1)), ["0", "2"]);
  assertEquals(zipkin.report.damageCount, 1);
  assert(zipkin.report.firstDamage?.reason.includes("not JSON"), zipkin.report.firstDamage?.reason);
  assertEquals(zipkin.report.firstDamage?.offset, first.length + 2);
  const lines = OTLP_LINES.map((line) => new TextDecoder().decode(line));
  lines[1] = lines[1].slice(0, 150) + "\n";
  const otlp = await read(pieces(text(lines.join("")), 100), "otlp-json");
  assertEquals(otlp.spans.map(({ name }) => name), ["span 0", "span 2"]);
  assertEquals(otlp.report.damageCount, 1);
  assertEquals(otlp.report.firstDamage?.offset, lines[0].length + lines[1].length + 1);
});

Deno.test("JSON lines whose first is cut are recognised, and the cut is told", async () => {
  const cut = [OTLP_LINES[0].subarray(200), ...OTLP_LINES.slice(1)];
  const bytes = concat(cut);
  assertEquals(sniffFormat(bytes), "otlp-json");
  const { spans, report } = await read(pieces(bytes, 100), "otlp-json");
  assertEquals(spans.map(({ name }) => name), ["span 1", "span 2"]);
  assertEquals(report.damageCount, 1);
  const noise = await read(pieces(text("\ufeff\nwhat?\n" + lineOf(OTLP)), 10), "otlp-json");
  assertEquals([noise.spans.length, noise.report.damageCount], [COUNT, 1]);
});

Deno.test("a bad span in a file is counted by what is wrong", async () => {
  const { spans, report } = await read(
    pieces(json([ZIPKIN[0], { ...ZIPKIN[1], id: "x" }]), 50),
    "zipkin-json",
  );
  assertEquals([spans.length, report.rejected], [1, { invalid_id: 1 }]);
});

Deno.test("a long list is not held as a whole", async () => {
  const line = text(JSON.stringify(ZIPKIN[0]) + ",");
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield text("[");
    for (let count = 0; count < 20_000; count++) yield line;
  }
  let count = 0;
  let largest = 0;
  for await (const batch of readForeignSpans(endless(), "zipkin-json")) {
    count += batch.spanCount;
    largest = Math.max(largest, batch.lines.length);
  }
  assertEquals(count, 20_000);
  assert(largest < 2_000_000, `${largest} bytes in one batch`);
});

async function read(
  source: AsyncIterable<Uint8Array>,
  format: ForeignFormat,
): Promise<{ spans: Span[]; report: ReturnType<typeof readForeignSpans>["report"] }> {
  const foreign = readForeignSpans(source, format);
  const spans: Span[] = [];
  for await (const batch of foreign) spans.push(...decodeForeignLines(batch.lines));
  return { spans, report: foreign.report };
}

function hasService(span: Span): boolean {
  return span.service !== undefined || span.resource?.["service.name"] !== undefined;
}

function identityOf({ traceId, spanId, name, endTimeUnixNano }: Span): unknown[] {
  return [traceId, spanId, name, endTimeUnixNano];
}

function text(value: string): Uint8Array {
  return UTF8.encode(value);
}

function json(value: unknown, indent?: number): Uint8Array {
  return text(JSON.stringify(value, undefined, indent));
}

function lineOf(value: unknown): string {
  return JSON.stringify(value) + "\n";
}

/** Puts a message behind its length. */
/** The fields of a message that has only such with a length, of at most 16,383 bytes. */
function fieldsOf(message: Uint8Array): { all: Uint8Array; content: Uint8Array }[] {
  const fields: { all: Uint8Array; content: Uint8Array }[] = [];
  for (let at = 0; at < message.length;) {
    const isLong = message[at + 1] >= 0x80;
    const length = isLong ? message[at + 1] - 0x80 + message[at + 2] * 0x80 : message[at + 1];
    const from = at + (isLong ? 3 : 2);
    const to = from + length;
    fields.push({ all: message.subarray(at, to), content: message.subarray(from, to) });
    at = to;
  }
  return fields;
}

function lengthField(field: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const head = length < 0x80 ? [length] : [length % 0x80 + 0x80, length >> 7];
  return concat([Uint8Array.of(field << 3 | 2, ...head), content]);
}

function frame(message: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, message.length);
  return concat([length, message]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
