import { assert, assertEquals, assertThrows } from "@std/assert";
import { LineBuffer } from "../../../src/assemble/line_buffer.ts";
import type { Span } from "../../../src/model/span.ts";
import {
  ChromeTraceReader,
  type ChromeTraceReaderOptions,
} from "../../../src/wire/chrome/chrome_trace_reader.ts";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import type { TranscodeResult } from "../../../src/wire/span_line/transcode_result.ts";
import { decodeForeignLines } from "../../../src/wire/span_line/decode_span_batch.ts";

const UTF8 = new TextEncoder();
const LANE = { pid: 7, tid: 1 };

Deno.test("a complete event becomes a span with its thread, process and arguments", () => {
  const [span] = accept([
    complete("compile", 1_000, 250.5, {
      cat: "ts,check",
      args: { file: "a.ts", lines: 12, ratio: 0.5, deep: { list: [1, null] }, none: null },
    }),
    // Chrome writes the names last.
    { ph: "M", name: "process_name", ...LANE, args: { name: "tsc" } },
    { ph: "M", name: "thread_name", ...LANE, args: { name: "main" } },
  ]);
  const { attributes, traceId, spanId, ...rest } = span;
  assertEquals(rest, {
    name: "compile",
    kind: "internal",
    startTimeUnixNano: 1_000_000n,
    endTimeUnixNano: 1_250_500n,
    state: "ended",
    service: "tsc",
  });
  assertEquals(structuredClone({ ...attributes, deep: { ...attributes.deep as object } }), {
    "file": "a.ts",
    "lines": 12n,
    "ratio": 0.5,
    "deep": { list: [1n, "null"] },
    "chrome.category": "ts,check",
    "thread.id": 1n,
    "thread.name": "main",
  });
  assertEquals([traceId.length, spanId], [16, "0000000000000001"]);
});

Deno.test("spans of a thread lie in each other by their times, whatever their order", () => {
  const tree = parents(accept([
    complete("leaf", 12, 3),
    complete("late leaf", 18, 2),
    complete("inner", 10, 10),
    complete("empty", 20, 0),
    complete("outer", 0, 20),
    complete("next", 20, 5),
    complete("overlap", 24, 5),
    complete("in overlap", 26, 3),
    { ...complete("other thread", 1, 1), tid: 2 },
  ]));
  assertEquals(tree, {
    "leaf": "inner",
    "late leaf": "inner",
    "inner": "outer",
    // It touches three spans: the one that begins there has it.
    "empty": "next",
    "outer": undefined,
    "next": undefined,
    "overlap": undefined,
    "in overlap": "overlap",
    "other thread": undefined,
  });
});

Deno.test("begin and end pair up, in each thread of its own", () => {
  const { spans, result } = read([
    { ph: "B", name: "a", ts: 1, ...LANE, args: { x: 1 } },
    { ph: "B", name: "b", ts: 2, ...LANE },
    { ph: "E", ts: 9, pid: 7, tid: 2 },
    { ph: "E", name: "b", ts: 3, ...LANE },
    { ph: "B", name: "open", ts: 4, ...LANE },
    complete("in open", 5, 1),
    { ph: "E", name: "a", ts: 7, ...LANE, args: { y: 2 } },
  ]);
  assertEquals(parents(spans), {
    "a": undefined,
    "b": "a",
    "open": undefined,
    "in open": "open",
  });
  const [a, open] = ["a", "open"].map((wanted) => spans.find(({ name }) => name === wanted)!);
  assertEquals([a.endTimeUnixNano, a.attributes.x, a.attributes.y], [7000n, 1n, 2n]);
  assertEquals([open.state, open.endTimeUnixNano], ["unfinished", undefined]);
  assertEquals([result.accepted, result.unfinished, result.rejected], [4, 1, { orphan_end: 1 }]);
});

Deno.test("asynchronous operations are told apart by category and id, in a process or beyond", () => {
  const begin = (name: string, ts: number, more: object): object => ({
    ph: "b",
    cat: "net",
    name,
    ts,
    ...LANE,
    ...more,
  });
  const end = (name: string, ts: number, more: object): object => ({
    ...begin(name, ts, more),
    ph: "e",
  });
  const spans = accept([
    begin("request", 1, { id: "0x1" }),
    begin("other", 1, { id: "0x2" }),
    begin("shared", 1, { id2: { global: "0x1" } }),
    begin("dns", 2, { id: "0x1" }),
    { ...begin("resolved", 3, { id: "0x1" }), ph: "n", args: { ip: "::1" } },
    end("dns", 4, { id: "0x1" }),
    end("request", 6, { id: "0x1", tid: 9 }),
    end("other", 5, { id: "0x2" }),
    end("shared", 8, { id2: { global: "0x1" }, pid: 8 }),
  ]);
  assertEquals(parents(spans), {
    request: undefined,
    other: undefined,
    shared: undefined,
    dns: "request",
  });
  assertEquals(
    Object.fromEntries(spans.map(({ name, endTimeUnixNano }) => [name, endTimeUnixNano])),
    { dns: 4000n, request: 6000n, other: 5000n, shared: 8000n },
  );
  const [event] = spans.find(({ name }) => name === "dns")!.events!;
  assertEquals([event.name, event.timeUnixNano, event.attributes.ip], ["resolved", 3000n, "::1"]);
});

Deno.test("a moment belongs to the innermost span around it", () => {
  const spans = accept([
    complete("outer", 0, 20),
    { ph: "i", name: "in inner", ts: 12, ...LANE, args: { n: 1 } },
    { ph: "i", name: "in outer", ts: 18, ...LANE },
    { ph: "i", name: "nowhere", ts: 30, ...LANE },
    complete("inner", 10, 5),
  ]);
  const names = spans.map(({ name, events }) => [name, ...(events ?? []).map((e) => e.name)]);
  assertEquals(names, [["outer", "in outer"], ["inner", "in inner"]]);
});

Deno.test("a trace is a process of a file, the same each time", () => {
  const events = [complete("a", 1, 1), { ...complete("b", 1, 1), pid: 8 }, complete("c", 5, 1)];
  const [a, c, b] = accept(events);
  assertEquals([a.name, b.name, c.name], ["a", "b", "c"]);
  assertEquals([a.traceId === b.traceId, a.traceId === c.traceId], [false, true]);
  assertEquals(accept(events).map(({ traceId }) => traceId), [a, c, b].map((s) => s.traceId));
  const [other] = accept([complete("a", 2, 1)]);
  assert(other.traceId !== a.traceId);
});

Deno.test("times keep their nanoseconds, however large", () => {
  const spans = accept([
    '{"ph":"X","name":"a","ts":1795169829455123.457,"dur":0.001,"pid":1,"tid":1,"args":{"s":"\\"ts\\":1.5"}}',
    '{"ph":"X","name":"b","ts":"1795169829455123.4565","dur":"2","pid":1,"tid":1}',
    '{"ph":"X","name":"c","ts":86400000000.123,"dur":1e3,"pid":1,"tid":1}',
    '{"ph":"X","name":"d","ts":-1.5,"dur":1,"pid":1,"tid":2}',
  ]);
  assertEquals(
    spans.map(({ startTimeUnixNano }) => startTimeUnixNano),
    [
      1_795_169_829_455_123_457n,
      1_795_169_829_455_123_457n,
      86_400_000_000_123n,
      -1_500n,
    ].slice(0, spans.length),
  );
});

Deno.test("one bad event is counted, the others are taken, and what is no span is passed over", () => {
  const { spans, result } = read([
    complete("a", 1, 1),
    { ...complete("no time", 1, 1), ts: undefined },
    { ...complete("text", 1, 1), ts: "soon" },
    { ...complete("far", 1, 1), ts: 1e18 },
    complete("deep", 1, 1, { args: JSON.parse(`{"a":${"[".repeat(200)}${"]".repeat(200)}}`) }),
    complete("odd", 1, 1, { args: { trace_id: "1", span_id: "1", attributes: {}, links: 5 } }),
    { ph: "C", name: "memory", ts: 1, ...LANE, args: { bytes: 5 } },
    { ph: "s", id: 1, ts: 1, ...LANE },
    { ph: "?" },
    {},
  ]);
  assertEquals(spans.map(({ name }) => name), ["a"]);
  assertEquals(result.rejected, { invalid_time: 3, too_deep: 1, malformed: 1 });
});

Deno.test("what is no object in JSON is an error, however it is cut", () => {
  const whole = JSON.stringify(complete("a", 1, 1, { args: { list: [1, "two"] } }));
  const reader = new ChromeTraceReader(new LineBuffer(() => {}));
  for (let cut = 0; cut < whole.length; cut++) {
    assertThrows(() => reader.push(UTF8.encode(whole.slice(0, cut))), DecodeError);
  }
  for (const text of ["[]", "1", "null"]) {
    assertThrows(() => reader.push(UTF8.encode(text)), DecodeError, "no object");
  }
  const deep = `{"ph":"X","ts":1,"args":${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}}`;
  reader.push(UTF8.encode(deep));
  reader.finish();
  assertEquals([reader.result.accepted, reader.result.rejected], [0, { too_deep: 1 }]);
});

Deno.test("what is held back has a bound, and spans find their parents across it", () => {
  const events: object[] = [{ ph: "B", name: "open", ts: 0, ...LANE }];
  for (let n = 0; n < 1_000; n++) events.push(complete(`span ${n}`, n * 10, 5));
  events.push({ ph: "E", ts: 20_000, ...LANE });
  const sizes: number[] = [];
  const { spans } = read(events, { maxHeldSpans: 64 }, sizes);
  assertEquals(new Set(spans.map(({ parentId }) => parentId)).size, 2);
  assertEquals(spans.length, 1_001);
  assert(sizes.length > 10);
  // Threads that begin and never end are given up, and counted as what they are.
  const begins = Array.from(
    { length: 1_000 },
    (_, n) => ({ ph: "B", name: "b", ts: n, pid: 1, tid: n }),
  );
  const { result } = read(begins, { maxHeldSpans: 64 });
  assertEquals([result.accepted, result.unfinished], [1_000, 1_000]);
});

Deno.test("spans that overlap without end are read in time that grows with their number", () => {
  const events = Array.from({ length: 50_000 }, (_, n) => complete("a", n, 1_000_000 + n));
  assertEquals(accept(events).length, 50_000);
});

Deno.test("events of random shapes never do more than be refused", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = Math.imul(seed, 1_103_515_245) + 12_345 & 0x7fffffff;
    return seed % below;
  };
  const values = [1, -1, 1.5, "1", "x", null, [], {}, true, 2 ** 60, "__proto__", { a: [null] }];
  const any = (): unknown => values[random(values.length)];
  const keys = ["ts", "dur", "pid", "tid", "name", "cat", "args", "id", "id2", "scope"];
  for (let round = 0; round < 3_000; round++) {
    const events = Array.from({ length: 4 }, () => {
      const event: Record<string, unknown> = { ph: "XBEbeniMSFT"[random(11)], ts: 1, pid: 1 };
      for (let n = random(5); n > 0; n--) event[keys[random(keys.length)]] = any();
      if (random(4) === 0) {
        event.args = { trace_id: "t", span_id: "s", attributes: {}, status: any(), scope: any() };
      }
      return event;
    });
    read(events);
  }
});

function complete(name: string, ts: number, dur: number, more: object = {}): object {
  return { ph: "X", name, ts, dur, ...LANE, ...more };
}

function read(
  events: readonly (object | string)[],
  options?: ChromeTraceReaderOptions,
  sizes: number[] = [],
): { spans: Span[]; result: TranscodeResult } {
  const spans: Span[] = [];
  const sink = new LineBuffer((batch) => spans.push(...decodeForeignLines(batch.lines)));
  const reader = new ChromeTraceReader(sink, options);
  for (const event of events) {
    reader.push(UTF8.encode(typeof event === "string" ? event : JSON.stringify(event)));
    const { accepted } = reader.result;
    if (accepted !== sizes.at(-1)) sizes.push(accepted);
  }
  reader.finish();
  sink.flush();
  return { spans, result: reader.result };
}

function accept(events: readonly (object | string)[]): Span[] {
  const { spans, result } = read(events);
  assertEquals(result.rejected, {}, result.firstProblem);
  return spans;
}

/** The name of each span's parent. */
function parents(spans: readonly Span[]): Record<string, string | undefined> {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return Object.fromEntries(
    spans.map(({ name, parentId }) => [name, parentId && names.get(parentId)]),
  );
}
