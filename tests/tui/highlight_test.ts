import { assertEquals } from "@std/assert";
import { lineText } from "../../src/terminal/frame.ts";
import { appFrame } from "../../src/tui/app_frame.ts";
import { highlight } from "../../src/tui/highlight.ts";
import { openState, press } from "./_sample_traces.ts";

Deno.test("every place where the text stands is marked, and nothing else changes", () => {
  const line = [{ text: "User user", style: { color: "red" as const } }, { text: "x" }];
  const marked = { color: "red" as const, isInverse: true, isDim: false };
  assertEquals(highlight(line, "user"), [
    { text: "User", style: marked },
    { text: " ", style: { color: "red" } },
    { text: "user", style: marked },
    { text: "x" },
  ]);
  assertEquals(highlight(line, "User").length, 3);
  assertEquals(highlight(line, ""), line);
  assertEquals(highlight([{ text: "İx" }], "x"), [{ text: "İx" }]);
});

Deno.test("after a search its matches are marked in the list", () => {
  const state = press(openState({ connection: "end_of_file" }), "/", ..."service", "enter");
  const marked = appFrame(state).slice(0, -1).flat()
    .filter(({ text, style }) => style?.isInverse && text === "Service");
  // Two traces have one; the one in the selected row is part of that row.
  assertEquals(marked.length, 1);
  const plain = press(openState({ connection: "end_of_file" }), "J");
  assertEquals(
    appFrame(state).slice(0, -1).map(lineText),
    appFrame(plain).slice(0, -1).map(lineText),
  );
});
