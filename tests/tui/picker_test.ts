import { assert, assertEquals } from "@std/assert";
import { lineText, lineWidth } from "../../src/terminal/frame.ts";
import { pickerFrame, type PickerState, runPicker, updatePicker } from "../../src/tui/picker.ts";
import { FakeTerminal } from "../terminal/_fake_terminal.ts";

function state(count: number, options: Partial<PickerState> = {}): PickerState {
  const items = Array.from({ length: count }, (_, index) => ({
    name: `session ${index}`,
    facts: [`${index} minutes`, "process 7"],
  }));
  return { title: "Which one?", items, selected: 0, size: { columns: 60, rows: 12 }, ...options };
}

function press(before: PickerState, ...keys: string[]): PickerState {
  return keys.reduce(
    (each, key) => updatePicker(each, { type: "key", key }) as PickerState,
    before,
  );
}

Deno.test("arrows and paging move, within what there is", () => {
  assertEquals(press(state(3), "down", "j", "down").selected, 2);
  assertEquals(press(state(3), "up").selected, 0);
  assertEquals(press(state(40), "pagedown").selected, 9);
  assertEquals(press(state(40), "G", "k", "g").selected, 0);
});

Deno.test("Enter takes the selected one, a digit its own, q none", () => {
  const update = (key: string): unknown =>
    updatePicker(press(state(3), "down"), { type: "key", key });
  assertEquals(["enter", "3", "q", "escape"].map(update), [1, 2, "quit", "quit"]);
  assertEquals(update("9"), press(state(3), "down"));
});

Deno.test("the mouse selects, and a double click takes", () => {
  const click = { type: "mouse", action: "press", button: "left", column: 3 } as const;
  assertEquals(updatePicker(state(3), { ...click, row: 4, clickCount: 2 }), 2);
  assertEquals(
    (updatePicker(state(3), { ...click, row: 3, clickCount: 1 }) as PickerState).selected,
    1,
  );
  assertEquals(updatePicker(state(3), { ...click, row: 9, clickCount: 2 }), state(3));
});

Deno.test("the selected item is always on the screen, whose size may be any", () => {
  for (const [columns, rows] of [[1, 1], [10, 3], [20, 4], [60, 12], [220, 50]]) {
    for (const selected of [0, 7, 39]) {
      const shown = pickerFrame(state(40, { selected, size: { columns, rows } }));
      assertEquals(shown.length, rows);
      for (const line of shown) assert(lineWidth(line) <= columns);
      if (rows > 3 && columns >= 20) {
        assert(shown.map(lineText).some((line) => line.includes(`session ${selected}`)));
      }
    }
  }
});

Deno.test("names are shown as text, whatever they hold", () => {
  const items = [{ name: "\x1b]0;x\x07\u202e", facts: ["\x1b[2J"] }];
  for (const line of pickerFrame(state(0, { items }))) {
    for (const { text } of line) assert(!/[\p{Cc}\u202e]/u.test(text), text);
  }
});

Deno.test("a choice ends it with the terminal given back", async () => {
  const terminal = new FakeTerminal();
  const { title, items } = state(3);
  const chosen = runPicker({ terminal, title, items, isColored: false });
  await terminal.until((output) => output.includes("session 2"));
  terminal.type("\x1b[B\r");
  assertEquals(await chosen, 1);
  assertEquals([terminal.isRaw, terminal.isClosed, terminal.listenerCount], [false, true, 0]);
  const abort = new AbortController();
  const aborted = runPicker({
    terminal: new FakeTerminal(),
    title,
    items,
    isColored: false,
    signal: abort.signal,
  });
  abort.abort();
  assertEquals(await aborted, undefined);
});
