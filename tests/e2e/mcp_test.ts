import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { endLine, startLine } from "../testing/events.ts";
import { startMcpClient } from "../testing/mcp_client.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2024-11-05",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
});

/** One trace of 100,000 spans with huge and harmful values, a few of which failed. */
async function writeLargeRecording(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const huge = 'huge "value"\\ \x1b[2J\u202e ☃\n'.repeat(20);
  let text = "";
  const encoder = new TextEncoder();
  for (let id = 0; id < 100_000; id++) {
    const nano = String(id * 1000).padStart(9, "0");
    text += JSON.stringify({
      id: `span${id}`,
      trace_id: "0123456789abcdef0123456789abcdef",
      parent_id: id === 0 ? undefined : `span${Math.floor((id - 1) / 4)}`,
      name: `operation ${id % 200} ${huge.slice(0, 300)}`,
      kind: id % 3 === 0 ? "sql" : "function",
      start_time: `2026-03-11T10:00:00.${nano}Z`,
      end_time: `2026-03-11T10:00:01.${nano}Z`,
      attrs: {
        [`key\n${id % 7}`]: huge,
        ...(id % 5000 === 7 ? { error: huge } : {}),
        ...(id % 3 === 0 ? { query: `SELECT ${id} /* ${huge} */` } : {}),
      },
    }) + "\n";
    if (text.length < 1e6) continue;
    await writeAll(file, encoder.encode(text));
    text = "";
  }
  await writeAll(file, encoder.encode(text));
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

Deno.test("the official client drives every tool on a large recording, and every answer is small", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/large.jsonl`;
    await writeLargeRecording(path);
    const other = `${folder}/other.jsonl`;
    await Deno.writeTextFile(other, (await Deno.readTextFile(path)).split("\n", 1)[0] + "\n");
    await using mcp = await startMcpClient(folder, [path]);
    const { tools } = await mcp.client.listTools();
    const calls: Record<string, Record<string, unknown>> = {
      list_sources: { folder },
      search_traces: { query: "error" },
      stats: { limit: 1000 },
      n_plus_one: { min_calls: 2, limit: 1000 },
      trace_outline: { trace_id: "0123" },
      critical_path: { trace_id: "0123", limit: 1000, order: "time" },
      span_details: { trace_id: "0123", span_id: "span7" },
      diff: { before: other },
      wait_for_trace: { source: path },
    };
    assertEquals(tools.map(({ name }) => name).sort(), Object.keys(calls).sort());
    assert(JSON.stringify(tools).length < 12_000);
    for (const [name, args] of Object.entries(calls)) {
      const { text, isError, byteCount } = await mcp.call(name, args);
      assert(byteCount <= 20_000, `${name}: ${byteCount} bytes`);
      // deno-lint-ignore no-control-regex -- that none is there is what is tested
      assert(!/[\x00-\x09\x0b-\x1f\u202e]/.test(text), `${name} is not escaped`);
      // There is nothing to wait for in a file.
      assertEquals([name, isError], [name, name === "wait_for_trace"]);
      assert(text.length > 50, `${name}: ${text}`);
    }
    const outline = await mcp.call("trace_outline", { trace_id: "0123", max_bytes: 4000 });
    assert(outline.byteCount <= 4000 && outline.byteCount > 1000);
    assertStringIncludes(outline.text, "100,000 spans");
    assertStringIncludes(outline.text, "focus_span");
  }));

Deno.test("a live session is found, followed, waited for, and still there when it has ended", () =>
  inTemporaryFolder(async (folder) => {
    await using mcp = await startMcpClient(folder);
    const none = await mcp.call("search_traces");
    assertEquals([none.isError, none.text.includes("trace run -- COMMAND")], [true, true]);
    const early = mcp.call("wait_for_trace", { query: '"span early"', since: "24h" });
    const collector = await startTraceCollect(folder, []);
    const socket = collector.ready.socket as string;
    const time = new Date().toISOString();
    await sendEvents(socket, startLine("early", { time }), endLine("early", { time }));
    assertStringIncludes((await early).text, "#t1   span early");
    const fields = { trace_id: "t2", time };
    const progress = Promise.withResolvers<string | undefined>();
    const late = mcp.call("wait_for_trace", { query: '"span late"' }, {
      onprogress: ({ message }) => progress.resolve(message),
    });
    assertEquals(await progress.promise, "0 traces seen, none matches");
    using connection = await Deno.connect({ transport: "unix", path: socket });
    const encoder = new TextEncoder();
    await connection.write(encoder.encode(startLine("late", fields)));
    let running = "";
    while (!running.includes("running")) {
      running = (await mcp.call("trace_outline", { trace_id: "t2" })).text;
    }
    await connection.write(encoder.encode(endLine("late", fields)));
    assertStringIncludes((await late).text, "#t2   span late");
    const pid = String(collector.pid);
    const sources = await mcp.call("list_sources", { folder });
    assertStringIncludes(sources.text, `${pid}  session  trace collect`);
    for (const source of [undefined, pid, socket, collector.ready.view]) {
      assertStringIncludes((await mcp.call("search_traces", { source })).text, "2 traces");
    }
    await collector.stop();
    let after = "";
    while (!after.includes("has ended")) after = (await mcp.call("search_traces")).text;
    assertStringIncludes(after, "2 traces");
  }));

Deno.test("of several sessions one has to be named, or is the one of TRACE_SOCKET", () =>
  inTemporaryFolder(async (folder) => {
    await using first = await startTraceCollect(folder, []);
    await using second = await startTraceCollect(folder, []);
    await using mcp = await startMcpClient(folder);
    const { text, isError } = await mcp.call("search_traces");
    assert(isError);
    for (const { pid } of [first, second]) {
      assertStringIncludes(text, `\n  ${pid}  trace collect`);
      assert(!(await mcp.call("search_traces", { source: String(pid) })).isError);
    }
    assert(!(await mcp.call("list_sources", { folder })).text.includes("(default)"));
    const env = { TRACE_SOCKET: second.ready.socket as string };
    await using inside = await startMcpClient(folder, [], env);
    const listed = await inside.call("list_sources", { folder });
    const line = listed.text.split("\n").find((each) => each.startsWith(`${second.pid}  `));
    assertStringIncludes(line ?? "", "(default)");
    assert(!(await inside.call("search_traces")).isError);
    await using named = await startMcpClient(folder, [
      String(first.pid),
      `${folder}/missing.jsonl`,
    ]);
    const { text: sources } = await named.call("list_sources", { folder });
    assertEquals(sources.split("\n").filter((each) => each.startsWith(`${first.pid}  `)).length, 1);
    assertStringIncludes(sources, `${folder}/missing.jsonl  file  cannot be read`);
  }));

Deno.test("a cancelled call ends, and the next one works", () =>
  inTemporaryFolder(async (folder) => {
    await using mcp = await startMcpClient(folder);
    const cancel = new AbortController();
    const waiting = mcp.call("wait_for_trace", { timeout_s: 300 }, {
      signal: cancel.signal,
      onprogress: () => cancel.abort(),
    });
    await assertRejects(() => waiting);
    assertEquals((await mcp.call("list_sources", { folder })).isError, false);
  }));

Deno.test("a file that has changed is read again", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    const line = (id: number): string =>
      `{"id":"s","trace_id":"t${id}","name":"a","kind":"function","start_time":"2026-03-11T10:00:00Z"}\n`;
    await Deno.writeTextFile(path, line(1));
    await using mcp = await startMcpClient(folder);
    assertStringIncludes((await mcp.call("search_traces", { source: path })).text, "1 trace\n");
    await Deno.writeTextFile(path, line(2) + line(3), { append: true });
    assertStringIncludes((await mcp.call("search_traces", { source: path })).text, "3 traces\n");
  }));

Deno.test("what cannot be done is answered with an error that says what to do", () =>
  inTemporaryFolder(async (folder) => {
    const empty = `${folder}/empty.jsonl`;
    await Deno.writeTextFile(empty, "");
    await Deno.writeTextFile(`${folder}/other.txt`, "nothing of a trace");
    await using mcp = await startMcpClient(folder, [empty]);
    const wrong: [string, Record<string, unknown>, string][] = [
      ["search_traces", { source: `${folder}/nope` }, "list_sources shows what can be opened"],
      ["search_traces", { source: `${folder}/other.txt` }, "no known trace format"],
      ["search_traces", { source: folder }, "it is a folder"],
      ["search_traces", { source: "123456789" }, "no such session"],
      ["search_traces", { source: "-" }, "standard input carries the protocol"],
      ["search_traces", { source: "ftp://x" }, "no such file or session"],
      ["search_traces", { limit: "ten" }, "limit"],
      ["search_traces", { max_bytes: 1 }, "max_bytes"],
      ["search_traces", { colour: 1 }, 'no parameter "colour"; there are source'],
      ["trace_outline", {}, "trace_id"],
      ["trace_outline", { trace_id: "x" }, "search_traces lists the traces"],
      ["list_sources", { folder: `${folder}/nope` }, "there is no such folder"],
    ];
    for (const [name, args, message] of wrong) {
      const { text, isError } = await mcp.call(name, args);
      assertEquals([name, args, isError], [name, args, true]);
      assertStringIncludes(text, message);
    }
    await assertRejects(() => mcp.call("nope"), Error, "Tool nope not found");
    assertEquals((await mcp.call("search_traces")).text, "This source has no spans.");
  }));

Deno.test("nothing but the protocol is on standard output, whatever comes in, and the end of input ends it", () =>
  inTemporaryFolder(async (folder) => {
    const child = spawnTrace(["mcp"], { folder });
    const writer = child.stdin.getWriter();
    const lines = [
      "no json",
      "[]",
      "{}",
      '{"jsonrpc":"2.0","id":{},"method":5}',
      INITIALIZE,
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      '{"jsonrpc":"2.0","id":2,"method":"unknown"}',
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"__proto__"}}',
      '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"search_traces","arguments":[]}}',
      '{"jsonrpc":"2.0","id":5,"method":"ping"}',
    ];
    await writer.write(new TextEncoder().encode(lines.join("\n") + "\n"));
    const errors = new Response(child.stderr).text();
    const ids = new Set<unknown>();
    let text = "";
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    while (!ids.has(5)) {
      const { value } = await reader.read();
      const parts = (text + value).split("\n");
      text = parts.pop() as string;
      for (const part of parts) ids.add(JSON.parse(part).id);
    }
    await writer.close();
    while (!(await reader.read()).done) { /* Nothing more comes. */ }
    assertEquals((await child.status).code, 0);
    assertEquals([...ids].sort(), [1, 2, 3, 4, 5]);
    assertStringIncludes(await errors, "trace mcp: ");
  }));

Deno.test("a signal ends it, also while a call waits", () =>
  inTemporaryFolder(async (folder) => {
    const child = spawnTrace(["mcp"], { folder });
    const writer = child.stdin.getWriter();
    const call = { name: "wait_for_trace", arguments: { timeout_s: 300 } };
    const lines = [
      INITIALIZE,
      JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params: call }),
      JSON.stringify({ jsonrpc: "2.0", id: 3, method: "ping" }),
    ];
    await writer.write(new TextEncoder().encode(lines.join("\n") + "\n"));
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('"id":3')) text += (await reader.read()).value;
    child.kill("SIGINT");
    assertEquals((await child.status).code, 0);
    await reader.cancel();
    await writer.abort().catch(() => {});
    await child.stderr.cancel();
  }));

Deno.test("standard input cannot be a source, and the help tells how to register the server", () =>
  inTemporaryFolder(async (folder) => {
    const wrong = await runTrace(["mcp", "-"], { folder });
    assertEquals([wrong.code, wrong.stdout], [2, ""]);
    const help = await runTrace(["mcp", "--help"], { folder });
    assertEquals(help.code, 0);
    const [snippet] = /\{\n[^]*\n {2}\}/.exec(help.stdout) ?? [];
    const { mcpServers } = JSON.parse(snippet ?? "");
    assertEquals(mcpServers, { trace: { command: "trace", args: ["mcp"] } });
  }));
