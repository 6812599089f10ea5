import { assertAlmostEquals, assertEquals } from "@std/assert";
import { minimap } from "../../src/views/minimap.ts";
import { span, traceOf } from "./_spans.ts";

Deno.test("a minimap tells how much runs when and where the errors are", () => {
  const { load, maxLoad, errorCounts, startCounts } = minimap(
    traceOf(
      span("root", undefined, 0, 100),
      span("a", "root", 10, 50, { error: true }),
      span("b", "root", 55, 60),
    ),
    4,
  );
  assertEquals([...load].map((each) => Math.round(each * 100) / 100), [1.6, 2, 1.2, 1]);
  assertEquals(maxLoad, load[1]);
  assertEquals([...errorCounts], [0, 0, 1, 0]);
  assertEquals([...startCounts], [2, 0, 1, 0]);
});

Deno.test("all the load together is all the time of the spans", () => {
  const spans = Array.from(
    { length: 500 },
    (_, i) => span(`s${i}`, "root", i * 7 % 900, i * 7 % 900 + i),
  );
  const trace = traceOf(span("root", undefined, 0, 2000), ...spans);
  const { load } = minimap(trace, 37);
  const whole = 2000 + spans.reduce((sum, _, i) => sum + i, 0);
  assertAlmostEquals(load.reduce((sum, each) => sum + each) * 2000 / 37, whole, 1e-6);
});

Deno.test("a trace without a length has a minimap", () => {
  assertEquals(minimap(traceOf(span("root", undefined, 0, 0)), 3).load.length, 3);
});
