import { assertEquals, assertStringIncludes } from "@std/assert";
import { ChromeExporter } from "../../src/exporters/chrome_exporter.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { readForeignSpans } from "../../src/recording/foreign_spans.ts";
import { openRecording } from "../../src/recording/open_recording.ts";
import { sniffFormat } from "../../src/recording/sniff_format.ts";
import { decodeForeignLines } from "../../src/wire/span_line/decode_span_batch.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { BASE_NANO, richSpan, sampleSpan } from "../exporters/sample_spans.ts";
import { pieces } from "./_recording_fixture.ts";

const UTF8 = new TextEncoder();
const EVENTS = [
  { ph: "M", name: "process_name", pid: 1, tid: 0, args: { name: "ninja" } },
  { ph: "X", name: "cc a.c", pid: 1, tid: 1, ts: 10, dur: 5, args: { "]}": '"' } },
  { ph: "B", name: "link", pid: 1, tid: 1, ts: 20 },
  { ph: "E", name: "link", pid: 1, tid: 1, ts: 30 },
];
const LIST = JSON.stringify(EVENTS);
const OBJECT = JSON.stringify({ traceEvents: EVENTS, metadata: { "clock-domain": "MONO" } });

Deno.test("Chrome's trace events are recognised and read in each of their forms", async () => {
  const forms = [
    LIST,
    OBJECT,
    "\ufeff \n" + JSON.stringify(EVENTS, undefined, 2),
    JSON.stringify({ metadata: {}, traceEvents: EVENTS }, undefined, "\t"),
    // Programs write event by event, and leave the end to who reads.
    LIST.slice(0, -1),
    LIST.slice(0, -1) + ",\n",
    EVENTS.map((event) => JSON.stringify([event]) + "\n").join(""),
    EVENTS.map((event) => JSON.stringify({ traceEvents: [event] }) + "\n").join(""),
    EVENTS.map((event) => JSON.stringify(event) + "\n").join(""),
  ];
  for (const form of forms) {
    const bytes = UTF8.encode(form);
    const format = form.startsWith('{"ph"') ? "chrome-json-lines" as const : "chrome-json" as const;
    assertEquals(sniffFormat(bytes), format, form);
    for (const size of [1, 13, bytes.length]) {
      const opened = await openRecording(pieces(bytes, size));
      assertEquals(opened.format, format);
      const { spans, report } = await read(opened.bytes, format);
      assertEquals(spans.map(({ name, service }) => `${service}: ${name}`), [
        "ninja: cc a.c",
        "ninja: link",
      ], form);
      assertEquals([report.damageCount, report.rejected], [0, {}], form);
    }
  }
});

Deno.test("a cut file of trace events gives what is whole, and says that it was cut", async () => {
  for (let cut = 1; cut < OBJECT.length; cut++) {
    const { spans, report } = await read(pieces(UTF8.encode(OBJECT.slice(0, cut)), 50));
    const wholeBegins = [EVENTS[1], EVENTS[2]]
      .filter((event) =>
        OBJECT.indexOf(JSON.stringify(event)) + JSON.stringify(event).length <= cut
      );
    assertEquals(spans.length, wholeBegins.length, `cut at ${cut}`);
    assertEquals(report.damageCount, 1, `cut at ${cut}`);
  }
  // A list may lack its bracket, but no half of an event.
  const { report } = await read(pieces(UTF8.encode(LIST.slice(0, -5)), 50));
  assertEquals(report.damageCount, 1);
});

Deno.test("a broken event costs itself", async () => {
  const broken = LIST.replace('"name":"cc a.c"', '"name":cc');
  const { spans, report } = await read(pieces(UTF8.encode(broken), 50));
  assertEquals(spans.map(({ name }) => name), ["link"]);
  assertEquals(report.damageCount, 1);
  assertStringIncludes(report.firstDamage!.reason, "not JSON");
  assertEquals(report.firstDamage!.offset, broken.indexOf('{"ph":"X"'));
});

Deno.test("our own export reads back as the spans that it was made of", async () => {
  const spans = [
    sampleSpan({ service: "shop", events: [event("a", 5n), event("late", 5_000_000n)] }),
    sampleSpan({ spanId: "child", parentId: "00000000000000a1", service: "shop" }),
    sampleSpan({ spanId: "back", endTimeUnixNano: BASE_NANO - 1_234_567_890_123n, kind: 7 }),
    sampleSpan({ spanId: "open", endTimeUnixNano: undefined, state: "running" }),
    sampleSpan({
      spanId: "cut",
      endTimeUnixNano: undefined,
      state: "unfinished",
      events: [event("last words", 1n)],
    }),
    sampleSpan({
      traceId: "other",
      startTimeUnixNano: BASE_NANO - 999_999_999n,
      links: [{ traceId: "t", spanId: "s", attributes: createAttributes([["why", true]]) }],
      status: { code: "error", message: "broken" },
      resource: createAttributes([["service.name", "stock"], ["cpus", 4n]]),
      scope: { name: "lib", version: "1", attributes: createAttributes([["x", "y"]]) },
      traceState: "a=b",
      error: true,
      indicator: false,
      samples: [{ metric: "counter", name: "hits", value: 1.5, timeUnixNano: BASE_NANO }],
      attributes: createAttributes([["__proto__", "plain"], ["list", [1n, 0.5, "x"]], [
        "no",
        false,
      ]]),
    }),
  ];
  assertEquals(sorted(await roundTrip(spans)), sorted(spans));
});

Deno.test("what a second export writes is what the first wrote", async () => {
  const once = await roundTrip([richSpan(), sampleSpan({ spanId: "x", parentId: "a" })]);
  assertEquals(sorted(await roundTrip(once)), sorted(once));
});

Deno.test("many spans, their events and traces read back, however many are held back", async () => {
  const spans = Array.from({ length: 3_000 }, (_, n) =>
    sampleSpan({
      traceId: `t${n % 40}`,
      spanId: `s${n}`,
      parentId: n < 40 ? undefined : `s${n - 40}`,
      startTimeUnixNano: BASE_NANO + BigInt(n * 7 % 500) * 1_000n,
      endTimeUnixNano: BASE_NANO + BigInt(n * 7 % 500 + n % 13) * 1_000n,
      events: n % 3 === 0 ? [event(`e${n}`, BigInt(n))] : undefined,
    }));
  assertEquals(sorted(await roundTrip(spans)), sorted(spans));
});

function event(name: string, offset: bigint): NonNullable<Span["events"]>[number] {
  return { name, timeUnixNano: BASE_NANO + offset, attributes: createAttributes([["n", 1n]]) };
}

async function roundTrip(spans: readonly Span[]): Promise<Span[]> {
  const exporter = new ChromeExporter();
  let text = exporter.begin();
  for (const span of spans) text += exporter.span(span);
  text += exporter.end();
  const { spans: again, report } = await read(pieces(UTF8.encode(text), 4096));
  assertEquals([report.rejected, report.damageCount], [{}, 0], report.firstProblem);
  return again;
}

/** In an order of their own, without fields that are `undefined`. */
function sorted(spans: readonly Span[]): Span[] {
  return spans.map((span) => decodeSpanLine(encodeSpanLine(span))).sort((a, b) =>
    a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1
  );
}

async function read(
  source: AsyncIterable<Uint8Array>,
  format: "chrome-json" | "chrome-json-lines" = "chrome-json",
): Promise<{ spans: Span[]; report: ReturnType<typeof readForeignSpans>["report"] }> {
  const foreign = readForeignSpans(source, format);
  const spans: Span[] = [];
  for await (const batch of foreign) spans.push(...decodeForeignLines(batch.lines));
  return { spans, report: foreign.report };
}
