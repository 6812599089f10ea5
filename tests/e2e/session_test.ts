import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { readJsonLines } from "../../scripts/read_json_lines.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

Deno.test("view finds the only running session and shows what happens in it", () =>
  inTemporaryFolder(async (folder) => {
    const collector = await startTraceCollect(folder, []);
    const socket = collector.ready.socket as string;
    await sendEvents(socket, startLine("before") + endLine("before"));
    const view = spawnTrace(["view", "--json"], { folder });
    const traces = readJsonLines(view.stdout);
    assertEquals((await traces.next()).value?.trace_id, "t1");
    await sendEvents(
      socket,
      startLine("live", { trace_id: "t2" }),
      endLine("live", { trace_id: "t2" }),
    );
    assertEquals((await traces.next()).value?.trace_id, "t2");
    await collector.stop();
    assert((await traces.next()).done);
    assertEquals((await view.status).code, 0);
    await view.stdin.close();
    await view.stderr.cancel();
  }));

Deno.test("view without following prints what is there and stops", () =>
  inTemporaryFolder(async (folder) => {
    await using collector = await startTraceCollect(folder, []);
    const socket = collector.ready.socket as string;
    using open = await Deno.connect({ transport: "unix", path: socket });
    await open.write(
      new TextEncoder().encode(startLine("done") + endLine("done") + startLine("hung")),
    );
    // By the socket that programs use, too, and by the one that viewers use.
    for (const source of [[], [socket], [collector.ready.view as string], [`unix://${socket}`]]) {
      let stdout = "";
      while (!stdout.includes("hung")) {
        const result = await runTrace(["view", ...source, "--no-follow"], { folder });
        assertEquals([result.code, result.stderr], [0, ""]);
        stdout = result.stdout;
      }
      assertMatch(stdout, /span done[^]*span hung.*running/);
    }
  }));

Deno.test("with several sessions, view lists them; TRACE_SOCKET names one", () =>
  inTemporaryFolder(async (folder) => {
    await using first = await startTraceCollect(folder, []);
    await using second = await startTraceCollect(folder, []);
    const several = await runTrace(["view", "--no-follow"], { folder });
    assertEquals(several.code, 1);
    assertStringIncludes(several.stderr, `trace view ${first.ready.view}`);
    assertStringIncludes(several.stderr, `trace view ${second.ready.view}`);
    const env = { TRACE_SOCKET: second.ready.socket as string };
    assertEquals((await runTrace(["view", "--no-follow"], { folder, env })).code, 0);
  }));

Deno.test("a session of go-trace is found by its socket in the temporary folder", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/go-trace-view-4242.sock`;
    const listener = Deno.listen({ transport: "unix", path });
    const view = spawnTrace(["view", "--json"], { folder });
    // The first connection only asks whether somebody is there.
    (await listener.accept()).close();
    using viewer = await listener.accept();
    const line =
      '{"id":"a","trace_id":"t","name":"GET /","kind":1,"start_time":"2026-03-11T10:00:00Z","end_time":"2026-03-11T10:00:01Z"}\n';
    await viewer.write(new TextEncoder().encode(line));
    const trace = (await readJsonLines(view.stdout).next()).value;
    const spans = trace?.spans as { name: string; kind: string }[];
    assertEquals([spans[0].name, spans[0].kind], ["GET /", "http"]);
    listener.close();
    view.kill("SIGTERM");
    await view.status;
    await view.stdin.close();
    await view.stderr.cancel();
  }));

Deno.test("run gives the command its socket, its streams and its exit code", () =>
  inTemporaryFolder(async (folder) => {
    const script =
      'read line; echo "out $line"; echo err >&2; [ "$TRACE_SOCKET" = "$GOTRACE_SOCKET" ] && ' +
      '[ -S "$TRACE_SOCKET" ] && exit 7';
    const result = await runTrace(["run", "--", "sh", "-c", script], { folder, stdin: "hello\n" });
    assertEquals([result.code, result.stdout], [7, "out hello\n"]);
    assertMatch(result.stderr, /^err\n· sh .* exit code 7 .* no spans\n/);
  }));

Deno.test("the command itself is a root span that tells how it ended", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    const script = 'echo "$TRACEPARENT"; kill -s TERM $$';
    const result = await runTrace(["run", "--out", out, "--", "/bin/sh", "-c", script], { folder });
    assertEquals(result.code, 143);
    const view = await runTrace(["view", "--json", out], { folder });
    const [{ id, trace_id, parent_id, name, attrs, status }] = JSON.parse(view.stdout).spans;
    assertEquals(result.stdout, `00-${trace_id}-${id}-01\n`);
    assertEquals([parent_id, name], [undefined, `sh -c ${script}`]);
    assertEquals([attrs["process.exit.code"], attrs["process.exit.signal"]], [143, "SIGTERM"]);
    assertEquals(attrs["process.command_line"], `/bin/sh -c ${script}`);
    assertEquals(status, { code: "error", message: "SIGTERM" });
  }));

Deno.test("run prints trees as they finish, and the last words of spans that never ended", () =>
  inTemporaryFolder(async (folder) => {
    const events = startLine("a", { name: "job" }) + startLine("b", { parent_id: "a" }) +
      endLine("b") + endLine("a") + startLine("c", { trace_id: "t2", name: "hung" });
    await Deno.writeTextFile(`${folder}/events`, events);
    const program = `
      const socket = await Deno.connect({ transport: "unix", path: Deno.env.get("TRACE_SOCKET") });
      await socket.write(await Deno.readFile("${folder}/events"));
      socket.close();`;
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const out = `${folder}/out.jsonl`;
    const command = [Deno.execPath(), "run", "-A", "--no-check", `${folder}/program.ts`];
    const result = await runTrace(["run", "--out", out, "--", ...command], { folder });
    assertEquals([result.code, result.stdout], [0, ""]);
    assertMatch(result.stderr, /job.*1s.*2 spans[^]*└─ .*span b[^]*hung.*unfinished/);
    assertStringIncludes(result.stderr, `Open it: trace view ${out}`);
    const view = await runTrace(["view", out], { folder });
    assertMatch(view.stdout, /job[^]*hung.*unfinished/);
  }));

Deno.test("run says which command it cannot run", () =>
  inTemporaryFolder(async (folder) => {
    const result = await runTrace(["run", "--", "no-such-command-here"], { folder });
    assertEquals(result.code, 127);
    assertStringIncludes(result.stderr, 'Cannot run "no-such-command-here": no such command');
    const folderItself = await runTrace(["run", "--", folder], { folder });
    assertEquals(folderItself.code, 126);
    assertStringIncludes(folderItself.stderr, `Cannot run "${folder}": it is not executable`);
    const left = Array.from(Deno.readDirSync(`${folder}/trace`), ({ name }) => name);
    // The module for Node programs stays: one that outlives the session may still start others.
    assertEquals(left.filter((name) => !/^register-.*\.mjs$/.test(name)), []);
  }));

Deno.test("options behind the command are the command's", () =>
  inTemporaryFolder(async (folder) => {
    const result = await runTrace(["run", "--quiet", "echo", "--help", "--out"], { folder });
    assertEquals([result.code, result.stdout], [0, "--help --out\n"]);
  }));
