import { assertEquals } from "@std/assert";
import { APP_BINDINGS, appActionOf } from "../../src/tui/app_bindings.ts";
import { keyLabel } from "../../src/terminal/key_label.ts";
import { TRACES_BINDINGS, tracesActionOf } from "../../src/tui/traces_bindings.ts";

Deno.test("no key means two things", () => {
  for (const bindings of [APP_BINDINGS, TRACES_BINDINGS]) {
    const keys = bindings.flatMap((binding) => binding.keys);
    assertEquals(new Set(keys).size, keys.length);
  }
});

Deno.test("the list takes no key of the app, but Escape and o, which mean the same there", () => {
  const keys = TRACES_BINDINGS.flatMap((binding) => binding.keys);
  assertEquals(keys.filter((key) => appActionOf(key) !== undefined), ["escape", "o"]);
});

Deno.test("go-trace's keys do what they do there", () => {
  assertEquals(["j", "down"].map(tracesActionOf), ["next_trace", "next_trace"]);
  assertEquals(["k", "up"].map(tracesActionOf), ["previous_trace", "previous_trace"]);
  assertEquals(tracesActionOf("space"), "toggle");
  assertEquals(["ctrl+d", "ctrl+u"].map(tracesActionOf), ["page_down", "page_up"]);
  assertEquals(["G", "g"].map(tracesActionOf), ["follow", "first"]);
  assertEquals(["q", "ctrl+c"].map(appActionOf), ["quit_or_back", "quit"]);
  assertEquals(tracesActionOf("F12"), undefined);
});

Deno.test("keys have names that people know", () => {
  assertEquals(["j", "ctrl+d", "pageup", "/", "shift+down"].map(keyLabel), [
    "j",
    "Ctrl+D",
    "PgUp",
    "/",
    "Shift+↓",
  ]);
});
