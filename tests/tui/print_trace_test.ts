import { assert, assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import { textWidth } from "../../src/terminal/text_width.ts";
import { printTrace, type PrintTraceOptions } from "../../src/tui/print_trace.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";
import { assertGolden } from "./_golden.ts";
import { failedSpans, hostileSpans, openSpans, requestSpans } from "./_sample_traces.ts";

function print(spans: readonly Span[], options: Partial<PrintTraceOptions> = {}): string {
  return printTrace(buildTrace("t", spans), { color: false, ...options });
}

Deno.test("a trace prints as a tree with its figures", () => {
  assertEquals(
    print(requestSpans("t")),
    `⇄ GET /users/7  200  12.3ms  5 spans  2026-11-20 11:03:12.000
├─ ƒ UserService.get  8.1ms
│  ├─ ≡ SQL Query  3.2ms  SELECT * FROM users WHERE id = ?
│  └─ ƒ cache.put  250µs  key=user:7  ttl=60
└─ ƒ render  2ms
`,
  );
});

Deno.test("errors, orphans, services, hostile names and open spans print as golden text", async () => {
  const ring = [
    makeSpan("a", { parentId: "b", at: 1, ms: 1 }),
    makeSpan("b", { parentId: "a", at: 2, ms: 1 }),
  ];
  const texts = [
    print(failedSpans("t")),
    print(hostileSpans("t")),
    print(openSpans("t", 0, "unfinished")),
    print(openSpans("t"), { nowUnixNano: EPOCH + 2_000_000_000n }),
    print(openSpans("t")),
    print(ring),
    print(failedSpans("t"), { width: 60, offsetMinutes: -150 }),
  ];
  await assertGolden("print", texts.join("\n"));
});

Deno.test("nothing is cut when no width is given, and no line is wider than one that is", () => {
  const name = "漢".repeat(5_000);
  const query = "SELECT " + "x, ".repeat(5_000);
  const spans = [
    makeSpan("r", { name, ms: 1 }),
    makeSpan("q", { parentId: "r", kind: "sql", ms: 1, attrs: { query } }),
  ];
  const whole = print(spans);
  assert(whole.includes(name) && whole.includes(query.trimEnd()));
  for (const line of print(spans, { width: 70 }).trimEnd().split("\n")) {
    assert(textWidth(line) <= 70);
  }
});

Deno.test("marked spans have a mark at the end of their lines, unless all are marked", () => {
  const spans = [makeSpan("a", { ms: 9 }), makeSpan("b", { parentId: "a", ms: 1 })];
  const marks = (...marked: number[]): string[] =>
    print(spans, { marked: new Set(marked) }).trimEnd().split("\n").map((line) => line.slice(-3));
  assertEquals(marks(1)[1], "  ◀");
  assertEquals(marks(0).map((end) => end.includes("◀")), [true, false]);
  assertEquals(marks(0, 1).join("").includes("◀"), false);
});

Deno.test("colours are written only when asked for", () => {
  const plain = print(failedSpans("t"));
  assert(!plain.includes("\x1b"));
  const colored = print(failedSpans("t"), { color: true });
  assert(colored.includes("\x1b[31m"));
  // deno-lint-ignore no-control-regex
  assertEquals(colored.replace(/\x1b\[[\d;]*m/g, ""), plain);
});

Deno.test("hostile text cannot leave its line or reach the terminal", () => {
  const text = print(hostileSpans("t"));
  assertEquals(text.split("\n").length, hostileSpans("t").length + 1);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]/.test(text));
});

Deno.test("a tree 100,000 levels deep prints in linear size, with its depth as a number", () => {
  const count = 100_000;
  const spans = Array.from(
    { length: count },
    (_, at) =>
      makeSpan(`s${at}`, { parentId: at === 0 ? undefined : `s${at - 1}`, at: at / 1_000, ms: 1 }),
  );
  const startMs = performance.now();
  const text = print(spans);
  assert(performance.now() - startMs < 10_000);
  assert(text.length < count * 180);
  const lines = text.trimEnd().split("\n");
  assert(lines[count - 1].startsWith("…99999 "), lines[count - 1]);
  assertEquals(lines[2].startsWith("   └─ "), true);
});
