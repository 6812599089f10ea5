import { assertEquals } from "@std/assert";
import { CpuPace } from "../../src/cli/cpu_pace.ts";

function createPace(share: number): { pace: CpuPace; pass(ms: number, usedMs: number): void } {
  let nowMs = 0;
  let usedMs = 0;
  return {
    pace: new CpuPace({ share, nowMs: () => nowMs, usedMs: () => usedMs }),
    pass(ms, used): void {
      nowMs += ms;
      usedMs += used;
    },
  };
}

Deno.test("work that takes its share goes on, more than that rests until it has earned it", () => {
  const { pace, pass } = createPace(0.25);
  assertEquals(pace.restMs(), 0);
  pass(100, 25);
  assertEquals(pace.restMs(), 0);
  pass(10, 10);
  assertEquals(pace.restMs(), 30);
  pass(30, 0);
  assertEquals(pace.restMs(), 0);
});

Deno.test("a small burst after a quiet time is met at once, whatever else there was before", () => {
  const { pace, pass } = createPace(0.25);
  pass(3_600_000, 0);
  assertEquals(pace.restMs(), 0);
  // The share of 0.2 s is saved, an hour's is not.
  pass(0, 50);
  assertEquals(pace.restMs(), 0);
  pass(0, 50);
  assertEquals(pace.restMs(), 200);
});

Deno.test("no rest is longer than half a second", () => {
  const { pace, pass } = createPace(0.25);
  pass(0, 10_000);
  assertEquals(pace.restMs(), 500);
});
