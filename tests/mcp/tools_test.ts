import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ToolError } from "../../src/mcp/tool_error.ts";
import { TOOLS } from "../../src/mcp/tools.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { callTool, FakeSource, namedCall } from "./_sources.ts";

const shop = new FakeSource("shop", [
  ...[1, 2, 3].flatMap((id) => {
    const traceId = `trace00000000000${id}`;
    return [
      makeSpan(`root${id}`, {
        traceId,
        name: "GET /cart",
        kind: "http",
        at: id * 100,
        ms: id === 2 ? 90 : 50,
        attrs: { status: id === 3 ? "500" : "200", region: id === 1 ? "eu" : "us" },
      }),
      ...Array.from({ length: 6 }, (_, call) =>
        makeSpan(`q${id}${call}`, {
          traceId,
          parentId: `root${id}`,
          kind: "sql",
          at: id * 100 + call * 5,
          ms: 4,
          attrs: { query: `SELECT * FROM items WHERE id = ${call}` },
        })),
    ];
  }),
]);

Deno.test("a search lists traces in the order that was asked for, a page at a time", async () => {
  const newest = await callTool("search_traces", { limit: 2 }, [shop]);
  assertEquals(newest.split("\n"), [
    "3 traces",
    "#trace000000000003   GET /cart  50ms  2026-11-20T11:03:12.3Z  7 spans  1 error",
    "#trace000000000002   GET /cart  90ms  2026-11-20T11:03:12.2Z  7 spans",
    '1 more trace: search_traces {"limit":2,"offset":2}',
  ]);
  const rest = await callTool("search_traces", namedCall(newest, "search_traces"), [shop]);
  assertStringIncludes(rest, "#trace000000000001");
  assert(!rest.includes("more"));
  const slowest = await callTool("search_traces", { sort: "slowest", limit: 1 }, [shop]);
  assertStringIncludes(slowest, "#trace000000000002");
  const errors = await callTool("search_traces", { sort: "errors", limit: 1 }, [shop]);
  assertStringIncludes(errors, "#trace000000000003");
});

Deno.test("a search by query tells how many spans match, of one span or of a whole trace", async () => {
  const spanwise = await callTool("search_traces", { query: '.region = "us"' }, [shop]);
  assertStringIncludes(spanwise, "2 of 3 traces match");
  assertStringIncludes(spanwise, "◀ 1, #root3 GET /cart");
  const tracewise = await callTool("search_traces", {
    query: "{ root && error } >> { kind = sql } | count() > 5",
  }, [shop]);
  assertStringIncludes(tracewise, "1 of 3 traces matches");
  assertStringIncludes(tracewise, "◀ 6, #q30");
  const none = await callTool("search_traces", { query: "nowhere" }, [shop]);
  assertEquals(none, "None of 3 traces matches.");
});

Deno.test("a wrong query is answered with its place and examples", async () => {
  for (const tool of ["search_traces", "stats", "n_plus_one", "wait_for_trace"]) {
    const error = await assertRejects(
      () => callTool(tool, { query: "duration > 100" }, [shop]),
      ToolError,
    );
    assertStringIncludes(error.message, "  duration > 100\n             ^\n");
    assertStringIncludes(error.message, "Queries, by example:");
  }
});

Deno.test("figures are told by operation, by service or by attribute", async () => {
  const operations = await callTool("stats", {}, [shop]);
  assertEquals(operations.split("\n").slice(1), [
    "count  errors  p50  p95  p99  max  total  self  | category [service] operation",
    "3  1  50ms  90ms  90ms  90ms  190ms  118ms  |  endpoint  GET /cart",
    "18  0  4ms  4ms  4ms  4ms  72ms  72ms  |  sql  SELECT * FROM items WHERE id = ?",
  ]);
  const byRegion = await callTool("stats", { group_by: "region", sort: "count" }, [shop]);
  assertEquals(byRegion.split("\n").slice(2).map((line) => line.split("  |  ")), [
    ["2  1  50ms  90ms  90ms  90ms  140ms  92ms", "us"],
    ["1  0  50ms  50ms  50ms  50ms  50ms  26ms", "eu"],
  ]);
  const sql = await callTool("stats", { category: "sql", query: "error" }, [shop]);
  assertEquals(sql.split("\n").length, 1);
  const first = await callTool("stats", { limit: 1 }, [shop]);
  const second = await callTool("stats", namedCall(first, "stats"), [shop]);
  assertStringIncludes(second, "SELECT");
});

Deno.test("repeated calls are told with their parent, values, and where to look", async () => {
  const answer = await callTool("n_plus_one", {}, [shop]);
  assertEquals(answer.split("\n"), [
    "1 repeated call in 3 traces",
    "×6 SELECT * FROM items WHERE id = ?",
    "  by GET /cart, 3 times: 18 calls, 72ms in all",
    "  values: 0 | 1 | 2 | 3 | 4",
    "  see trace trace000000000001 span root1",
  ]);
  const none = await callTool("n_plus_one", { min_calls: 7 }, [shop]);
  assertEquals(none, "No parent makes one call 7 times or more, in 3 traces.");
});

Deno.test("the critical path is told by share or stretch by stretch", async () => {
  const shares = await callTool("critical_path", { trace_id: "trace000000000001" }, [shop]);
  assertEquals(shares.split("\n").slice(1), [
    "share  time  operation, where it is slowest on the path",
    "52%  26ms  GET /cart #root1",
    "48%  24ms  ×6 SELECT * FROM items WHERE id = ? #q10",
  ]);
  const stretches = await callTool("critical_path", {
    trace_id: "trace000000000001",
    order: "time",
    limit: 2,
  }, [shop]);
  assertEquals(stretches.split("\n").slice(2, 4), [
    "+0ns  4ms  8%  q10 #q10",
    "+4ms  1ms  2%  GET /cart #root1",
  ]);
  assertStringIncludes(stretches, "10 more lines: ");
});

Deno.test("two sources are compared", async () => {
  const runs = [4, 40].map((ms, run) =>
    new FakeSource(
      `run${run}`,
      Array.from({ length: 60 }, (_, id) => [
        makeSpan(`r${id}`, {
          traceId: `t${id}`,
          name: "GET /a",
          kind: "http",
          at: id * 100,
          ms: 80 + id % 7,
        }),
        makeSpan(`c${id}`, {
          traceId: `t${id}`,
          parentId: `r${id}`,
          name: "load",
          at: id * 100 + 1,
          ms: ms + id % 5,
        }),
      ]).flat(),
    )
  );
  const answer = await callTool("diff", { before: "run0", after: "run1" }, runs);
  assertStringIncludes(answer, "before: run0, 60 traces, 120 spans");
  assertStringIncludes(answer, "slower: load");
  const same = await assertRejects(() => callTool("diff", { before: "run0" }, runs), ToolError);
  assertStringIncludes(same.message, "pass two different sources");
});

Deno.test("what is wrong with a source stands in every answer about it", async () => {
  const source = new FakeSource(
    "f",
    [1, 2, 3].map((id) => makeSpan(`s${id}`, { traceId: `t${id}`, ms: 1 })),
    {
      maxSpans: 2,
    },
  );
  source.notices.push("3 lines were damaged\x1b");
  for (
    const [tool, args] of [["search_traces", {}], ["stats", {}], ["trace_outline", {
      trace_id: "t3",
    }]] as const
  ) {
    const answer = await callTool(tool, args, [source]);
    assertStringIncludes(answer, "Note: 3 lines were damaged␛");
    assertStringIncludes(answer, "1 span of older traces were given up");
  }
});

Deno.test("an empty source is told as such", async () => {
  const answer = await callTool("search_traces", {}, [new FakeSource("f", [])]);
  assertEquals(answer, "This source has no spans.");
  assertEquals(await callTool("stats", {}, [new FakeSource("f", [])]), "0 spans in 0 traces");
  const live = await callTool("search_traces", {}, [new FakeSource("f", [], { isLive: true })]);
  assertStringIncludes(live, "No spans have come yet");
});

Deno.test("sources are listed by the name that opens them", async () => {
  const answer = await callTool("list_sources", {}, [shop, new FakeSource("my file.json", [])]);
  assertEquals(answer.split("\n"), [
    "shop  file  recording  open: 3 traces, 21 spans  (default)",
    '"my file.json"  file  recording  open: 0 traces, 0 spans',
  ]);
});

Deno.test("every tool is small to describe, says what its parameters are, and refuses others", () => {
  for (const { name, description, input } of TOOLS) {
    assert(description.length < 500, name);
    assertThrows(() => input.parse({ nope: 1 }), Error, 'no parameter \\"nope\\"; there are');
  }
});

Deno.test("the documentation lists every tool", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/agents.md", import.meta.url));
  const listed = [...page.matchAll(/^\| `([a-z_]+)` +\| /gm)].map(([, name]) => name);
  for (const { name } of TOOLS) assert(listed.includes(name), name);
});
