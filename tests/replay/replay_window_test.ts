import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { ReplayWindow } from "../../src/replay/replay_window.ts";
import {
  BASE_NANO,
  eventMarks,
  openWindow,
  parseEvents,
  recorded,
  recordedLines,
  replaySpan,
  takeEvent,
  takeEvents,
  windowEvents,
} from "./replay_spans.ts";

/** Marks of the events of spans, which have to be the same when they were read from a recording. */
function marks(spans: readonly Span[]): string {
  const events = windowEvents(spans);
  assertEquals(windowEvents(recorded(spans)), events);
  const window = openWindow();
  assertEquals(window.addLines(recordedLines(spans)), spans.length);
  assertEquals(takeEvents(window), events);
  return eventMarks(events);
}

Deno.test("a span is told by a start and an end event as go-trace sends them", () => {
  const span = replaySpan("s1", 0, 1_500_000, {
    parentId: "s0",
    kind: "http",
    startOffsetMinutes: 540,
    attributes: { status: "200" },
  });
  for (const spans of [[span], recorded([span])]) {
    const [start, end] = windowEvents(spans);
    assertEquals(start, {
      type: 0,
      span_id: "s1",
      trace_id: "t1",
      parent_id: "s0",
      name: "span s1",
      kind: 1,
      time: "2026-03-11T19:00:00+09:00",
    });
    assertEquals(end, {
      type: 1,
      span_id: "s1",
      trace_id: "t1",
      name: "",
      kind: 0,
      time: "2026-03-11T10:00:00.0015Z",
      attrs: { status: "200" },
    });
  }
});

Deno.test("events go by time, whatever the order of the spans", () => {
  const spans = [replaySpan("b", 20, 30), replaySpan("a", 10, 25), replaySpan("c", 5, 40)];
  assertEquals(marks(spans), "+c +a +b -a -b -c");
});

Deno.test("at one moment parents start before their children and end after them", () => {
  const family = [
    replaySpan("a", 0, 10),
    replaySpan("b", 0, 10, { parentId: "a" }),
    replaySpan("c", 0, 10, { parentId: "b" }),
    replaySpan("d", 0, 10, { parentId: "c" }),
  ];
  for (const order of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]) {
    assertEquals(marks(order.map((index) => family[index])), "+a +b +c +d -d -c -b -a");
  }
});

Deno.test("an end never comes before its start, also when the clock went backwards", () => {
  const spans = [
    replaySpan("back", 50, 10),
    replaySpan("empty", 50, 50),
    replaySpan("other", 0, 100),
  ];
  const order = marks(spans).split(" ");
  assert(order.indexOf("+back") < order.indexOf("-back"), order.join(" "));
  assert(order.indexOf("+empty") < order.indexOf("-empty"), order.join(" "));
  const end = windowEvents(spans).find(({ span_id, type }) => span_id === "back" && type === 1)!;
  assertEquals(end.time, "2026-03-11T10:00:00.00000001Z");
});

Deno.test("a span that never ended has no end event", () => {
  assertEquals(marks([replaySpan("hung", 5, undefined), replaySpan("a", 0, 9)]), "+a +hung -a");
});

Deno.test("a recording that spans years is ordered to the nanosecond", () => {
  const years = 200 * 365 * 86_400;
  const spans = ["b", "a"].map((id, i) =>
    replaySpan(id, 0, undefined, {
      startTimeUnixNano: BASE_NANO + BigInt(years) * 1_000_000_000n - BigInt(i),
    })
  );
  assertEquals(marks([replaySpan("first", 0, 1), ...spans]), "+first -first +a +b");
});

Deno.test("rings of parents and equal ids do no harm", () => {
  const spans = [
    replaySpan("a", 0, 1, { parentId: "b" }),
    replaySpan("b", 0, 1, { parentId: "a" }),
    replaySpan("c", 0, 1, { parentId: "c" }),
    replaySpan("a", 0, 1, { parentId: "b" }),
  ];
  assertEquals(windowEvents(spans).length, 8);
  assertEquals(windowEvents(recorded(spans)).length, 8);
});

Deno.test("a chain of 100,000 spans at one moment is put in order", () => {
  const spans: Span[] = [];
  for (let i = 0; i < 100_000; i++) spans.push(replaySpan(`${i}`, 0, 1, { parentId: `${i - 1}` }));
  const events = windowEvents(spans.reverse());
  assert(events.slice(0, 100_000).every(({ span_id }, i) => span_id === `${i}`));
  assert(events.slice(100_000).every(({ span_id }, i) => span_id === `${99_999 - i}`));
});

Deno.test("a window that is full lets the earliest go, and counts what comes too late", () => {
  const window = openWindow(300);
  const spans = recorded([
    replaySpan("a", 10, 11),
    replaySpan("b", 20, 21),
    replaySpan("root", 0, 30),
    replaySpan("c", 15, 31),
    replaySpan("d", 32, 33),
  ]);
  const order: string[] = [];
  for (const span of spans) {
    window.add(span, 100);
    while (window.isFull) {
      order.push(eventMarks(parseEvents(takeEvent(window))));
    }
  }
  assertEquals(order.join(" "), "+root +a -a +c +b -b -root");
  assertEquals(window.outOfOrderCount, 0);
  window.add(replaySpan("late", 1, 2), 100);
  assertEquals(eventMarks(takeEvents(window)), "+late -late -c +d -d");
  assertEquals(window.outOfOrderCount, 2);
});

Deno.test("where spans are sent as a whole, each comes once, when it ended", () => {
  const spans = [
    replaySpan("a", 0, 50),
    replaySpan("b", 10, 20),
    replaySpan("hung", 30, undefined),
  ];
  for (const read of [spans, recorded(spans)]) {
    const window = new ReplayWindow({ maxBytes: Infinity, tellsStarts: false });
    for (const span of read) window.add(span, 100);
    const order: string[] = [];
    while (!window.isEmpty) {
      const { held, isLast } = window.take();
      assert(isLast);
      order.push(held!.span.spanId);
    }
    assertEquals(order, ["b", "hung", "a"]);
  }
});

Deno.test("what is cleared away is counted by spans, begun or not", () => {
  const window = openWindow();
  for (const span of recorded([replaySpan("a", 0, 9), replaySpan("b", 0, 8)])) {
    window.add(span, 100);
  }
  window.add(replaySpan("hung", 1, undefined), 100);
  window.take();
  window.take();
  assertEquals(window.clear(), 3);
  assert(window.isEmpty && !window.isFull);
});

Deno.test("spans in any order come out in order of time, with their places used again", () => {
  const window = openWindow(50 * 100);
  const spans = Array.from({ length: 2000 }, (_, index) => {
    // Up to 40 places away from the order of the ends.
    const end = 1000 * (index + (index * 7919) % 40);
    return replaySpan(`${index}`, end - 500, end, index % 3 === 0 ? { kind: "client" } : {});
  });
  const times: number[] = [];
  const take = (): void => {
    times.push(window.nextMomentNano);
    window.take();
  };
  for (const span of recorded(spans)) {
    window.add(span, 100);
    while (window.isFull) take();
  }
  while (!window.isEmpty) take();
  assertEquals(times.length, 4000);
  assertEquals(window.outOfOrderCount, 0);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("lines are taken as the spans that they hold, whatever these are like", () => {
  const spans = Array.from({ length: 300 }, (_, index) => {
    const at = (index * 7919) % 1000;
    const fields: Partial<Span>[] = [
      {},
      { kind: "sql", parentId: "p", attributes: { query: 'SELECT "ü" \\', n: "1" } },
      { kind: "client" },
      { name: 'a "b"' },
      { attributes: { number: 1n } },
      { startOffsetMinutes: 540, endOffsetMinutes: -210 },
      { service: "shop" },
      { startTimeUnixNano: BASE_NANO - 86_400_000_000_000n + BigInt(at) },
      { startTimeUnixNano: 0n },
      { traceId: "0".repeat(32), kind: "http" },
    ];
    const end = index % 11 === 0 ? undefined : at * 1_000_000 + 5;
    return replaySpan(`s${index}`, at * 1_000_000, end, fields[index % fields.length]);
  });
  assert(marks(spans).length > 0);
});

Deno.test("a few spans that stay long do not keep the memory of all that came with them", () => {
  // Each line is a thousandth of a piece, and one of a thousand stays: they would keep 64 MB.
  const window = openWindow(128 * 1024);
  const memory = (): number => process.memoryUsage().arrayBuffers;
  const before = memory();
  let kept = 0;
  let text = "";
  for (let round = 0; round < 250; round++) {
    const spans: Span[] = [];
    for (let i = 0; i < 1000; i++) {
      const from = (round * 1000 + i) * 10;
      spans.push(replaySpan(`${round}-${i}`, from, i === 0 ? 1e12 : from + 5));
    }
    window.addLines(recordedLines(spans));
    kept++;
    while (window.isFull) text = takeEvent(window);
  }
  assert(memory() - before < 24e6, `${(memory() - before) / 1e6} MB`);
  assert(text !== "");
  const ends = takeEvents(window).filter(({ span_id, type }) => /-0$/.test(span_id) && type === 1);
  assertEquals(
    ends.map(({ span_id }) => span_id),
    Array.from({ length: kept }, (_, i) => `${i}-0`),
  );
});

Deno.test("a line that is no text, or longer than all others, is taken as what it is", () => {
  const spans = ["a", "b", "c"].map((id, i) => replaySpan(id, i * 10, i * 10 + 5));
  const long = replaySpan("long", 50, 55, { attributes: { text: "x".repeat(600_000) } });
  const bytes = recordedLines([...spans, long, replaySpan("d", 60, 65)]);
  const text = new TextDecoder().decode(bytes);
  bytes[text.indexOf("span b")] = 0xff;
  const window = openWindow();
  assertEquals(window.addLines(bytes), 5);
  const events = takeEvents(window);
  assertEquals(eventMarks(events), "+a -a +b -b +c -c +long -long +d -d");
  assertEquals(events[2].name, "\ufffdpan b");
  assertEquals(events[7].attrs?.text?.length, 600_000);
});
