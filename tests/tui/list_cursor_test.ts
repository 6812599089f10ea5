import { assertEquals } from "@std/assert";
import {
  jumpToRow,
  LIST_START,
  type ListCursor,
  moveCursor,
  selectRow,
} from "../../src/tui/list_cursor.ts";

const SIZE = { count: 100, height: 10 };

function press(cursor: ListCursor, ...keys: string[]): ListCursor {
  return keys.reduce((at, key) => moveCursor(at, { type: "key", key }, SIZE) ?? at, cursor);
}

Deno.test("keys move within the list and scroll no further than needed", () => {
  assertEquals(press(LIST_START, "j", "down"), { selected: 2, top: 0 });
  assertEquals(press(LIST_START, "k"), LIST_START);
  assertEquals(press(LIST_START, "pagedown", "pagedown"), { selected: 18, top: 9 });
  assertEquals(press(LIST_START, "G"), { selected: 99, top: 90 });
  assertEquals(press(LIST_START, "end", "k", "pageup"), { selected: 89, top: 89 });
  assertEquals(press(LIST_START, "G", "home"), LIST_START);
});

Deno.test("the wheel scrolls, and takes the selection along", () => {
  const wheel = (cursor: ListCursor, action: "wheel_up" | "wheel_down"): ListCursor | undefined =>
    moveCursor(
      cursor,
      { type: "mouse", action, button: "left", row: 0, column: 0, clickCount: 1 },
      SIZE,
    );
  assertEquals(wheel({ selected: 5, top: 0 }, "wheel_down"), { selected: 5, top: 3 });
  assertEquals(wheel({ selected: 1, top: 0 }, "wheel_down"), { selected: 3, top: 3 });
  assertEquals(wheel({ selected: 12, top: 3 }, "wheel_up"), { selected: 9, top: 0 });
});

Deno.test("a jump shows its row in the middle unless it is in sight", () => {
  assertEquals(jumpToRow(LIST_START, 5, SIZE), { selected: 5, top: 0 });
  assertEquals(jumpToRow(LIST_START, 50, SIZE), { selected: 50, top: 45 });
});

Deno.test("empty lists and screens have a cursor, too", () => {
  assertEquals(selectRow(LIST_START, 5, { count: 0, height: 3 }), LIST_START);
  assertEquals(selectRow(LIST_START, 5, { count: 9, height: 0 }), { selected: 5, top: 5 });
  assertEquals(moveCursor(LIST_START, { type: "key", key: "x" }, SIZE), undefined);
});
