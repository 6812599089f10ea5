import { assert, assertEquals } from "@std/assert";
import { Backoff } from "../../src/transport/backoff.ts";

Deno.test("waits double up to the limit and start over after a success", () => {
  const backoff = new Backoff({ random: () => 0 });
  const waits = Array.from({ length: 8 }, () => backoff.next());
  assertEquals(waits, [20, 40, 80, 160, 320, 640, 1000, 1000]);
  backoff.reset();
  assertEquals(backoff.next(), 20);
});

Deno.test("chance takes off less than half of a wait", () => {
  const backoff = new Backoff({ firstMs: 1000 });
  for (let count = 0; count < 100; count++) {
    const wait = backoff.next();
    assert(wait > 500 && wait <= 1000);
  }
});
