import { assertEquals, assertThrows } from "@std/assert";
import { changeSpan } from "../../src/model/change_span.ts";
import { shiftSpan } from "../../src/replay/shift_span.ts";
import { recorded, replaySpan } from "./replay_spans.ts";

const SHIFT = 3_600_000_000_001n;

Deno.test("a shift moves every time by the same amount and keeps the offset and the rest", () => {
  const spans = [
    replaySpan("ünï", 0, 123, {
      startOffsetMinutes: -210,
      name: ',"time":"',
      kind: "http",
      attributes: { time: "noon" },
      parentId: "p",
    }),
    replaySpan("hung", 5, undefined),
    replaySpan("rich", 5, 9, {
      events: [{ timeUnixNano: 6n, name: "e", attributes: {} }],
      samples: [{ metric: "counter", name: "a", value: 1 }, {
        metric: "counter",
        name: "b",
        value: 1,
        timeUnixNano: 7n,
      }],
    }),
  ];
  for (const read of [spans, recorded(spans)]) {
    read.forEach((span, index) => {
      const original = spans[index];
      assertEquals(
        changeSpan(shiftSpan(span, SHIFT), {}),
        changeSpan(original, {
          startTimeUnixNano: original.startTimeUnixNano + SHIFT,
          endTimeUnixNano: original.endTimeUnixNano && original.endTimeUnixNano + SHIFT,
          ...(original.events && { events: [{ ...original.events[0], timeUnixNano: 6n + SHIFT }] }),
          ...(original.samples && {
            samples: [
              original.samples[0],
              { ...original.samples[1], timeUnixNano: 7n + SHIFT },
            ],
          }),
        }),
      );
    });
  }
});

Deno.test("a time that has no year is an error", () => {
  for (const span of [replaySpan("a", 0, 1), ...recorded([replaySpan("a", 0, 1)])]) {
    assertThrows(() => shiftSpan(span, 10n ** 21n), RangeError);
  }
});
