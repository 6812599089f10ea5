import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installGo } from "../../scripts/build_go.ts";
import { startCollector, startTraceCollect, traceCommand } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { forTests } from "./_go_programs.ts";
import { hasTmux, openTerminal } from "../testing/terminal.ts";

const goTrace = await forTests("go-trace", (folder) => {
  return installGo("github.com/mickamy/go-trace@v0.0.5", folder);
});
const program = goTrace.ok ? goTrace.path : "";
const isTmuxThere = await hasTmux();
if (!isTmuxThere) console.log("Skipping the test of go-trace's viewer: tmux is missing");

/** Copies the program to instrument, because go-trace works in the module's own folder. */
async function copyApp(folder: string): Promise<string> {
  const app = join(folder, "app");
  await Deno.mkdir(app);
  for (const file of ["go.mod", "main.go"]) {
    const source = fileURLToPath(new URL(`go_trace_app/${file}`, import.meta.url));
    await Deno.copyFile(source, join(app, file));
  }
  return app;
}

/**
 * Builds the app as `go-trace run` instruments it. That command brings its own collector, so the
 * instrumented program copies itself to where it can be run with another one.
 */
async function instrumentApp(folder: string): Promise<string> {
  const binary = join(folder, "instrumented");
  const { stderr } = await new Deno.Command(program, {
    args: ["run", "."],
    cwd: await copyApp(folder),
    env: { KEEP_BINARY: binary, TMPDIR: folder },
    stdin: "null",
  }).output();
  await Deno.stat(binary).catch(() => {
    throw new Error(`go-trace run left no program: ${new TextDecoder().decode(stderr)}`);
  });
  return binary;
}

Deno.test({
  name: "trace collect records a program that the published go-trace instrumented",
  ignore: !goTrace.ok,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const app = await instrumentApp(folder);
      const socket = join(folder, "socket");
      const out = join(folder, "out.jsonl");
      await using collector = await startTraceCollect(folder, ["--socket", socket, "--out", out]);
      const env = { GOTRACE_SOCKET: socket, PLACE_ONCE: "1" };
      assertEquals((await new Deno.Command(app, { env }).output()).success, true);
      const summary = await collector.stop();
      assertEquals([summary?.["spans"], summary?.["unfinished"]], [2, 0]);
      const spans = (await Deno.readTextFile(out)).split("\n")
        .filter((line) => line.startsWith('{"id"')).map((line) => JSON.parse(line));
      const [inner, outer] = spans;
      assertStringIncludes(outer.name, "Place");
      assertStringIncludes(inner.name, "Price");
      assertEquals(inner.parent_id, outer.id);
    }),
});

Deno.test({
  name: "the published go-trace view shows what trace collect broadcasts",
  ignore: !goTrace.ok || !isTmuxThere,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const app = await instrumentApp(folder);
      const socket = join(folder, "socket");
      // The viewer looks for sessions in the temporary folder, which is the collector's, too.
      await using _collector = await startTraceCollect(folder, ["--socket", socket]);
      await using viewer = await openTerminal(folder, [program, "view"], {
        env: { TMPDIR: folder },
      });
      await using _app = await openTerminal(await Deno.makeTempDir({ dir: folder }), [app], {
        env: { GOTRACE_SOCKET: socket },
      });
      const screen = await viewer.waitFor((text) => text.includes("Place"));
      assertStringIncludes(screen, "Place");
    }),
});

Deno.test({
  name: "trace view shows a session of go-trace run",
  ignore: !goTrace.ok || !isTmuxThere,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const app = await copyApp(folder);
      const env = { TMPDIR: folder, XDG_RUNTIME_DIR: folder };
      const run = ["sh", "-c", `cd "${app}" && exec "${program}" run .`];
      await using _session = await openTerminal(folder, run, { env });
      const socket = await waitForSocket(folder);
      const { command, args } = traceCommand();
      // The first line that it prints is a trace, so there is nothing to wait for after it.
      await using view = await startCollector(command, [...args, "view", socket, "--json"], env);
      const spans = view.ready["spans"] as { name: string }[];
      assertStringIncludes(spans[0].name, "Place");
      assertStringIncludes(spans[1].name, "Price");
    }),
});

/** Waits for go-trace's view socket; it builds the program first. */
async function waitForSocket(folder: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    for await (const { name } of Deno.readDir(folder)) {
      if (/^go-trace-view-\d+\.sock$/.test(name)) return join(folder, name);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`go-trace run made no view socket in ${folder}`);
}
