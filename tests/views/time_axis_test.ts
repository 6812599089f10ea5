import { assert, assertEquals } from "@std/assert";
import { clockTicks, timeTicks } from "../../src/views/time_axis.ts";
import { START } from "./_spans.ts";

function texts(from: number, to: number, max: number): string {
  return timeTicks(from, to, max).map(({ text }) => text).join(" ");
}

Deno.test("ticks are round from nanoseconds to days", () => {
  assertEquals(texts(0, 10, 5), "0ns 2ns 4ns 6ns 8ns 10ns");
  assertEquals(texts(0, 12_000, 6), "0µs 2µs 4µs 6µs 8µs 10µs 12µs");
  assertEquals(texts(0, 1_700_000, 5), "0ms 0.5ms 1ms 1.5ms");
  assertEquals(texts(0, 1.5e9, 3), "0s 0.5s 1s 1.5s");
  assertEquals(texts(0, 100e9, 4), "0s 30s 1m 1m30s");
  assertEquals(texts(0, 3 * 3600e9, 4), "0s 1h 2h 3h");
  assertEquals(texts(0, 5400e9, 4), "0s 30m 1h 1h30m");
  assertEquals(texts(0, 86_400e9 * 3, 3), "0s 24h 48h 72h");
});

Deno.test("ticks of a part of an axis are those of the whole", () => {
  assertEquals(texts(1_100_000, 1_350_000, 3), "1.1ms 1.2ms 1.3ms");
  assertEquals(texts(-2000, 2000, 4), "-2µs -1µs 0µs 1µs 2µs");
});

Deno.test("there are never more ticks than there is room for, and both ends", () => {
  for (let length = 1; length < 1e17; length *= 3.7) {
    for (const max of [1, 2, 3, 7, 20]) {
      const count = timeTicks(0, length, max).length;
      assert(count <= max + 1, `${count} ticks of ${max} over ${length}`);
    }
  }
});

Deno.test("an empty axis has no ticks", () => {
  for (const to of [0, -1, NaN, Infinity]) assertEquals(timeTicks(0, to, 5), []);
  assertEquals(timeTicks(0, 10, 0), []);
});

Deno.test("moments are round on the clock that people look at", () => {
  const ticks = clockTicks(START + 20_000_000_000n, START + 200_000_000_000n, 4, 0);
  assertEquals(ticks.map(({ text }) => text), ["10:01", "10:02", "10:03"]);
  assertEquals(ticks[0].nano, 40e9);
  const inIndia = clockTicks(START, START + 7_200_000_000_000n, 2, 330);
  assertEquals(inIndia.map(({ text }) => text), ["16:00", "17:00"]);
  const fine = clockTicks(START, START + 5_000_000n, 5, 0);
  assertEquals(fine[1].text, "10:00:00.001");
});
