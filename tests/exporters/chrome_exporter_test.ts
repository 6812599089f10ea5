import { assert, assertEquals } from "@std/assert";
import { ChromeExporter } from "../../src/exporters/chrome_exporter.ts";
import type { Span } from "../../src/model/span.ts";
import { BASE_NANO, richSpan, sampleSpan } from "./sample_spans.ts";

interface ChromeEvent {
  name: string;
  cat?: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  s?: string;
  args: Record<string, unknown>;
}
interface ChromeFile {
  displayTimeUnit: string;
  traceEvents: ChromeEvent[];
  otherData: { time_origin?: string };
}

function exportText(exporter: ChromeExporter, spans: Iterable<Span>): string {
  let text = exporter.begin();
  for (const span of spans) text += exporter.span(span);
  return text + exporter.end();
}

function exportSpans(spans: Iterable<Span>, maxPendingSpans?: number): ChromeFile {
  return JSON.parse(exportText(new ChromeExporter({ maxPendingSpans }), spans));
}

function drawn(file: ChromeFile): ChromeEvent[] {
  return file.traceEvents.filter(({ ph }) => ph === "X" || ph === "B");
}

/** A span from `from` to `to` (nanoseconds after the base), the id being its name. */
function span(id: string, from: number, to: number | undefined, fields: Partial<Span> = {}): Span {
  return sampleSpan({
    spanId: id,
    name: id,
    startTimeUnixNano: BASE_NANO + BigInt(from),
    endTimeUnixNano: to === undefined ? undefined : BASE_NANO + BigInt(to),
    state: to === undefined ? "unfinished" : "ended",
    ...fields,
  });
}

function laneOf(file: ChromeFile, id: string): string {
  const event = drawn(file).find(({ args }) => args.span_id === id)!;
  return `${event.pid}/${event.tid}`;
}

/**
 * Draws a lane as viewers do: by time, the longer first, in the order of the file. Fails when two
 * spans overlap in part, or one is inside of a span that is not its parent.
 */
function checkLanes(file: ChromeFile): void {
  const lanes = Map.groupBy(drawn(file), ({ pid, tid }) => `${pid}/${tid}`);
  for (const [lane, events] of lanes) {
    const open: { id: unknown; end: number }[] = [];
    const end = ({ ph, ts, dur }: ChromeEvent): number =>
      ph === "B" ? Infinity : Math.round(ts * 1000) + Math.round(dur! * 1000);
    const ordered = events.toSorted((a, b) => a.ts - b.ts || end(b) - end(a));
    for (const event of ordered) {
      const start = Math.round(event.ts * 1000);
      while (open.length > 0 && open.at(-1)!.end <= start) open.pop();
      const outer = open.at(-1);
      if (outer !== undefined) {
        assert(end(event) <= outer.end, `${event.args.span_id} sticks out on lane ${lane}`);
        assertEquals(event.args.parent_id, outer.id, `${event.args.span_id} on lane ${lane}`);
      }
      open.push({ id: event.args.span_id, end: end(event) });
    }
  }
}

Deno.test("a span becomes a complete event with exact nanoseconds from the time origin", () => {
  const file = exportSpans([sampleSpan()]);
  assertEquals(file.displayTimeUnit, "ns");
  const [event] = drawn(file);
  assertEquals(event, {
    name: "GET /users",
    cat: "http",
    ph: "X",
    pid: 1,
    tid: 1,
    args: {
      trace_id: "00000000000000b1",
      span_id: "00000000000000a1",
      attributes: { method: "GET" },
    },
    ts: 122400123456.789,
    dur: 1000,
  });
  const origin = BigInt(Date.parse(file.otherData.time_origin!)) * 1_000_000n;
  assertEquals(origin + BigInt(Math.round(event.ts * 1000)), BASE_NANO);
});

Deno.test("processes are named after services and lanes have names", () => {
  const file = exportSpans([sampleSpan({ service: "cart" }), richSpan()]);
  const names = file.traceEvents.filter(({ ph }) => ph === "M")
    .map(({ name, pid, tid, args }) => [name, pid, tid, args.name ?? args.sort_index]);
  assertEquals(names, [
    ["process_name", 1, 0, "cart"],
    ["thread_name", 1, 1, "lane 1"],
    ["thread_sort_index", 1, 1, 1],
    ["process_name", 2, 0, "shop"],
    ["thread_name", 2, 1, "lane 1"],
    ["thread_sort_index", 2, 1, 1],
  ]);
});

Deno.test("every field and value of a span is in the arguments, safe as JSON", () => {
  const file = exportSpans([richSpan()]);
  const { args, name } = drawn(file)[0];
  assertEquals(name.isWellFormed(), true);
  const { ["__proto__"]: proto, ...attributes } = args.attributes as Record<string, unknown>;
  assertEquals(proto, "plain");
  assertEquals(attributes, {
    int: "9223372036854775807",
    negative: "-9223372036854775808",
    "whole double": 1,
    nan: "NaN",
    infinity: "-Infinity",
    yes: true,
    bytes: "AAH+/w==",
    list: ["a", 2, 0.5, [false]],
    map: { constructor: 1 },
  });
  assertEquals(args.status, { code: "error", message: "broken" });
  assertEquals(args.links, [
    { trace_id: "not hexadecimal", span_id: "s", attributes: { why: "retry" } },
  ]);
  assertEquals(args.samples, [
    { metric: "counter", name: "hits", value: 1, time: "2026-03-11T10:00:00.123456789Z" },
  ]);
  const [moment] = file.traceEvents.filter(({ ph }) => ph === "i");
  assertEquals([moment.name, moment.s, moment.tid], ["exception", "t", 1]);
});

Deno.test("children are drawn in their parent, overlapping siblings beside each other", () => {
  const file = exportSpans([
    span("a", 10, 40, { parentId: "root" }),
    span("b", 20, 50, { parentId: "root" }),
    span("c", 60, 70, { parentId: "root" }),
    span("late", 80, 200, { parentId: "root" }),
    span("root", 0, 100),
  ]);
  checkLanes(file);
  assertEquals(laneOf(file, "a"), laneOf(file, "root"));
  assertEquals(laneOf(file, "c"), laneOf(file, "root"));
  assertEquals(laneOf(file, "b"), "1/2");
  assertEquals(laneOf(file, "late"), "1/2");
});

Deno.test("traces one after another share a lane, traces at the same time do not", () => {
  const spans = [span("x", 0, 10), span("y", 5, 15), span("z", 20, 30)];
  const file = exportSpans(spans.map((one) => ({ ...one, traceId: one.spanId })));
  assertEquals(["x", "y", "z"].map((id) => laneOf(file, id)), ["1/1", "1/2", "1/1"]);
});

Deno.test("a span without an end stays open and keeps its lane", () => {
  const exporter = new ChromeExporter();
  const file: ChromeFile = JSON.parse(exportText(exporter, [
    span("child", 5, 6, { parentId: "hung" }),
    span("hung", 0, undefined),
    span("other", 100, 110, { traceId: "other" }),
  ]));
  checkLanes(file);
  const hung = drawn(file).find(({ name }) => name === "hung")!;
  assertEquals([hung.ph, hung.dur, hung.args.state], ["B", undefined, "unfinished"]);
  assertEquals(laneOf(file, "child"), laneOf(file, "hung"));
  assertEquals(laneOf(file, "other"), "1/2");
  assertEquals(exporter.changed, { no_end_time: 1 });
});

Deno.test("a span that ends before it starts has no length and says what was recorded", () => {
  const exporter = new ChromeExporter();
  const file: ChromeFile = JSON.parse(exportText(exporter, [span("back", 10, 7)]));
  const [event] = drawn(file);
  assertEquals([event.dur, event.args.duration_ns], [0, -3]);
  assertEquals(exporter.changed, { negative_duration: 1 });
});

Deno.test("a parent with the very times of its child comes first", () => {
  const file = exportSpans([span("child", 0, 10, { parentId: "root" }), span("root", 0, 10)]);
  assertEquals(drawn(file).map(({ name }) => name), ["root", "child"]);
});

Deno.test("rings, doubled ids and missing parents are drawn", () => {
  const file = exportSpans([
    span("a", 0, 10, { parentId: "b" }),
    span("b", 1, 9, { parentId: "a" }),
    span("self", 2, 3, { parentId: "self" }),
    span("a", 4, 5, { parentId: "gone" }),
  ]);
  assertEquals(drawn(file).length, 4);
});

Deno.test("a chain of 100,000 spans is laid out without a stack overflow", () => {
  const spans = Array.from(
    { length: 100_000 },
    (_, i) => span(`${i}`, i, 400_000 - i, { parentId: `${i - 1}` }),
  );
  const file = exportSpans(spans, 200_000);
  assertEquals(drawn(file).length, 100_000);
  assertEquals(new Set(drawn(file).map(({ tid }) => tid)).size, 1);
});

Deno.test("random forests never overlap in part on a lane, however little is held back", () => {
  let seed = 7;
  function random(below: number): number {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  }
  for (let round = 0; round < 60; round++) {
    const spans: Span[] = [];
    for (let i = 0; i < 60; i++) {
      const from = random(200);
      const traceId = `trace ${random(3)}`;
      const parentId = random(4) === 0 ? undefined : `s${random(60)}`;
      const to = random(20) === 0 ? undefined : from + random(50);
      spans.push(span(`s${i}`, from, to, { traceId, parentId, service: `v${random(2)}` }));
    }
    const file = exportSpans(spans, round % 2 === 0 ? undefined : 1 + random(30));
    assertEquals(drawn(file).length, 60);
    checkLanes(file);
  }
});

Deno.test("lanes and processes without bound end in a crowded lane and a common process", () => {
  const exporter = new ChromeExporter();
  const hung = Array.from(
    { length: 2100 },
    (_, i) => span(`${i}`, i, undefined, { traceId: `${i}` }),
  );
  const file: ChromeFile = JSON.parse(exportText(exporter, hung));
  assertEquals(exporter.changed, { no_end_time: 2100, crowded_lane: 52 });
  assertEquals(new Set(drawn(file).map(({ tid }) => tid)).size, 2049);
  const services = Array.from({ length: 300 }, (_, i) => span("s", i, i + 1, { service: `v${i}` }));
  assertEquals(new Set(drawn(exportSpans(services)).map(({ pid }) => pid)).size, 257);
});

Deno.test("spans with long attributes are held back in small numbers", () => {
  const exporter = new ChromeExporter();
  exporter.begin();
  let longest = 0;
  for (let i = 0; i < 120; i++) {
    const attributes = { text: "x".repeat(2 ** 19) };
    longest = Math.max(longest, exporter.span(span(`${i}`, i, i, { attributes })).length);
  }
  assert(longest > 0 && longest < 40 * 2 ** 20);
  assert(exporter.end().length < 40 * 2 ** 20);
});

Deno.test("no spans make a valid empty file", () => {
  assertEquals(exportSpans([]), {
    displayTimeUnit: "ns",
    traceEvents: [],
    otherData: { creator: "trace" } as ChromeFile["otherData"],
  });
});
