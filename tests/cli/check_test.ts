import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

Deno.test("check prints each rule with its value, and ends with 0 when all are kept", async () => {
  const { code, out, err } = await check(
    "--max",
    "p95(GET /x)<200ms",
    "--max",
    "count(GET /x)>=10",
    "--max",
    "error_rate(GET /x)<=10%",
    "--max-errors",
    "1",
    "--max-n-plus-one",
    "1",
  );
  assertEquals([code, err], [0, ""]);
  assertEquals(out.split("\n"), [
    "pass  p95(GET /x)<200ms: 100ms",
    "pass  count(GET /x)>=10: 10",
    "pass  error_rate(GET /x)<=10%: 10%",
    "pass  n_plus_one<=1: 1",
    "pass  errors<=1: 1",
    "",
  ]);
});

Deno.test("a broken rule ends with 1 and names the worst operation", async () => {
  const { code, out } = await check(
    "--max",
    "p50<20ms",
    "--max",
    "p50(GET*)>=1ms",
    "--max-n-plus-one",
    "0",
    "--max-errors",
    "0",
  );
  assertEquals(code, 1);
  assertEquals(out.split("\n"), [
    "FAIL  p50<20ms: 50ms by GET /x",
    "pass  p50(GET*)>=1ms: 50ms by GET /x",
    "FAIL  n_plus_one<=0: 1",
    "FAIL  errors<=0: 1",
    "",
  ]);
});

Deno.test("a rule that no operation matches is broken, unless it is about a number", async () => {
  const { code, out } = await check("--max", "p95(GET /y)<1s", "--max", "error_rate(GET /y)<1%");
  assertEquals(code, 1);
  assertStringIncludes(out, "FAIL  p95(GET /y)<1s: no operation has such a name");
  assertStringIncludes(out, "FAIL  error_rate(GET /y)<1%: no operation has such a name");
  const counts = await check("--max", "count(GET /y)<1", "--max", "errors(GET /y)<=0");
  assertEquals(counts.code, 0);
  assertEquals((await check("--max", "count(GET /y)>=1")).code, 1);
});

Deno.test("spans that never ended do not keep a rule about time", () =>
  inTemporaryFolder(async (folder) => {
    const span = makeSpan("a", { name: "GET /x", kind: "http", state: "unfinished" });
    const { code, out } = await checkSpans(folder, [span], ["--max", "p95(GET /x)<1s"]);
    assertEquals([code, out], [1, "FAIL  p95(GET /x)<1s: none of its spans ended\n"]);
    const counted = await checkSpans(folder, [span], ["--max", "count(GET /x)>=1"]);
    assertEquals(counted.code, 0);
  }));

Deno.test("--json prints an object for each rule", async () => {
  const { out } = await check("--json", "--max", "p95(GET /x)<200ms", "--max", "p95(no)<1s");
  const [first, second] = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(first, {
    rule: "p95(GET /x)<200ms",
    pass: true,
    metric: "p95",
    value_ns: 100_000_000,
    limit_ns: 200_000_000,
    operation: { category: "endpoint", service: "", name: "GET /x" },
    operations: 1,
    broken: 0,
  });
  assertEquals([second.pass, second.value_ns, second.operations], [false, undefined, 0]);
});

Deno.test("--where chooses the spans that count", async () => {
  const { code, out } = await check("--where", 'kind = "sql"', "--max", "count>=1");
  assertEquals([code, out], [0, "pass  count>=1: 6 by SELECT ?\n"]);
  const none = await check("--where", 'name = "nothing"', "--max", "count>=1");
  assertEquals(none.code, 1);
  assertStringIncludes(none.err, "No trace matches");
});

Deno.test("wrong rules, no rules and no spans are told", async () => {
  const change = await check("--max", "p95>+20%");
  assertEquals(change.code, 2);
  assertStringIncludes(change.err, "trace diff");
  assertEquals((await check("--max", "new>0")).code, 2);
  const wrong = await check("--max", "p95(GET /x)<200");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, "column 16");
  assertEquals((await check()).code, 2);
  assertEquals((await check("--max-errors", "-1")).code, 2);
  await inTemporaryFolder(async (folder) => {
    const empty = await checkSpans(folder, [], ["--max-errors", "0"]);
    assertEquals(empty.code, 1);
    assertStringIncludes(empty.err, "no spans");
  });
});

function check(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return inTemporaryFolderWith((folder) => checkSpans(folder, SPANS, args));
}

/** Ten requests of 10 to 100 ms; one fails, one repeats a query. */
const SPANS: readonly Span[] = [
  ...Array.from({ length: 10 }, (_, at) =>
    makeSpan("root", {
      traceId: `t${at}`,
      name: "GET /x",
      kind: "http",
      ms: (at + 1) * 10,
      error: at === 3 || undefined,
    })),
  ...Array.from({ length: 6 }, (_, at) =>
    makeSpan(`q${at}`, {
      traceId: "t9",
      parentId: "root",
      kind: "sql",
      at: at * 2,
      ms: 1,
      attrs: { query: `SELECT ${at}` },
    })),
];

async function checkSpans(
  folder: string,
  spans: readonly Span[],
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  await Deno.writeTextFile(
    `${folder}/run.jsonl`,
    spans.map((span) => encodeSpanLine(span)).join(""),
  );
  const io = createCapturedIo();
  const code = await main(["check", `${folder}/run.jsonl`, ...args], io);
  return { code, out: io.out, err: io.err };
}

async function inTemporaryFolderWith<Result>(
  run: (folder: string) => Promise<Result>,
): Promise<Result> {
  let result: Result | undefined;
  await inTemporaryFolder(async (folder) => {
    result = await run(folder);
  });
  return result as Result;
}
