import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { ToolError } from "../../src/mcp/tool_error.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { callTool, FakeSource, namedCall, sentBytes } from "./_sources.ts";

function outline(spans: readonly Span[], args: Record<string, unknown> = {}): Promise<string> {
  return callTool("trace_outline", { trace_id: "t", ...args }, [new FakeSource("file", spans)]);
}

/** The lines of the tree: without header and notes. */
function treeLines(answer: string): string[] {
  return answer.split("\n").slice(1).filter((line) =>
    /#|more line/.test(line) && !/\{"/.test(line)
  );
}

Deno.test("an outline is an indented tree with durations, self times, starts, kinds and errors", async () => {
  const answer = await outline([
    makeSpan("root0001", { name: "GET /cart", kind: "http", ms: 10, attrs: { status: "500" } }),
    makeSpan("child001", { parentId: "root0001", name: "load", at: 2, ms: 4, service: "shop" }),
    makeSpan("query001", {
      parentId: "child001",
      name: "SQL Query",
      kind: "sql",
      at: 3,
      ms: 1,
      attrs: { query: "SELECT 1", error: "timeout" },
    }),
    makeSpan("lost0001", { parentId: "gone", name: "late", at: 5 }),
  ]);
  assertEquals(answer.split("\n"), [
    "trace #t   GET /cart  10ms  2026-11-20T11:03:12Z  4 spans  2 errors  1 unfinished",
    "GET /cart  10ms self 6ms +0ns http 500 #root0001 ✗ error",
    "  load  4ms self 3ms +2ms [shop] #child001",
    "    SQL Query  1ms self 1ms +3ms sql #query001 ✗ timeout | SELECT 1",
    "late  unfinished +5ms (parent missing) #lost0001",
  ]);
});

Deno.test("siblings that do the same are folded, with their figures and their slowest", async () => {
  const spans = [makeSpan("root0001", { ms: 100 })];
  for (let id = 1; id <= 48; id++) {
    spans.push(makeSpan(`query${String(id).padStart(3, "0")}`, {
      parentId: "root0001",
      kind: "sql",
      at: id,
      ms: id === 17 ? 5 : 0.25,
      attrs: {
        query: `SELECT * FROM orders WHERE id = ${id}`,
        ...(id === 3 ? { error: "x" } : {}),
      },
    }));
  }
  assertEquals(
    treeLines(await outline(spans))[1],
    [
      "  ×48 SELECT * FROM orders WHERE id = ?  p50 250µs, max 5ms, total 16.8ms",
      "slowest #query017 ✗ 1 error, first #query003",
    ].join(" "),
  );
  const unfolded = await outline(spans, { fold: false });
  assertEquals(treeLines(unfolded).length, 49);
});

Deno.test("a span can be looked into, levels and short spans left out", async () => {
  const spans = [
    makeSpan("aaaa0001", { ms: 10 }),
    makeSpan("bbbb0001", { parentId: "aaaa0001", ms: 8 }),
    makeSpan("cccc0001", { parentId: "bbbb0001", ms: 6 }),
    makeSpan("dddd0001", { parentId: "cccc0001", ms: 0.5 }),
  ];
  const shallow = await outline(spans, { depth: 2 });
  assertEquals(treeLines(shallow).map((line) => line.split("#")[1]), [
    "aaaa0001",
    "bbbb0001 ▸ 2 below",
  ]);
  assertEquals(namedCall(shallow, "trace_outline").focus_span, "<its #id>");
  const focused = await outline(spans, { focus_span: "bbbb" });
  assertEquals(treeLines(focused).length, 3);
  assert(treeLines(focused)[0].startsWith("bbbb0001  8ms"));
  const long = await outline(spans, { min_duration_ms: 1 });
  assertEquals(treeLines(long).length, 3);
  assertStringIncludes(long, "1 shorter span left out");
});

Deno.test("of a wide trace what failed and what is slow is shown, and every child can be had by pages", async () => {
  const spans = [makeSpan("root", { ms: 5000 })];
  for (let id = 0; id < 5000; id++) {
    spans.push(makeSpan(`span${id}`, {
      parentId: "root",
      name: `operation number ${id}`,
      at: id,
      ms: id === 4321 ? 400 : 0.1,
      attrs: id === 1234 ? { error: "broken" } : {},
    }));
  }
  const answer = await outline(spans);
  assert(sentBytes(answer) <= 20_000);
  assertStringIncludes(answer, "#span4321");
  assertStringIncludes(answer, "#span1234 ✗ broken");
  const seen = new Set<string>();
  let args: Record<string, unknown> = { trace_id: "t", focus_span: "root", max_bytes: 100_000 };
  for (let page = 0; page < 50; page++) {
    const part = await outline(spans, args);
    assert(sentBytes(part) <= 100_000);
    for (const [, id] of part.matchAll(/#(span\d+)/g)) seen.add(id);
    if (!part.includes("first level")) break;
    args = namedCall(part, "trace_outline");
  }
  assertEquals(seen.size, 5000);
});

Deno.test("a chain of 100,000 spans is a short outline that can be followed down", async () => {
  const spans: Span[] = [];
  for (let id = 0; id < 100_000; id++) {
    const parentId = id === 0 ? undefined : `s${id - 1}`;
    spans.push(makeSpan(`s${id}`, { parentId, at: id / 1000, ms: 200 - id / 1000 }));
  }
  const source = new FakeSource("file", spans);
  const answer = await callTool("trace_outline", { trace_id: "t" }, [source]);
  assert(sentBytes(answer) <= 20_000);
  const [, id, left] = /#(s\d+) ▸ (\d+) below/.exec(answer) ?? [];
  assertEquals(Number(id.slice(1)) + Number(left), 99_999);
  const next = await callTool("trace_outline", { trace_id: "t", focus_span: id }, [source]);
  assertStringIncludes(next, `#s${Number(id.slice(1)) + 1}`);
});

Deno.test("an id that is unknown or not unique is told, with what to do", async () => {
  const spans = [makeSpan("aa1", { ms: 1 }), makeSpan("aa2", { ms: 1 })];
  const error = await assertRejects(() => outline(spans, { focus_span: "aa" }), ToolError);
  assertEquals(
    error.message,
    '2 span ids in trace t begin with "aa"; give more of one:\n  aa1\n  aa2',
  );
  const other = await assertRejects(() => outline(spans, { trace_id: "zz\x1b" }), ToolError);
  assertEquals(other.message, 'No trace "zz␛" in file; search_traces lists the traces');
});
