import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { createCapturedIo } from "../testing/captured_io.ts";

/** Three requests with a query each; the second one failed, the third one was slow. */
function sampleLines(): string {
  const spans: Span[] = [];
  for (const [index, traceId] of ["t1", "t2", "t3"].entries()) {
    const status = index === 1 ? "503" : "200";
    const at = index * 100;
    spans.push(
      makeSpan("a", { traceId, name: "GET /", kind: "http", at, ms: 50, attrs: { status } }),
      makeSpan("b", { traceId, parentId: "a", name: "q", kind: "sql", at: at + 1, ms: index * 20 }),
    );
  }
  return spans.map((span) => encodeSpanLine(span)).join("");
}

async function view(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = createCapturedIo({ stdin: sampleLines() });
  const code = await main(["view", "-", ...args], io);
  return { code, out: io.out, err: io.err };
}

Deno.test("view --where prints the traces in which the query finds a span, whole, and marks what it found", async () => {
  const { code, out, err } = await view("--where", ".status >= 500");
  assertEquals([code, err], [0, ""]);
  assertEquals(
    out,
    "⇄ GET /  503  50ms  2 spans  1 error  2026-11-20 11:03:12.100  ✗ error  ◀\n└─ ≡ q  20ms\n",
  );
});

Deno.test("view --where with --json prints whole traces", async () => {
  const { code, out } = await view("--json", "--where", "{ kind = http } > { duration > 30ms }");
  assertEquals(code, 0);
  const traces = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(traces.map((trace) => [trace.trace_id, trace.spans.length]), [["t3", 2]]);
});

Deno.test("view --where that finds nothing prints nothing, and says so", async () => {
  const { code, out, err } = await view("--where", "kind = server");
  assertEquals([code, out, err], [0, "", "trace: No trace matches kind = server\n"]);
  const long = await view("--where", Array(500).fill("absent\x1b").join(" "));
  assert(long.err.length < 300 && !long.err.includes("\x1b"));
  const empty = createCapturedIo();
  assertEquals(await main(["view", "-", "--where", "error"], empty), 0);
  assertEquals(empty.err, "trace: No trace matches error\n");
});

Deno.test("view --where with a wrong query is wrong usage, and points at the place before reading anything", async () => {
  const io = createCapturedIo();
  assertEquals(await main(["view", "/nowhere/at.all", "--where", "error && )"], io), 2);
  assertEquals(io.out, "");
  assertStringIncludes(io.err, 'trace: Cannot read --where: Unexpected ")" at column 10');
  assert(io.err.endsWith("\n  error && )\n           ^\n"), io.err);
  assertEquals((await view("--where", "")).code, 2);
  assertEquals((await view("--where")).code, 2);
});
