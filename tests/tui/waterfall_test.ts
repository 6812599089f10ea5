import { assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { textWidth } from "../../src/terminal/text_width.ts";
import { waterfallBar } from "../../src/tui/waterfall.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";

Deno.test("a bar shows when a span ran, to half a column", () => {
  const spans = [
    makeSpan("root", { ms: 100 }),
    makeSpan("first", { parentId: "root", at: 0, ms: 50 }),
    makeSpan("late", { parentId: "root", at: 55, ms: 40 }),
    makeSpan("short", { parentId: "root", at: 99.9, ms: 0 }),
  ];
  const trace = buildTrace("t", spans);
  const bars = spans.map((span) =>
    waterfallBar(trace, span, { columns: 10, nowUnixNano: undefined })
  );
  assertEquals(bars, ["━━━━━━━━━━", "━━━━━     ", "     ╺━━━╸", "         ╺"]);
});

Deno.test("a running span's bar reaches to now", () => {
  const running = makeSpan("r");
  const child = makeSpan("c", { parentId: "r", ms: 50 });
  const trace = buildTrace("t", [running, child]);
  const draw = (elapsedMs: number): string[] =>
    [running, child].map((span) =>
      waterfallBar(trace, span, {
        columns: 10,
        nowUnixNano: EPOCH + BigInt(elapsedMs) * 1_000_000n,
      })
    );
  assertEquals(draw(50), ["╍╍╍╍╍╍╍╍╍╍", "━━━━━━━━━━"]);
  assertEquals(draw(100), ["╍╍╍╍╍╍╍╍╍╍", "━━━━━     "]);
});

Deno.test("spans of no length, and clocks that ran backwards, still make a bar of that width", () => {
  const spans = [
    makeSpan("a", { ms: 0 }),
    makeSpan("b", { parentId: "a", at: 0, ms: -5 }),
    makeSpan("c", { parentId: "a", at: -3, ms: 1 }),
  ];
  const trace = buildTrace("t", spans);
  for (const span of spans) {
    const bar = waterfallBar(trace, span, { columns: 7, nowUnixNano: undefined });
    assertEquals(textWidth(bar), 7);
    assertEquals(bar.trim() === "", false);
  }
});
