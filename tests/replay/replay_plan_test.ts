import { assert, assertEquals } from "@std/assert";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { planReplay } from "../../src/replay/replay_plan.ts";
import { renameSpan } from "../../src/replay/rename_span.ts";
import { BASE_NANO, eventMarks, planEvents, replaySpan } from "./replay_spans.ts";

Deno.test("a span is told by a start and an end event as go-trace sends them", () => {
  const span = replaySpan("s1", 0, 1_500_000, {
    parentId: "s0",
    kind: "http",
    startOffsetMinutes: 540,
    attributes: createAttributes([["status", "200"], ["__proto__", "x"]]),
  });
  const [start, end] = planEvents(planReplay([span]));
  assertEquals(start, {
    type: 0,
    span_id: "s1",
    trace_id: "t1",
    parent_id: "s0",
    name: "span s1",
    kind: 1,
    time: "2026-03-11T19:00:00+09:00",
  });
  assertEquals(JSON.stringify(end.attrs), '{"status":"200","__proto__":"x"}');
  assertEquals([end.type, end.name, end.time], [1, "", "2026-03-11T10:00:00.0015Z"]);
});

Deno.test("events go by time, whatever the order of the spans", () => {
  const spans = [replaySpan("b", 20, 30), replaySpan("a", 10, 25), replaySpan("c", 5, 40)];
  const plan = planReplay(spans);
  assertEquals(eventMarks(plan), "+c +a +b -a -b -c");
  assertEquals(plan.durationNano, 35n);
  assertEquals([0, 1, 5].map((index) => plan.momentNano(index)), [0, 5, 35]);
});

Deno.test("at one moment parents start before their children and end after them", () => {
  const family = [
    replaySpan("a", 0, 10),
    replaySpan("b", 0, 10, { parentId: "a" }),
    replaySpan("c", 0, 10, { parentId: "b" }),
    replaySpan("d", 0, 10, { parentId: "c" }),
  ];
  for (const order of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]) {
    const plan = planReplay(order.map((index) => family[index]));
    assertEquals(eventMarks(plan), "+a +b +c +d -d -c -b -a");
  }
});

Deno.test("an end never comes before its start, also when the clock went backwards", () => {
  const plan = planReplay([
    replaySpan("back", 50, 10),
    replaySpan("empty", 50, 50),
    replaySpan("other", 0, 100),
  ]);
  const marks = eventMarks(plan).split(" ");
  assert(marks.indexOf("+back") < marks.indexOf("-back"), marks.join(" "));
  assert(marks.indexOf("+empty") < marks.indexOf("-empty"), marks.join(" "));
  const end = planEvents(plan).find(({ span_id, type }) => span_id === "back" && type === 1)!;
  assertEquals(end.time, "2026-03-11T10:00:00.00000001Z");
});

Deno.test("a span that never ended has no end event; its attributes go with the start", () => {
  const span = replaySpan("hung", 0, undefined, { attributes: { query: "SELECT 1" } });
  const events = planEvents(planReplay([span]));
  assertEquals(events.map(({ type, attrs }) => [type, attrs?.query]), [[0, "SELECT 1"]]);
});

Deno.test("attributes that are no strings are sent as text and counted", () => {
  const span = replaySpan("s", 0, 1, {
    kind: "server",
    service: "cart",
    status: { code: "error" },
    attributes: createAttributes([
      ["int", 9007199254740993n],
      ["nan", NaN],
      ["list", [1n, "a", Infinity]],
      ["bytes", new Uint8Array([255])],
      ["no", false],
    ]),
  });
  const plan = planReplay([span, replaySpan("plain", 0, 1)]);
  const end = planEvents(plan).find(({ type, span_id }) => type === 1 && span_id === "s")!;
  assertEquals({ ...end.attrs }, {
    int: "9007199254740993",
    nan: "NaN",
    list: '["1","a","Infinity"]',
    bytes: "/w==",
    no: "false",
  });
  assertEquals(plan.changed, { kind: 1, attribute_type: 1 });
  assertEquals(plan.dropped, { status: 1, service: 1 });
});

Deno.test("a shift moves every time by the same amount and keeps the offset", () => {
  const span = replaySpan("ünï", 0, 123, {
    startOffsetMinutes: -210,
    name: ',"time":"',
    attributes: { time: "noon" },
  });
  const [start, end] = planEvents(planReplay([span]), 3_600_000_000_001n);
  assertEquals(start.time, "2026-03-11T07:30:00.000000001-03:30");
  assertEquals(end.time, "2026-03-11T11:00:00.000000124Z");
  assertEquals([start.span_id, start.name, end.attrs], ["ünï", ',"time":"', { time: "noon" }]);
});

Deno.test("spans are chosen by their start, absolute or from the first one", () => {
  const spans = [replaySpan("a", 0, 100), replaySpan("b", 10, 20), replaySpan("c", 20, 30)];
  assertEquals(eventMarks(planReplay(spans, { from: { sinceFirstNano: 10n } })), "+b +c -b -c");
  const plan = planReplay(spans, { until: { unixNano: BASE_NANO + 20n } });
  assertEquals(eventMarks(plan), "+a +b -b -a");
  assertEquals(plan.spanCount, 2);
});

Deno.test("spans that no event line can hold are left out and counted", () => {
  const plan = planReplay([
    replaySpan("long", 0, 1, { attributes: { text: "ä".repeat(600_000) } }),
    replaySpan("fits", 0, 1, { attributes: { text: "ä".repeat(500_000) } }),
    replaySpan("far", 0, 1, { startTimeUnixNano: 2n ** 63n }),
  ]);
  assertEquals(plan.skipped, { too_long: 1, time_out_of_range: 1 });
  assertEquals(eventMarks(plan), "+fits -fits");
});

Deno.test("a recording that spans years is ordered to the nanosecond", () => {
  const years = 200 * 365 * 86_400;
  const spans = ["b", "a"].map((id, i) =>
    replaySpan(id, 0, undefined, {
      startTimeUnixNano: BASE_NANO + BigInt(years) * 1_000_000_000n - BigInt(i),
    })
  );
  assertEquals(
    eventMarks(planReplay([...spans, replaySpan("first", 0, 1)])),
    "+first -first +a +b",
  );
});

Deno.test("rings of parents and equal ids do no harm", () => {
  const spans = [
    replaySpan("a", 0, 1, { parentId: "b" }),
    replaySpan("b", 0, 1, { parentId: "a" }),
    replaySpan("c", 0, 1, { parentId: "c" }),
    replaySpan("a", 0, 1, { parentId: "b" }),
  ];
  assertEquals(planReplay(spans).eventCount, 8);
});

Deno.test("a chain of 100,000 spans at one moment is put in order", () => {
  const spans: Span[] = [];
  for (let i = 0; i < 100_000; i++) spans.push(replaySpan(`${i}`, 0, 1, { parentId: `${i - 1}` }));
  const events = planEvents(planReplay(spans.reverse()));
  assert(events.slice(0, 100_000).every(({ span_id }, i) => span_id === `${i}`));
  assert(events.slice(100_000).every(({ span_id }, i) => span_id === `${99_999 - i}`));
});

Deno.test("new ids keep the tree, differ by salt, and do not depend on what came before", () => {
  const root = replaySpan("r", 0, 9);
  const child = replaySpan("c", 1, 2, {
    parentId: "r",
    links: [{ traceId: "t1", spanId: "r", attributes: {} }],
  });
  const [newRoot, newChild] = [root, child].map((span) => renameSpan(span, "salt"));
  assertEquals(newChild.parentId, newRoot.spanId);
  assertEquals(newChild.traceId, newRoot.traceId);
  assertEquals(newChild.links![0].spanId, newRoot.spanId);
  assertEquals(newRoot.parentId, undefined);
  assert(/^[0-9a-f]{16}$/.test(newRoot.spanId) && newRoot.spanId !== newChild.spanId);
  assert(renameSpan(root, "other").spanId !== newRoot.spanId);
  const plan = planReplay([child, root], { newIdSalt: "salt" });
  assertEquals(planEvents(plan)[0].span_id, newRoot.spanId);
});

Deno.test("a plan without spans is empty", () => {
  const plan = planReplay([]);
  assertEquals([plan.eventCount, plan.durationNano], [0, 0n]);
});
