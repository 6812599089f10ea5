import { assert, assertEquals } from "@std/assert";
import { formatTimestamp } from "../../src/model/time.ts";
import {
  anchorClock,
  anchoredUnixNano,
  type Clock,
  formatAnchoredTime,
  systemClock,
} from "../../src/sdk/clock.ts";
import type { RecordingSpan } from "../../src/sdk/recording_span.ts";
import { createTracer } from "../../src/sdk/tracer.ts";
import { SpanRecorder } from "./_span_recorder.ts";

/** A clock that stands still until it is moved. */
class ManualClock implements Clock {
  monotonic = 1000.25;
  wall = 1_773_223_200_000.5;

  monotonicMs(): number {
    return this.monotonic;
  }

  wallMs(): number {
    return this.wall;
  }

  pass(ms: number): void {
    this.monotonic += ms;
    this.wall += ms;
  }
}

Deno.test("a fast time is the exact time, at any number of digits and over any second", () => {
  const anchor = { monotonicMs: 5, seconds: 1_773_223_199, nanos: 999_000_000 };
  const elapsed = [
    0,
    0.000_001,
    0.001,
    0.1,
    0.999_999,
    1,
    1.000_001,
    1.5,
    999,
    1000,
    1001,
    61_001.25,
  ];
  for (const ms of [...elapsed, ...Array.from({ length: 500 }, (_, index) => index * 1234.5678)]) {
    assertEquals(
      formatAnchoredTime(anchor, 5 + ms),
      formatTimestamp(anchoredUnixNano(anchor, 5 + ms)),
    );
  }
  assertEquals(formatAnchoredTime(anchor, 6), "2026-03-11T10:00:00Z");
});

Deno.test("the system's clock tells the time within a few milliseconds and in microseconds", () => {
  const anchor = anchorClock(systemClock, systemClock.monotonicMs());
  const before = Date.now();
  const millis = Number(anchoredUnixNano(anchor, systemClock.monotonicMs()) / 1_000_000n);
  assert(Math.abs(millis - before) <= 5);
  const readings = new Set(Array.from({ length: 1000 }, () => systemClock.monotonicMs()));
  assert(readings.size > 10);
});

Deno.test("setting the wall clock moves later traces and bends none", () => {
  const recorder = new SpanRecorder();
  const clock = new ManualClock();
  const tracer = createTracer({ processor: recorder, clock });
  const start = (name: string, parent?: RecordingSpan): RecordingSpan =>
    tracer.startSpan(name, { parent }) as RecordingSpan;
  const root = start("root");
  clock.pass(2000);
  clock.wall -= 3_600_000;
  const child = start("child", root);
  const other = start("other");
  clock.pass(1);
  for (const span of [child, root, other]) span.end();
  assertEquals(root.startTime, "2026-03-11T10:00:00.0005Z");
  assertEquals([child.startTime, child.endTime], [
    "2026-03-11T10:00:02.0005Z",
    "2026-03-11T10:00:02.0015Z",
  ]);
  assertEquals(root.endTime, child.endTime);
  assertEquals(other.startTime, "2026-03-11T09:00:02.0005Z");
});

Deno.test("a given end before the start becomes the start", () => {
  const { tracer } = new SpanRecorder();
  const span = tracer.startSpan("x", { startTimeUnixNano: 1_773_223_200_123_456_789n });
  span.end(5n);
  span.end();
  assertEquals((span as RecordingSpan).endTime, "2026-03-11T10:00:00.123456789Z");
});
