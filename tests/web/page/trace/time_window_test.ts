import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  isWhole,
  panWindow,
  wholeWindow,
  windowAround,
  windowBetween,
  zoomWindow,
} from "../../../../src/web/page/trace/time_window.ts";

Deno.test("zooming keeps the moment under the pointer where it is", () => {
  const before = { fromNano: 100, toNano: 900 };
  const { fromNano, toNano } = zoomWindow(before, 0.5, 300, 1_000);
  assertAlmostEquals((300 - fromNano) / (toNano - fromNano), (300 - 100) / 800);
  assertAlmostEquals(toNano - fromNano, 400);
});

Deno.test("zooming out ends at the whole trace", () => {
  const window = zoomWindow({ fromNano: 800, toNano: 900 }, 1e9, 850, 1_000);
  assert(isWhole(window, 1_000));
  assertEquals(window, { fromNano: 0, toNano: 1_000 });
});

Deno.test("zooming in ends at a few nanoseconds", () => {
  let window = wholeWindow(1e12);
  for (let step = 0; step < 200; step++) window = zoomWindow(window, 0.5, 5e11, 1e12);
  assertAlmostEquals(window.toNano - window.fromNano, 10);
});

Deno.test("panning stops at both ends and keeps its length", () => {
  const window = { fromNano: 100, toNano: 300 };
  assertEquals(panWindow(window, -1e9, 1_000), { fromNano: 0, toNano: 200 });
  assertEquals(panWindow(window, 1e9, 1_000), { fromNano: 800, toNano: 1_000 });
});

Deno.test("a brush may be drawn in either direction, and beyond the ends", () => {
  assertEquals(windowBetween(700, 200, 1_000), { fromNano: 200, toNano: 700 });
  assertEquals(windowBetween(-50, 400, 1_000), { fromNano: 0, toNano: 400 });
});

Deno.test("a trace without any length has a window", () => {
  const window = wholeWindow(0);
  assert(window.toNano > window.fromNano);
  assert(isWhole(windowAround(0, 0, 0), 0));
});
