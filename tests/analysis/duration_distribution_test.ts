import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DurationDistribution } from "../../src/analysis/duration_distribution.ts";
import { createRandom } from "../assemble/_make_span.ts";

/** By the definition: the smallest value with at least this share of all at or below it. */
function nearestRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((value) =>
    sorted.filter((other) => other <= value).length >= share * sorted.length - 1e-9
  ) as number;
}

Deno.test("percentiles are those of the nearest rank, whenever they are asked for", () => {
  const random = createRandom(3);
  const distribution = new DurationDistribution();
  const values: number[] = [];
  for (let round = 0; round < 1000; round++) {
    // Few different values, so that many are equal.
    const nano = Math.floor(random() ** 3 * 300);
    values.push(nano);
    distribution.add(nano);
    if (round % 37 !== 0) continue;
    for (const share of [0, 0.01, 0.07, 0.25, 0.5, 0.95, 0.99, 0.999, 1]) {
      assertEquals(distribution.percentileNano(share), nearestRank(values, share), `${share}`);
    }
  }
  assertEquals(distribution.isExact, true);
  assertEquals(distribution.count, 1000);
  assertEquals(distribution.totalNano, values.reduce((sum, value) => sum + value));
  assertEquals(distribution.averageNano, distribution.totalNano / 1000);
  assertEquals([distribution.minNano, distribution.maxNano], [
    Math.min(...values),
    Math.max(...values),
  ]);
});

Deno.test("the ranks of a hundred values are whole percents", () => {
  const distribution = new DurationDistribution();
  for (let nano = 100; nano >= 1; nano--) distribution.add(nano);
  for (let percent = 1; percent <= 100; percent++) {
    assertEquals(distribution.percentileNano(percent / 100), percent);
  }
});

Deno.test("an empty distribution has zeros, and one value is every percentile", () => {
  const distribution = new DurationDistribution();
  assertEquals(
    [distribution.count, distribution.minNano, distribution.maxNano, distribution.averageNano],
    [0, 0, 0, 0],
  );
  assertEquals(distribution.percentileNano(0.5), 0);
  distribution.add(7);
  for (const share of [0, 0.5, 1]) assertEquals(distribution.percentileNano(share), 7);
});

Deno.test("what is no duration is refused", () => {
  const distribution = new DurationDistribution();
  for (const nano of [-1, NaN, Infinity]) assertThrows(() => distribution.add(nano), RangeError);
  for (const share of [-0.1, 1.1, NaN]) {
    assertThrows(() => distribution.percentileNano(share), RangeError);
  }
  assertEquals(distribution.count, 0);
});

Deno.test("beyond its bound a distribution is within half a percent, and says so", () => {
  const random = createRandom(4);
  const distribution = new DurationDistribution({ maxExactValues: 100 });
  const values: number[] = [];
  for (let round = 0; round < 20_000; round++) {
    // From nanoseconds to years.
    const nano = Math.floor(Math.exp(random() * 40));
    values.push(nano);
    distribution.add(nano);
    assertEquals(distribution.isExact, round < 100);
  }
  values.sort((a, b) => a - b);
  for (const share of [0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.9999]) {
    const exact = values[Math.ceil(share * values.length) - 1];
    assertAlmostEquals(distribution.percentileNano(share) / exact, 1, 0.005 + 1e-9);
  }
  assertEquals(distribution.percentileNano(0), values[0]);
  assertEquals(distribution.percentileNano(1), values[values.length - 1]);
  assertEquals(distribution.count, 20_000);
});

Deno.test("zeros and one nanosecond survive the sketch", () => {
  const distribution = new DurationDistribution({ maxExactValues: 1 });
  for (const nano of [0, 0, 0, 1, 1, 1_000_000]) distribution.add(nano);
  assertEquals(distribution.percentileNano(0.5), 0);
  assertAlmostEquals(distribution.percentileNano(0.8), 1, 0.005);
});

Deno.test("merged distributions are as if one had got all", () => {
  const random = createRandom(5);
  for (const maxExactValues of [1000, 300, 10]) {
    const whole = new DurationDistribution({ maxExactValues });
    const parts = [0, 1, 2].map(() => new DurationDistribution({ maxExactValues }));
    for (let round = 0; round < 500; round++) {
      const nano = Math.floor(random() * 1e6);
      whole.add(nano);
      parts[round % 3].add(nano);
    }
    const merged = new DurationDistribution({ maxExactValues });
    for (const part of parts) merged.merge(part);
    assertEquals([merged.count, merged.totalNano, merged.minNano, merged.maxNano, merged.isExact], [
      whole.count,
      whole.totalNano,
      whole.minNano,
      whole.maxNano,
      whole.isExact,
    ]);
    for (const share of [0.1, 0.5, 0.95]) {
      assertAlmostEquals(merged.percentileNano(share) / whole.percentileNano(share), 1, 0.0101);
      if (whole.isExact) assertEquals(merged.percentileNano(share), whole.percentileNano(share));
    }
    merged.merge(merged);
    assertEquals(merged.count, 1000);
  }
});

Deno.test("what several keep together has one bound", () => {
  const budget = { maxValues: 64, usedValues: 0 };
  const distributions = [0, 1, 2].map(() => new DurationDistribution({ budget }));
  for (let round = 0; round < 100; round++) {
    for (const distribution of distributions) distribution.add(round);
    assert(budget.usedValues <= 64, `${budget.usedValues}`);
  }
  assert(distributions.some(({ isExact }) => !isExact));
  for (const distribution of distributions) {
    assertEquals(distribution.count, 100);
    assertAlmostEquals(distribution.percentileNano(0.5), 49, 1);
  }
});

Deno.test("adding and asking in turn does not take time in proportion to what is there", () => {
  const random = createRandom(6);
  const distribution = new DurationDistribution();
  for (let round = 0; round < 100_000; round++) distribution.add(random() * 1e9);
  const began = performance.now();
  for (let round = 0; round < 20_000; round++) {
    distribution.add(random() * 1e9);
    distribution.percentileNano(0.95);
  }
  // Sorting or merging all of them each time would take over a minute.
  assert(performance.now() - began < 10_000, `${performance.now() - began} ms`);
});
