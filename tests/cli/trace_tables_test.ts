import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import type { Span } from "../../src/model/span.ts";
import { textWidth } from "../../src/terminal/text_width.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

Deno.test("stats --table critical-path tells what traces waited for", async () => {
  const { code, out, err } = await stats(SPANS, "--table", "critical-path");
  assertEquals([code, err], [0, ""]);
  assertEquals(out.split("\n"), [
    "Critical path (2)",
    "SHARE  TIME  TRACES  NAME",
    "  70%  21ms       3  [users] serve",
    "  30%   9ms       3  [shop] GET users",
    "",
  ]);
});

Deno.test("stats --table graph tells who calls whom", async () => {
  const { out } = await stats(SPANS, "--table", "graph");
  assertEquals(out.split("\n"), [
    "Who calls whom (1)",
    "CALLS  ERRORS   P50   P95   P99  CALLER → CALLEE",
    "    3       0  10ms  10ms  10ms  shop → users",
    "",
  ]);
});

Deno.test("both tables are printed as JSON with units in their names", async () => {
  const { out } = await stats(SPANS, "--json", "--table", "graph", "--table", "critical-path");
  const [path, , edge] = out.trim().split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  assertEquals(path, {
    table: "critical-path",
    category: "endpoint",
    service: "users",
    name: "serve",
    traces: 3,
    path_ns: 21_000_000,
    share: 0.7,
  });
  assertEquals(edge, {
    table: "graph",
    caller: "shop",
    callee: "users",
    callee_type: "service",
    calls: 3,
    errors: 0,
    p50_ns: 10_000_000,
    p95_ns: 10_000_000,
    p99_ns: 10_000_000,
  });
});

Deno.test("long names fit into 80 columns, rows have a limit, and harmful text is escaped", async () => {
  const spans = Array.from(
    { length: 5 },
    (_, at) =>
      makeSpan(`s${at}`, { traceId: `t${at}`, name: `\x1b[2J${"検索".repeat(60)}${at}`, ms: 9 }),
  );
  const { out } = await stats(spans, "--table", "critical-path", "--limit", "2");
  const lines = out.split("\n");
  assertStringIncludes(out, "and 3 rows more; see them with --all");
  for (const line of lines) assert(textWidth(line) <= 80, line);
  assert(!out.includes("\x1b"));
});

Deno.test("tables of whole traces need a file and stand alone", async () => {
  const io = createCapturedIo();
  assertEquals(await main(["stats", "--table", "graph"], io), 2);
  assertStringIncludes(io.err, "name a file");
  assertEquals((await stats(SPANS, "--table", "graph", "--table", "sql")).code, 2);
  assertEquals((await stats(SPANS, "--table", "graphs")).code, 2);
  const none = await stats([], "--table", "graph");
  assertEquals(none.code, 0);
  assertStringIncludes(none.err, "No spans were found");
  const filtered = await stats(SPANS, "--table", "graph", "--where", 'name = "no"');
  assertStringIncludes(filtered.err, "No trace matches");
});

/** Three traces of a call of 10 ms that its server needs 7 of. */
const SPANS: readonly Span[] = [1, 2, 3].flatMap((number) => {
  const traceId = `t${number}`;
  return [
    makeSpan("call", { traceId, name: "GET users", kind: "client", service: "shop", ms: 10 }),
    makeSpan("serve", {
      traceId,
      parentId: "call",
      kind: "server",
      service: "users",
      at: 2,
      ms: 7,
    }),
  ];
});

async function stats(
  spans: readonly Span[],
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const io = createCapturedIo();
  let code = -1;
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/run.jsonl`,
      spans.map((span) => encodeSpanLine(span)).join(""),
    );
    code = await main(["stats", `${folder}/run.jsonl`, ...args], io);
  });
  return { code, out: io.out, err: io.err };
}
