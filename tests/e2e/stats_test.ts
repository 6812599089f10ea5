import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readJsonLines } from "../../scripts/read_json_lines.ts";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

Deno.test("stats without a source tells what the running session holds", () =>
  inTemporaryFolder(async (folder) => {
    await using collector = await startTraceCollect(folder, []);
    const socket = collector.ready.socket as string;
    using open = await Deno.connect({ transport: "unix", path: socket });
    await open.write(
      new TextEncoder().encode(startLine("done") + endLine("done") + startLine("hung")),
    );
    let stdout = "";
    while (!stdout.includes("1 running")) {
      const result = await runTrace(["stats"], { folder });
      assertEquals(result.code, 0);
      stdout = result.stdout;
    }
    assertMatch(stdout, /^2 spans, 1 trace, 1 running in 1s\n/);
    assertMatch(stdout, /Functions \(2\)[^]*1 .*1s .*span done[^]*0 .*span hung/);
  }));

Deno.test("stats --follow goes on with what the session does, and tells all at its end", () =>
  inTemporaryFolder(async (folder) => {
    const collector = await startTraceCollect(folder, []);
    const socket = collector.ready.socket as string;
    await sendEvents(socket, startLine("first") + endLine("first"));
    const args = ["stats", "--follow", "--json", "--table", "function", "--every", "50ms"];
    const follow = spawnTrace(args, { folder });
    const rows = readJsonLines(follow.stdout);
    // Prints come again and again: each ends with a summary.
    async function nextPrint(): Promise<Record<string, unknown>[]> {
      const print: Record<string, unknown>[] = [];
      for (;;) {
        const { value, done } = await rows.next();
        if (done) return print;
        print.push(value);
        if (value.table === "summary") return print;
      }
    }
    let print = await nextPrint();
    while (print.at(-1)?.spans !== 1) print = await nextPrint();
    assertEquals(print[0].name, "span first");
    await sendEvents(
      socket,
      startLine("second", { trace_id: "t2" }),
      endLine("second", { trace_id: "t2" }),
    );
    while (print.at(-1)?.spans !== 2) print = await nextPrint();
    await collector.stop();
    let last = print;
    while (print.length > 0) {
      last = print;
      print = await nextPrint();
    }
    assertEquals(last.map(({ name, count, self_ns }) => [name, count, self_ns]), [
      ["span first", 1, 999_999_999],
      ["span second", 1, 999_999_999],
      [undefined, undefined, undefined],
    ]);
    assertEquals((await follow.status).code, 0);
    await follow.stdin.close();
    await follow.stderr.cancel();
  }));

Deno.test("Ctrl-C ends stats --follow with what was counted", () =>
  inTemporaryFolder(async (folder) => {
    await using collector = await startTraceCollect(folder, []);
    await sendEvents(collector.ready.socket as string, startLine("a") + endLine("a"));
    const follow = spawnTrace(["stats", "--follow", "--every", "50ms"], { folder });
    const reader = follow.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("span a")) text += (await reader.read()).value;
    follow.kill("SIGINT");
    let last = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) last = read.value;
    assert(last === "" || last.includes("span a"));
    assertEquals((await follow.status).code, 0);
    await follow.stdin.close();
    await follow.stderr.cancel();
  }));

Deno.test("stats without a session says what to do", () =>
  inTemporaryFolder(async (folder) => {
    const { code, stdout, stderr } = await runTrace(["stats"], { folder });
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, "No session is running");
    assertStringIncludes(stderr, "trace stats FILE");
  }));
