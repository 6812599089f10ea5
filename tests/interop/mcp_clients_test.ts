import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startTraceCollect, traceCommand } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { sessionEnv } from "../testing/trace_process.ts";

/** A tool, its arguments, and what its answer holds. */
type Call = readonly [string, Record<string, string | number>, string];

/** Each tool. */
function callsWith(session: string): readonly Call[] {
  return [
    ["list_sources", {}, "run.jsonl  file"],
    ["search_traces", { query: "error", sort: "slowest", limit: 1 }, "1 of 1 trace matches"],
    ["stats", { group_by: "service" }, "2  1  "],
    ["n_plus_one", { min_calls: 2 }, "No parent makes one call 2 times"],
    ["trace_outline", { trace_id: "t1" }, "  load  5ms self 5ms +1ms #b"],
    ["critical_path", { trace_id: "t1" }, "50%  5ms  load #b"],
    ["span_details", { trace_id: "t1", span_id: "a" }, "url = /cart"],
    ["diff", { before: "other.jsonl" }, "after: run.jsonl, 1 trace"],
    ["wait_for_trace", { source: session, timeout_s: 0 }, "0 traces seen, none matches"],
  ];
}

async function writeRecordings(folder: string): Promise<void> {
  const span = { trace_id: "t1", kind: "function", start_time: "2026-03-11T10:00:00Z" };
  const root = {
    ...span,
    id: "a",
    name: "GET /cart",
    end_time: "2026-03-11T10:00:00.01Z",
    attrs: { url: "/cart", error: "out of stock" },
  };
  const child = {
    ...span,
    id: "b",
    parent_id: "a",
    name: "load",
    start_time: "2026-03-11T10:00:00.001Z",
    end_time: "2026-03-11T10:00:00.006Z",
  };
  const lines = `${JSON.stringify(root)}\n${JSON.stringify(child)}\n`;
  await Deno.writeTextFile(`${folder}/run.jsonl`, lines);
  await Deno.writeTextFile(`${folder}/other.jsonl`, lines);
}

/** Installs packages; false, with a message, where they cannot be had. */
async function install(folder: string, packages: readonly string[]): Promise<boolean> {
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  const args = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", ...packages];
  try {
    const { success } = await new Deno.Command("npm", { args, cwd: folder }).output();
    if (success) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`skipped: npm cannot install ${packages.join(", ")}`);
  return false;
}

async function runJson(
  folder: string,
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: folder,
    env: { ...sessionEnv(folder), ...env },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

Deno.test("the protocol's inspector drives every tool", () =>
  inTemporaryFolder(async (folder) => {
    if (!await install(folder, ["@modelcontextprotocol/inspector@2.12.0"])) return;
    await writeRecordings(folder);
    await using collector = await startTraceCollect(folder, []);
    const calls = callsWith(collector.ready.socket as string);
    const { command, args } = traceCommand();
    const inspector = [
      ...["node_modules/.bin/mcp-inspector", "--cli", command, ...args, "mcp", "run.jsonl"],
    ];
    const inspect = (...options: string[]): Promise<Record<string, unknown>> =>
      runJson(folder, "node", [...inspector, ...options]);
    const { tools } = await inspect("--method", "tools/list");
    assertEquals((tools as { name: string }[]).map(({ name }) => name).sort(), toolNames(calls));
    for (const [name, values, expected] of calls) {
      const options = Object.entries(values).flatMap((
        [key, value],
      ) => ["--tool-arg", `${key}=${value}`]);
      const result = await inspect("--method", "tools/call", "--tool-name", name, ...options);
      const [{ text }] = result.content as { text: string }[];
      assertStringIncludes(text, expected, name);
    }
  }));

Deno.test("a client of version 1 of the SDK drives every tool", () =>
  inTemporaryFolder(async (folder) => {
    if (!await install(folder, ["@modelcontextprotocol/sdk@1.32.2"])) return;
    await writeRecordings(folder);
    await using collector = await startTraceCollect(folder, []);
    const calls = callsWith(collector.ready.socket as string);
    const program = fileURLToPath(new URL("./mcp_js/main.cjs", import.meta.url));
    await Deno.copyFile(program, `${folder}/main.cjs`);
    const { command, args } = traceCommand();
    const printed = await runJson(
      folder,
      "node",
      ["main.cjs", command, ...args, "mcp", "run.jsonl"],
      { CALLS: JSON.stringify(calls.map(([name, values]) => [name, values])) },
    );
    assertEquals([...printed.tools as string[]].sort(), toolNames(calls));
    const answers = printed.answers as { name: string; isError: boolean; text: string }[];
    assertEquals(answers.length, calls.length);
    for (const [index, [name, , expected]] of calls.entries()) {
      assertEquals([name, answers[index].isError], [name, false]);
      assertStringIncludes(answers[index].text, expected, name);
      assert(answers[index].text.length < 20_000);
    }
  }));

function toolNames(calls: readonly Call[]): string[] {
  return calls.map(([name]) => name).sort();
}
