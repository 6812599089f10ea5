import { assert, assertEquals } from "@std/assert";
import { fisherTest, leastProbability, rankTest } from "../../src/analysis/_rank_test.ts";
import { varianceInflation } from "../../src/analysis/_variance_inflation.ts";
import { weighValues } from "../../src/analysis/_weighted_values.ts";
import { holm } from "../../src/analysis/_holm.ts";
import { TimedSample } from "../../src/analysis/_timed_sample.ts";
import { createRandom } from "../assemble/_make_span.ts";

Deno.test("small samples get the probabilities of Mann and Whitney's tables", () => {
  near(test([1, 2, 3], [4, 5, 6]), 0.1);
  near(test([1, 2, 3, 4], [5, 6, 7, 8]), 2 / 70);
  near(test([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), 2 / 252);
  near(test([1, 4, 5, 8], [2, 3, 6, 7]), 1);
  near(test([1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2]), 2 / 924);
  assertEquals(test([1, 1, 1], [1, 1, 1]), 1);
  assertEquals(test([], [1]), 1);
  near(leastProbability(3, 3), 0.1);
});

Deno.test("large samples get the probability of the normal distribution, corrected for continuity", () => {
  // U is 190 of 900, its standard deviation 67.6.
  const a = range(30);
  near(test(a, a.map((value) => value + 10.5)), 0.000124770537, 1e-9);
  assert(test(a, a.map((value) => value + 100)) < 1e-10);
  assert(test(a, a.map((value) => value + 0.5)) > 0.5);
});

Deno.test("Fisher's test gives the textbook's probabilities", () => {
  near(fisherTest(1, 4, 3, 4), 0.4857142857);
  near(fisherTest(0, 10, 10, 10), 2 / 184_756);
  near(fisherTest(8, 10, 1, 6), 0.0349650350);
  assertEquals(fisherTest(0, 10, 0, 10), 1);
  assert(fisherTest(0, 1e6, 1000, 1e6) < 1e-100);
});

Deno.test("rare events in samples of unlike size are no evidence", () => {
  const many = weighValues([...range(999).map(() => 0), 1]);
  const few = weighValues([...range(19).map(() => 0), 1]);
  assert(rankTest(many, few) > 0.01);
});

Deno.test("of equals, as many probabilities lie below a limit as the limit says", () => {
  const random = createRandom(3);
  for (const count of [8, 40]) {
    let below = 0;
    for (let round = 0; round < 1000; round++) {
      if (test(range(count).map(random), range(count).map(random)) < 0.05) below++;
    }
    assert(below < 75, `${count}: ${below}`);
  }
});

Deno.test("values that hang together in time count as fewer, others do not", () => {
  const random = createRandom(5);
  const independent = range(120).map(random);
  const inSteps = range(120).map((at) => Math.floor(at / 20) % 2 * 0.5 + random());
  assert(varianceInflation(independent) < 2);
  assert(varianceInflation(inSteps) > 3);
  assertEquals(varianceInflation(range(23)), 1);
  assertEquals(varianceInflation(range(100).map(() => 7)), 1);
});

Deno.test("Holm's correction multiplies the least by the number of tests and never falls", () => {
  assertEquals(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
  assertEquals(holm([0.9, 0.8]), [1, 1]);
  assertEquals(holm([]), []);
});

Deno.test("a sample keeps all values up to its capacity and an even part beyond", () => {
  const sample = new TimedSample(64);
  for (let at = 0; at < 64 - 1; at++) sample.add(-at, at);
  assertEquals(sample.valuesByTime()[0], 62);
  for (let at = 63; at < 10_000; at++) sample.add(at, at % 2);
  const values = sample.valuesByTime();
  assertEquals(sample.count, 10_000);
  assert(values.length >= 32 && values.length < 64);
  // A program that takes turns must not be seen with one of its sides alone.
  const ones = values.filter((value) => value === 1).length;
  assert(ones > values.length / 4 && ones < values.length * 3 / 4, `${ones} of ${values.length}`);
});

function test(a: readonly number[], b: readonly number[]): number {
  return rankTest(weighValues(a), weighValues(b));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

function near(actual: number, expected: number, tolerance = 1e-6): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}
