import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import type { Span } from "../../src/model/span.ts";
import { textWidth } from "../../src/terminal/text_width.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import {
  type CapturedIo,
  type CapturedIoOptions,
  createCapturedIo,
} from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const ROOT = makeSpan("r", {
  kind: "http",
  name: "GET /users/7",
  ms: 100,
  attrs: { method: "GET" },
});
const CALLS = Array.from({ length: 6 }, (_, number) =>
  makeSpan(`q${number}`, {
    parentId: "r",
    kind: "sql",
    name: "SQL Query",
    at: number * 10,
    ms: 5,
    attrs: { query: `SELECT * FROM users WHERE id = ${number}` },
  }));
const SPANS = [...CALLS, makeSpan("f", { parentId: "r", name: "render", at: 70, ms: 20 }), ROOT];

function lines(spans: readonly Span[]): string {
  return spans.map((span) => encodeSpanLine(span)).join("");
}

async function stats(
  args: readonly string[],
  options: CapturedIoOptions = {},
): Promise<CapturedIo & { code: number; rows: Record<string, unknown>[] }> {
  const io = createCapturedIo({ stdin: lines(SPANS), ...options });
  const code = await main(["stats", "-", ...args], io);
  return Object.assign(io, {
    code,
    rows: args.includes("--json")
      ? io.out.trimEnd().split("\n").map((line) => JSON.parse(line))
      : [],
  });
}

Deno.test("every table is printed that has rows, with its figures", async () => {
  const { code, out, err } = await stats([]);
  assertEquals([code, err], [0, ""]);
  assertEquals(
    out,
    `8 spans, 1 trace in 100ms

Endpoints (1)
COUNT  ERRORS  RATE  TOTAL    AVG    P50    P95    P99    MAX  SELF  NAME
    1       0  10/s  100ms  100ms  100ms  100ms  100ms  100ms  50ms  GET /users/{id}

SQL (1)
COUNT  ERRORS  RATE  TOTAL  AVG  P50  P95  P99  MAX  SELF  NAME
    6       0  60/s   30ms  5ms  5ms  5ms  5ms  5ms  30ms  SELECT * FROM users WHERE id = ?

Functions (1)
COUNT  ERRORS  RATE  TOTAL   AVG   P50   P95   P99   MAX  SELF  NAME
    1       0  10/s   20ms  20ms  20ms  20ms  20ms  20ms  20ms  render

Services (1)
COUNT  ERRORS  RATE  TOTAL     AVG  P50    P95    P99    MAX   SELF  NAME
    8       0  80/s  150ms  18.8ms  5ms  100ms  100ms  100ms  100ms  (unknown)

N+1 (1)
CALLS  TOTAL  NAME
    6   30ms  SELECT * FROM users WHERE id = ?
              in GET /users/{id}, one after the other
              values 1 | 2 | 3 | 4 | 5
              trace t
`,
  );
});

Deno.test("--json prints one row a line, by names that stay", async () => {
  const { code, rows } = await stats(["--json"]);
  assertEquals(code, 0);
  assertEquals(rows.map(({ table }) => table), [
    "endpoint",
    "sql",
    "function",
    "service",
    "nplusone",
    "summary",
  ]);
  assertEquals(rows[1], {
    table: "sql",
    service: "",
    name: "SELECT * FROM users WHERE id = ?",
    count: 6,
    errors: 0,
    rate: 60,
    total_ns: 30_000_000,
    avg_ns: 5_000_000,
    min_ns: 5_000_000,
    p50_ns: 5_000_000,
    p95_ns: 5_000_000,
    p99_ns: 5_000_000,
    max_ns: 5_000_000,
    self_ns: 30_000_000,
    exact: true,
    running: 0,
    unfinished: 0,
    clock_skew: 0,
  });
  assertEquals(rows[4], {
    table: "nplusone",
    category: "sql",
    service: "",
    name: "SELECT * FROM users WHERE id = ?",
    parent_service: "",
    parent: "GET /users/{id}",
    caller: null,
    parents: 1,
    count: 6,
    max_count: 6,
    total_ns: 30_000_000,
    wall_ns: 30_000_000,
    parallel: false,
    samples: ["1", "2", "3", "4", "5"],
    trace_id: "t",
    parent_span_id: "r",
  });
  assertEquals(rows[5], {
    table: "summary",
    spans: 8,
    traces: 1,
    running: 0,
    unfinished: 0,
    clock_skew: 0,
    duplicate_spans: 0,
    late_spans: 0,
    other_nplusone: 0,
    start_time: "2026-11-20T11:03:12Z",
    end_time: "2026-11-20T11:03:12.1Z",
  });
});

Deno.test("--table and --where choose, --sort orders, --limit cuts and says so", async () => {
  const named = [3, 1, 2].map((number) =>
    makeSpan(`f${number}`, { name: `f${number}`, ms: number, ...(number === 1 && { error: true }) })
  );
  const stdin = lines(named);
  const names = async (...args: string[]): Promise<unknown[]> => {
    const { rows } = await stats(["--json", "--table", "function", ...args], { stdin });
    return rows.filter(({ table }) => table === "function").map(({ name }) => name);
  };
  assertEquals(await names(), ["f3", "f2", "f1"]);
  assertEquals(await names("--sort", "name"), ["f1", "f2", "f3"]);
  assertEquals(await names("--sort", "errors"), ["f1", "f3", "f2"]);
  assertEquals(await names("--where", "duration > 1ms"), ["f3", "f2"]);
  assertEquals(await names("--limit", "1"), ["f3"]);
  const text = await stats(["--table", "function", "--limit", "1"], { stdin });
  assertMatch(text.out, /f3\n… 2 more; --all or --limit N\n$/);
  const all = await stats(["--table", "function", "--all"], { stdin });
  assertMatch(all.out, /f3\n.*f2\n.*f1\n$/);
});

Deno.test("--where about traces counts the spans it finds", async () => {
  const { rows } = await stats(["--json", "--where", "{ kind = http } >> { kind = sql }"]);
  assertEquals(rows.map(({ table, count }) => [table, count]), [
    ["sql", 6],
    ["service", 6],
    ["nplusone", 6],
    ["summary", undefined],
  ]);
});

Deno.test("--by groups by an attribute of the span or its resource", async () => {
  const args = ["--json", "--by"];
  const { rows } = await stats([...args, "method"]);
  assertEquals(rows.map(({ table, name, count }) => [table, name, count]), [
    ["by", "GET", 1],
    ["summary", undefined, undefined],
  ]);
  const stdin = lines([makeSpan("a", { ms: 1, resource: { host: "h1" } })]);
  for (const name of ["host", "resource.host", ".host"]) {
    assertEquals((await stats([...args, name], { stdin })).rows[0].name, "h1");
  }
  assertEquals((await stats([...args, "span.host"], { stdin })).rows.length, 1);
});

Deno.test("--group names endpoints by the first expression that matches all of one", async () => {
  const stdin = lines(
    ["GET /users/a", "GET /users/b", "POST /users/a/x", "GET /x"].map((name, at) =>
      makeSpan(`${at}`, { traceId: `${at}`, kind: "http", name, ms: 1 })
    ),
  );
  const group = ["--group", "/users/[a-z]+", "--group", "POST /users/.*", "--group", "POST .*"];
  const { rows } = await stats(["--json", "--table", "endpoint", ...group], { stdin });
  assertEquals(rows.slice(0, -1).map(({ name, count }) => [name, count]), [
    ["/users/[a-z]+", 2],
    ["GET /x", 1],
    ["POST /users/.*", 1],
  ]);
});

Deno.test("--gotrace prints go-trace's tables with go-trace's columns and names", async () => {
  const { out } = await stats(["--gotrace"]);
  assertEquals(out.match(/^\S.* \(\d+\)$/gm), [
    "Endpoint (1)",
    "SQL (1)",
    "Function (1)",
    "N+1 (1)",
  ]);
  assertMatch(out, /COUNT +TOTAL +AVG +P95 +MAX +NAME\n/);
  assertStringIncludes(out, "GET /users/7");
});

Deno.test("tables fit the terminal, and harmful names do no harm", async () => {
  const stdin = lines([
    makeSpan("a", { name: "\x1b[2J" + "long ".repeat(100) + "end", ms: 1 }),
    makeSpan("b", { name: "名前".repeat(100), ms: 12_345_678, at: 1 }),
  ]);
  for (const columns of [20, 80, 120, 300]) {
    const { out } = await stats([], { stdin, isTerminal: true, columns, env: { NO_COLOR: "1" } });
    assert(!out.includes("\x1b"));
    for (const line of out.split("\n")) {
      assert(columns < 80 || textWidth(line) <= columns, `${columns}: ${line}`);
    }
    assertStringIncludes(out, "…");
  }
  const { out } = await stats([], { stdin });
  assertStringIncludes(out, "␛[2J" + "long ".repeat(100) + "end");
});

Deno.test("percentiles that are not exact are marked", async () => {
  const spans = Array.from(
    { length: 131_100 },
    (_, number) => makeSpan(`${number}`, { traceId: `${number}`, name: "f", ms: 1 }),
  );
  const stdin = lines(spans);
  assertMatch((await stats(["--table", "function"], { stdin })).out, /≈/);
  const { rows } = await stats(["--table", "function", "--json"], { stdin });
  assertEquals([rows[0].exact, rows[0].count], [false, 131_100]);
});

Deno.test("what spans did not end, and what came late or again, is told", async () => {
  const stdin = lines([
    makeSpan("a", { name: "f", ms: -1 }),
    makeSpan("b", { name: "f", state: "unfinished" }),
    makeSpan("c", { name: "f", ms: 1 }),
    makeSpan("c", { name: "f", ms: 1 }),
    makeSpan("d", { traceId: "u", name: "f", ms: 1 }),
    makeSpan("d", { traceId: "v", name: "f", ms: 1 }),
    makeSpan("e", { name: "f", ms: 1 }),
  ]);
  const { out, err } = await stats(["--max-open-spans", "4"], { stdin });
  assertMatch(out, /^6 spans, .*, 1 unfinished, 1 that end before they start in /);
  const [again, late] = err.split("\n");
  assertEquals(again, "trace: 1 span came again and counted once");
  assertMatch(late, /^trace: 1 span came more than 4 spans after the rest of their trace/);
});

Deno.test("nothing to count is no error", async () => {
  const empty = await stats([], { stdin: "" });
  assertEquals([empty.code, empty.out], [0, "0 spans, 0 traces\n"]);
  assertStringIncludes(empty.err, "No spans were found");
  const none = await stats(["--where", "duration > 1h"]);
  assertEquals([none.code, none.out], [0, "0 spans, 0 traces\n"]);
});

Deno.test("wrong arguments end with 2 and say what is right", async () => {
  const cases: [string[], string][] = [
    [["--table", "tables"], "Expected one of endpoint, sql,"],
    [["--sort", "size"], "Expected one of total, avg,"],
    [["--limit", "0"], "Expected a whole number of at least 1"],
    [["--where", "duration >"], "Cannot read --where"],
    [["--group", "a(b"], 'Cannot read --group "a(b"'],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await stats(args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertStringIncludes(err, message);
  }
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.jsonl`, lines(SPANS));
    const io = createCapturedIo();
    assertEquals(await main(["stats", `${folder}/a.jsonl`, "--follow"], io), 2);
    assertStringIncludes(io.err, "only a session goes on");
    const missing = createCapturedIo();
    assertEquals(await main(["stats", `${folder}/no.jsonl`], missing), 1);
    assertStringIncludes(missing.err, `${folder}/no.jsonl`);
  });
});

Deno.test("several files are one source", () =>
  inTemporaryFolder(async (folder) => {
    // The statements of one file, and the request that made them of the other.
    await Deno.writeTextFile(`${folder}/a.jsonl`, lines(SPANS.slice(0, 6)));
    await Deno.writeTextFile(`${folder}/b.jsonl`, lines(SPANS.slice(6)));
    const io = createCapturedIo();
    assertEquals(await main(["stats", `${folder}/a.jsonl`, `${folder}/b.jsonl`], io), 0);
    const { out } = await stats([]);
    assertEquals(io.out, out);
  }));
