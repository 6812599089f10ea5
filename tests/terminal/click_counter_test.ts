import { assertEquals } from "@std/assert";
import { ClickCounter } from "../../src/terminal/click_counter.ts";
import type { MouseInput } from "../../src/terminal/keys.ts";

const PRESS: MouseInput = {
  type: "mouse",
  action: "press",
  button: "left",
  column: 3,
  row: 4,
  clickCount: 1,
};

Deno.test("two presses soon after each other at one place are a double click", () => {
  const clicks = new ClickCounter();
  const release: MouseInput = { ...PRESS, action: "release" };
  assertEquals(clicks.count(PRESS, 0).clickCount, 1);
  assertEquals(clicks.count(release, 50).clickCount, 1);
  assertEquals(clicks.count(PRESS, 200).clickCount, 2);
  // A third one begins anew.
  assertEquals(clicks.count(PRESS, 300).clickCount, 1);
});

Deno.test("late, elsewhere or with another button they are two clicks", () => {
  for (const second of [{ ...PRESS, row: 5 }, { ...PRESS, button: "right" as const }]) {
    const clicks = new ClickCounter();
    clicks.count(PRESS, 0);
    assertEquals(clicks.count(second, 10).clickCount, 1);
  }
  const clicks = new ClickCounter();
  clicks.count(PRESS, 0);
  assertEquals(clicks.count(PRESS, 500).clickCount, 1);
});
