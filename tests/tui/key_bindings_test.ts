import { assertEquals } from "@std/assert";
import { actionOf, KEY_BINDINGS, keyLabel } from "../../src/tui/key_bindings.ts";

Deno.test("no key means two things", () => {
  const keys = KEY_BINDINGS.flatMap((binding) => binding.keys);
  assertEquals(new Set(keys).size, keys.length);
});

Deno.test("go-trace's keys do what they do there", () => {
  assertEquals(["j", "down"].map(actionOf), ["next_trace", "next_trace"]);
  assertEquals(["k", "up"].map(actionOf), ["previous_trace", "previous_trace"]);
  assertEquals(actionOf("space"), "toggle");
  assertEquals(["ctrl+d", "ctrl+u"].map(actionOf), ["page_down", "page_up"]);
  assertEquals(["G", "g"].map(actionOf), ["follow", "first"]);
  assertEquals(["q", "ctrl+c"].map(actionOf), ["quit", "quit"]);
  assertEquals(actionOf("F12"), undefined);
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
