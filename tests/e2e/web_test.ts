import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readJsonLines } from "../../scripts/read_json_lines.ts";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import type { ApiInfo, ApiTraces } from "../../src/web/api.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

const FREE = ["--web-address", "127.0.0.1:0", "--no-open"];
const SPAN =
  '{"id":"a","trace_id":"t","name":"GET /","kind":"http","start_time":"2026-03-11T10:00:00Z","end_time":"2026-03-11T10:00:01Z"}\n';

async function getJson<Answer>(url: string): Promise<Answer> {
  return await (await fetch(url)).json();
}

/** Asks until something is as wanted, or nobody answers any more. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whether anybody listens there. */
async function isServed(url: string): Promise<boolean> {
  return await fetch(url).then(async (response) => {
    await response.body?.cancel();
    return true;
  }, () => false);
}

/** Runs a test with `trace view --web`, and ends it as Ctrl-C does. */
async function withView(
  folder: string,
  args: readonly string[],
  test: (url: string) => Promise<void>,
): Promise<string> {
  const child = spawnTrace(["view", ...args, "--json"], { folder });
  await child.stdin.close();
  const errors = new Response(child.stderr).text();
  const lines = readJsonLines(child.stdout);
  const ready = await lines.next();
  if (ready.done) throw new Error(await errors);
  assertEquals(ready.value.event, "ready");
  try {
    await test(String(ready.value.web));
  } finally {
    child.kill("SIGINT");
  }
  for await (const line of lines) throw new Error(`Unexpected ${JSON.stringify(line)}`);
  assertEquals((await child.status).code, 0);
  return await errors;
}

Deno.test("a recording is shown in the browser: the page, all that it loads, and its traces", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run.jsonl`, SPAN);
    const errors = await withView(folder, [`${folder}/run.jsonl`, ...FREE], async (url) => {
      assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
      const page = await (await fetch(url)).text();
      assertMatch(page, /^<!doctype html>/i);
      const loaded = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
      assert(loaded.length >= 3);
      for (const path of loaded) {
        const asset = await fetch(new URL(path, url));
        assertEquals([path, asset.status], [path, 200]);
        await asset.body?.cancel();
      }
      assertEquals(await (await fetch(`${url}t/t/a?where=error`)).text(), page);
      const info = await getJson<ApiInfo>(`${url}api/info`);
      assertEquals([info.title, info.is_recording], [`${folder}/run.jsonl`, true]);
      await until(async () =>
        (await getJson<ApiInfo>(`${url}api/info`)).connection === "end_of_file"
      );
      const { rows } = await getJson<ApiTraces>(`${url}api/traces`);
      assertEquals(rows.map(({ trace_id }) => trace_id), ["t"]);
      assertEquals(await (await fetch(`${url}api/trace/t`)).text(), SPAN);
    });
    assertEquals(errors, "");
  }));

Deno.test("without --json the address is all there is on standard output", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run.jsonl`, SPAN);
    const child = spawnTrace(["view", `${folder}/run.jsonl`, ...FREE], { folder });
    const reader = child.stdout.getReader();
    const url = new TextDecoder().decode((await reader.read()).value);
    assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    child.kill("SIGTERM");
    assertEquals((await reader.read()).done, true);
    assertStringIncludes(await new Response(child.stderr).text(), "Ctrl-C stops.");
    assertEquals((await child.status).code, 0);
    await child.stdin.close();
  }));

Deno.test("an address that cannot be had is an error that says why", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run.jsonl`, SPAN);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const address = `127.0.0.1:${listener.addr.port}`;
    const view = ["view", `${folder}/run.jsonl`];
    const taken = await runTrace([...view, "--web-address", address], { folder });
    assertEquals([taken.code, taken.stdout], [1, ""]);
    assertStringIncludes(taken.stderr, `Cannot serve the browser view at ${address}: `);
    const bad = await runTrace([...view, "--web-address", "here"], { folder });
    assertEquals(bad.code, 2);
    const both = await runTrace([...view, "--web", "--print"], { folder });
    assertEquals(both.code, 2);
  }));

Deno.test("beyond loopback the address carries the token", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run.jsonl`, SPAN);
    const open = ["--web-address", "0.0.0.0:0", "--no-open"];
    const errors = await withView(folder, [`${folder}/run.jsonl`, ...open], async (url) => {
      assertMatch(url, /^http:\/\/[^/]+:\d+\/\?token=[\w-]{32}$/);
      assert(await isServed(`http://127.0.0.1:${new URL(url).port}/`));
    });
    assertStringIncludes(errors, "serves the browser view to the network");
  }));

Deno.test("collect --web shows what comes, in a process that ends with it", () =>
  inTemporaryFolder(async (folder) => {
    let web: string;
    {
      await using collector = await startTraceCollect(folder, FREE);
      web = String(collector.ready.web);
      const info = await getJson<ApiInfo>(`${web}api/info`);
      assertEquals([info.title, info.connection, info.is_recording], [
        "trace collect",
        "live",
        false,
      ]);
      await sendEvents(
        String(collector.ready.socket),
        startLine("a"),
        startLine("b") + endLine("b"),
      );
      await until(async () => {
        const { spans, running } = await getJson<ApiInfo>(`${web}api/info`);
        return spans === 2 && running === 1;
      });
      await sendEvents(String(collector.ready.socket), endLine("a"));
      await until(async () => (await getJson<ApiInfo>(`${web}api/info`)).running === 0);
      assertEquals((await collector.stop())?.spans, 2);
    }
    assertEquals(await isServed(web), false);
  }));

Deno.test("a collector that is killed takes its browser view along", () =>
  inTemporaryFolder(async (folder) => {
    const collector = await startTraceCollect(folder, FREE);
    Deno.kill(collector.pid, "SIGKILL");
    await until(async () => !await isServed(String(collector.ready.web)));
    await collector.stop();
  }));

Deno.test("a browser view that is killed is missed, and nothing else", () =>
  inTemporaryFolder(async (folder) => {
    const ports = ["--otlp-http", "off", "--otlp-grpc", "off", "--zipkin", "off"];
    const child = spawnTrace(["collect", "--json", "--quiet", ...ports, ...FREE], { folder });
    const lines = readJsonLines(child.stdout);
    const ready = (await lines.next()).value as Record<string, unknown>;
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    Deno.kill(await servantOf(Number(ready.pid)), "SIGKILL");
    let notice = "";
    while (!notice.includes("\n")) notice += (await errors.read()).value;
    assertMatch(notice, /^trace: has lost its browser view: SIGKILL; open another one with: /);
    await sendEvents(String(ready.socket), startLine("a") + endLine("a"));
    child.kill("SIGTERM");
    const summary = (await lines.next()).value as Record<string, unknown>;
    assertEquals(summary.spans, 1);
    assertEquals((await child.status).code, 0);
    await Promise.all([errors.cancel(), lines.return(undefined), child.stdin.close()]);
  }));

/** The process that a collector has its browser view in. */
async function servantOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  const line = new TextDecoder().decode(stdout).split("\n")
    .map((text) => text.trim().split(/\s+/))
    .find(([, parent, ...args]) => parent === String(pid) && args.includes("--servant"));
  return Number(line?.[0]);
}

Deno.test("run --web shows the command's spans while it runs", () =>
  inTemporaryFolder(async (folder) => {
    const program = `${folder}/wait.ts`;
    await Deno.writeTextFile(program, `await Deno.stdin.read(new Uint8Array(1)); Deno.exit(3);`);
    const command = [Deno.execPath(), "run", "--no-check", program];
    const child = spawnTrace(["run", "--json", ...FREE, "--", ...command], { folder });
    const lines = readJsonLines(child.stderr);
    const ready = (await lines.next()).value as Record<string, unknown>;
    const web = String(ready.web);
    await until(async () => (await getJson<ApiInfo>(`${web}api/info`)).running === 1);
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    await writer.close();
    for await (const _ of lines);
    assertEquals((await child.status).code, 3);
    await child.stdout.cancel();
    assertEquals(await isServed(web), false);
  }));
