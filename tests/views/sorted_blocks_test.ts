import { assertEquals, assertThrows } from "@std/assert";
import { SortedBlocks } from "../../src/views/_sorted_blocks.ts";
import { createRandom } from "../assemble/_make_span.ts";

Deno.test("items stand in order, whatever comes and goes", () => {
  const random = createRandom(5);
  const blocks = new SortedBlocks<number>((a, b) => a - b);
  const expected = new Set<number>();
  for (let step = 0; step < 6_000; step++) {
    const item = Math.floor(4_000 * random());
    if (expected.delete(item)) {
      blocks.delete(item);
    } else {
      expected.add(item);
      blocks.add(item);
    }
    if (step % 500 !== 499) continue;
    const sorted = [...expected].sort((a, b) => a - b);
    assertEquals(blocks.size, sorted.length);
    assertEquals(sorted.map((_item, index) => blocks.at(index)), sorted);
    assertEquals(sorted.map((item) => blocks.indexOf(item)), [...sorted.keys()]);
  }
  for (const item of expected) blocks.delete(item);
  assertEquals([blocks.size, blocks.at(0)], [0, undefined]);
});

Deno.test("items that come in order, or the other way round, stand in order", () => {
  for (const step of [1, -1]) {
    const blocks = new SortedBlocks<number>((a, b) => a - b);
    for (let count = 0; count < 3_000; count++) blocks.add(step * count);
    for (let index = 0; index < 3_000; index++) {
      assertEquals(blocks.at(index), step > 0 ? index : index - 2_999);
    }
  }
});

Deno.test("there is nothing beyond the ends, and nothing to remove that is not there", () => {
  const blocks = new SortedBlocks<number>((a, b) => a - b);
  blocks.add(1);
  assertEquals([blocks.at(-1), blocks.at(0), blocks.at(1), blocks.at(NaN)], [
    undefined,
    1,
    undefined,
    undefined,
  ]);
  assertThrows(() => blocks.delete(2), RangeError);
});
