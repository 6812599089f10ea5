import { assertEquals } from "@std/assert";
import { type BarKind, spanBar, type TimeRange } from "../../src/tui/span_bar.ts";

function bar(
  fromNano: number,
  toNano: number,
  { kind = "ended", critical, window = { fromNano: 0, toNano: 100 } }: {
    kind?: BarKind;
    critical?: TimeRange[];
    window?: TimeRange;
  } = {},
): string {
  return spanBar({ fromNano, toNano }, { columns: 10, window, kind, critical });
}

Deno.test("a bar stands where its span ran, to half a column", () => {
  assertEquals(bar(0, 100), "━━━━━━━━━━");
  assertEquals(bar(20, 50), "  ━━━     ");
  assertEquals(bar(25, 55), "  ╺━━╸    ");
  assertEquals(bar(50, 50), "     ╸    ");
  assertEquals(bar(100, 100), "         ╺");
});

Deno.test("what runs, never ended, or stands for many has another form", () => {
  assertEquals(bar(50, 100, { kind: "running" }), "     ╍╍╍╍▶");
  assertEquals(bar(50, 100, { kind: "unfinished" }), "     ╍╍╍╍?");
  assertEquals(bar(20, 50, { kind: "group" }), "  ┄┄┄     ");
});

Deno.test("stretches on the critical path are heavier", () => {
  const critical = [{ fromNano: 30, toNano: 60 }, { fromNano: 81, toNano: 82 }];
  assertEquals(bar(10, 90, { critical }), " ━━███━━━ ");
});

Deno.test("a window shows a part, with arrows to what lies outside of it", () => {
  const window = { fromNano: 40, toNano: 60 };
  assertEquals(bar(0, 100, { window }), "━━━━━━━━━━");
  assertEquals(bar(50, 100, { window }), "     ━━━━━");
  assertEquals(bar(0, 30, { window }), "◂         ");
  assertEquals(bar(70, 90, { window }), "         ▸");
});

Deno.test("a trace without any length, and no columns, are no trouble", () => {
  assertEquals(bar(0, 0, { window: { fromNano: 0, toNano: 0 } }), "╸         ");
  assertEquals(
    spanBar({ fromNano: 0, toNano: 1 }, {
      columns: 0,
      window: { fromNano: 0, toNano: 1 },
      kind: "ended",
    }),
    "",
  );
});
