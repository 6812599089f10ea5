import { assert, assertEquals } from "@std/assert";
import { reconnectWaitMs } from "../../src/veneur/reconnect_wait.ts";

Deno.test("waits for a connection grow by the same amount up to the longest", () => {
  const waits = [1, 2, 3, 49, 50, 51, 1_000_000].map((failures) =>
    reconnectWaitMs(failures, 20, 1000, 0)
  );
  assertEquals(waits, [20, 40, 60, 980, 1000, 1000, 1000]);
});

Deno.test("a random part is taken off each wait, and none is longer than the longest", () => {
  assertEquals(reconnectWaitMs(3, 20, 1000, 0.5), 45);
  const seen = new Set<number>();
  for (let failures = 1; failures <= 10_000; failures++) {
    const fullMs = Math.min(failures * 20, 1000);
    const waitMs = reconnectWaitMs(failures, 20, 1000);
    assert(waitMs > fullMs / 2 && waitMs <= fullMs, `${waitMs} of ${fullMs}`);
    seen.add(waitMs);
  }
  assert(seen.size > 9000, `${seen.size} different waits`);
});
